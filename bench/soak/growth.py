"""Which tables may grow, and what bounds the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

import redis
from django.apps import apps
from django.db import connection

_FACT = "kept: what was performed, sold and promised"
_MONEY = "kept: the ledger"
# Rows that stay as long as what they belong to; their number follows from what people do.
KEPT = {
    "livestream_eventrecord": "kept: the log, from which /events and replays are read",
    "livestream_viewversion": "kept: one for each streamer and each session",
    "livestream_usertag": "kept: blocks and grants",
    "sessions_app_session": _FACT,
    "sessions_app_sessionversion": "kept: one for each session",
    "sessions_app_streamerpresence": "kept: one for each streamer",
    "sessions_app_recording": _FACT,
    "sessions_app_rtccall": "kept: what the RTC vendor was asked, with its answer",
    "sessions_app_asset": _FACT,
    "sessions_app_post": _FACT,
    "goals_goal": _FACT,
    "goals_showgoalpair": _FACT,
    "goals_triggerprivateentry": _FACT,
    "goals_exclusivegoalpair": _FACT,
    "goals_sessionkaraoke": _FACT,
    "goals_contribution": _FACT,
    "goals_block": _FACT,
    "goals_progressstep": _FACT,
    "goals_performancemark": _FACT,
    "goals_performanceinterval": _FACT,
    "goals_stagecheck": _FACT,
    "wallet_account": _MONEY,
    "wallet_transfer": _MONEY,
    "wallet_escrow": _MONEY,
    "wallet_earning": _MONEY,
    "wallet_earlyrefund": _MONEY,
    "wallet_payertotal": "kept: the coins of each payer in each escrow",
}
HELD = {
    "livestream_signin": "purged when its tokens have expired (REFRESH_TOKEN_SECONDS)",
    "livestream_idempotencyrecord": "purged after 24 hours",
    "livestream_outboxmessage": "deleted when the task is done; most wait for a deadline, such as the start of a show",
    "livestream_receiverrun": "purged after RETENTION_DAYS",
    "livestream_trackedevent": "purged a day after RETENTION_DAYS",
    "sessions_app_feedentry": "deleted when the session ends",
    "notifications_push": "purged after RETENTION_DAYS",
    "notifications_webhook": "purged after RETENTION_DAYS",
    "notifications_audience": "purged after RETENTION_DAYS",
    "notifications_admission": "purged after RETENTION_DAYS",
    "wallet_pendingcredit": "deleted when it is counted",
    "wallet_pendingdebit": "deleted when it is counted",
}
CACHE = "keys of the cache"
HELD[CACHE] = "expire: views after a minute, rate limits after their window"
# How much more a held table may have in the last quarter than in the second: load comes and goes.
_MOST, _FEW = 1.2, 100


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a table behaves as it should, and why it may."""

    table: str
    grew: bool
    is_right: bool
    why: str


def counts(*, cache: str) -> dict[str, int]:
    """Return the rows of each table of the service, and the keys of the cache where it is Redis."""
    tables = sorted(model._meta.db_table for model in apps.get_models() if model._meta.managed)
    query = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(query)
        return dict(cursor.fetchall()) | _keys(cache)


def _keys(cache: str) -> dict[str, int]:
    if not cache.startswith("redis"):
        return {}
    with redis.Redis.from_url(cache) as client:
        return {CACHE: int(client.dbsize())}


def judge(samples: Sequence[Mapping[str, int]]) -> list[Verdict]:
    """Judge the tables by samples that were taken at equal intervals."""
    quarter = max(len(samples) // 4, 1)
    second, last = samples[quarter : 2 * quarter] or samples[:1], samples[-quarter:]
    changed = (table for table, rows in samples[-1].items() if any(sample[table] != rows for sample in samples))
    return [_judge(table, second, last) for table in changed]


def _judge(table: str, second: Sequence[Mapping[str, int]], last: Sequence[Mapping[str, int]]) -> Verdict:
    before, after = (mean(sample[table] for sample in part) for part in (second, last))
    grew = after > before * _MOST + _FEW
    if table in HELD:
        return Verdict(table, grew, not grew, HELD[table])
    if table in KEPT:
        return Verdict(table, after > before, is_right=True, why=KEPT[table])
    return Verdict(table, after > before, is_right=after <= before, why="")
