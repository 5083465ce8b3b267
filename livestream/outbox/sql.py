"""The outbox's SQL for PostgreSQL. Each function has its ORM form beside its caller, as the tested reference."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from livestream.models import OutboxMessage
from livestream.outbox.urgency import Urgency

BacklogRow = tuple[int, str, datetime, int]

# What may be claimed: due, alive, known to this release, and no message with the same key is running.
_CLAIMABLE = """
    m.failed_at IS NULL AND m.due_at <= %(now)s AND m.actor = ANY(%(names)s)
    AND (m.running_until IS NULL OR m.running_until <= %(now)s)
    AND (COALESCE(m.key, m.claimed_key) IS NULL OR NOT EXISTS (
        SELECT 1 FROM livestream_outboxmessage same
        WHERE same.actor = m.actor AND same.claimed_key = COALESCE(m.key, m.claimed_key)
            AND same.running_until > %(now)s AND same.id <> m.id
    ))
"""
# One statement in a transaction of its own: enqueueing one of these keys waits for no longer than that.
_CLAIM = f"""
    WITH wanted AS (
        SELECT m.id FROM livestream_outboxmessage m
        WHERE m.urgency = %(urgency)s AND {_CLAIMABLE}
            AND (m.attempts = 0 AND m.actor = ANY(%(batched)s)) = %(together)s
        ORDER BY m.due_at LIMIT %(limit)s FOR UPDATE OF m SKIP LOCKED
    )
    UPDATE livestream_outboxmessage m
    SET attempts = m.attempts + 1, claimed_key = COALESCE(m.key, m.claimed_key), key = NULL,
        running_until = %(until)s
    FROM wanted WHERE m.id = wanted.id
    RETURNING m.*
"""  # noqa: S608 - made of constants
# For each class: its most overdue message, and the number of due messages, counted up to a limit.
_BACKLOG = f"""
    SELECT class.urgency, (array_agg(waiting.id))[1], min(waiting.due_at), count(*)
    FROM unnest(%(classes)s::int[]) AS class (urgency), LATERAL (
        SELECT m.id, m.due_at FROM livestream_outboxmessage m
        WHERE m.urgency = class.urgency AND {_CLAIMABLE}
        ORDER BY m.due_at LIMIT %(limit)s
    ) AS waiting
    GROUP BY class.urgency ORDER BY class.urgency
"""  # noqa: S608 - made of constants


def claim(
    *,
    urgency: Urgency,
    names: Sequence[str],
    batched: Sequence[str],
    together: bool,
    limit: int,
    until: datetime,
    now: datetime,
) -> list[OutboxMessage]:
    """Claim up to `limit` due messages, the most overdue first; see `claiming.claim_by_orm`."""
    classes = {"urgency": int(urgency), "names": list(names), "batched": list(batched), "together": together}
    values = classes | {"limit": limit, "until": until, "now": now}
    claimed = OutboxMessage.objects.raw(_CLAIM, values)
    return sorted(claimed, key=lambda message: (message.eta, message.id))


def backlog(*, names: Sequence[str], limit: int, now: datetime) -> list[BacklogRow]:
    """Return urgency, the first message's id and `due_at`, and the number of each class; see `backlog_by_orm`."""
    with connection.cursor() as cursor:
        classes = [int(each) for each in Urgency]
        cursor.execute(_BACKLOG, {"classes": classes, "names": list(names), "limit": limit, "now": now})
        rows: list[BacklogRow] = cursor.fetchall()
    return rows
