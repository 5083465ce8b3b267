"""Statements that are written by hand because crowds need them: storing webhooks, and recording admissions."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import connection

from notifications.models import Webhook

# Through the ORM a row costs six times as much, and as much again as sending its events.
_ROW = "(%s, %s, %s, %s, NULL, '', %s)"
_RECORD = """
    INSERT INTO notifications_admission (audience_id, viewer_id, told_at, exp, failed_at, error, provider)
    VALUES {rows}
    ON CONFLICT (audience_id, viewer_id) DO UPDATE
    SET told_at = excluded.told_at, exp = excluded.exp, provider = excluded.provider
"""


def record_notified(*, audience_id: str, viewers: Mapping[str, datetime], told_at: datetime, provider: str) -> None:
    """Record that viewers were notified, waiting or not; `viewers` has the end of each grant by viewer id."""
    if not viewers:
        return
    values: list[str | datetime | None] = []
    adapt = connection.ops.adapt_datetimefield_value
    now = adapt(told_at)
    for viewer_id, exp in viewers.items():
        values += (audience_id, viewer_id, now, adapt(exp), provider)
    with connection.cursor() as cursor:
        cursor.execute(_RECORD.format(rows=", ".join([_ROW] * len(viewers))), values)


# One parameter for all rows, because adapting single values takes longer than storing them.
_STORE = """
    INSERT INTO notifications_webhook (body_hash, "index", time_ms, name, channel, user_id, key, raw,
        is_stage, subject_id, received_at, result, attempts, error)
    SELECT %(body_hash)s, "index", %(time_ms)s, name, channel, user_id, %(key)s, raw,
        is_stage, subject_id, %(received_at)s, '', 0, ''
    FROM jsonb_to_recordset(%(events)s::jsonb) AS each ("index" smallint, name text, channel text,
        user_id text, raw jsonb, is_stage boolean, subject_id text)
    ON CONFLICT (body_hash, "index") DO NOTHING
"""
_MARK = """
    UPDATE notifications_webhook SET result = %s, processed_at = %s, error = ''
    WHERE id = ANY(%s::bigint[])
"""
_OF_EVENTS = ("index", "name", "channel", "user_id", "raw", "is_stage", "subject_id")
_ROWS_A_STATEMENT = 1_000


def store_webhooks(*, webhooks: Sequence[Webhook]) -> None:
    """Store the events of one webhook, except those that are stored already."""
    if connection.vendor != "postgresql":
        Webhook.objects.bulk_create(webhooks, ignore_conflicts=True, batch_size=_ROWS_A_STATEMENT)
        return
    first = webhooks[0]
    events = json.dumps([{name: getattr(each, name) for name in _OF_EVENTS} for each in webhooks])
    shared = {name: getattr(first, name) for name in ("body_hash", "time_ms", "key", "received_at")}
    with connection.cursor() as cursor:
        cursor.execute(_STORE, {"events": events, **shared})


def mark_processed(*, webhook_ids: Collection[int], result: str, now: datetime) -> None:
    """Mark webhooks as processed, with one result."""
    if connection.vendor != "postgresql":
        Webhook.objects.filter(pk__in=webhook_ids).update(result=result, processed_at=now, error="")
        return
    with connection.cursor() as cursor:
        cursor.execute(_MARK, [result, now, f"{{{','.join(map(str, webhook_ids))}}}"])
