"""Live sessions with stages, sales and payers, made by SQL; `verify_ledger` finds nothing wrong with it.

The first sessions are the feed. The first of them also has a show on its stage, which an earlier sale paid for.
The session after them is of a streamer whose ten sales have a crowd of payers each; it is not in the feed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F

from bench import world
from goals import escrow_ids
from goals.endings import EndedBecause, Outcome
from goals.models import Goal, PerformanceInterval, SessionKaraoke, ShowGoalPair
from goals.types import GoalType
from livestream import cached_views
from livestream.models import User
from sessions_app.models import FeedEntry, Session, SessionVersion, StreamerPresence
from wallet.models import Account, Escrow
from wallet.sql import fill_totals

SHOWN, CROWDED = 20, 10
SALE, SALE_OF_PURCHASES, CROWD = world.goal_id(0), world.goal_id(1), world.goal_id(SHOWN)
PAST_SALE, SHOW = f"{0x6_000_001:024x}", f"{0x6_000_002:024x}"
STAFF = f"{0x7_000_001:024x}"
_TITLES = ("Encore", "Duet", "Acoustic set")
_PRICES = {"sd": 60, "exclusive": 120}

_HOLDS = """
    INSERT INTO wallet_transfer (transfer_id, debit_id, credit_id, amount, kind, tags, created_at)
    SELECT 'goal:ticket:' || goal || ':' || lpad(to_hex(n), 24, '0') || ':' || md5(goal || n),
        lpad(to_hex(n), 24, '0'), %(escrow)s || goal, %(price)s,
        'hold', '["ticket::ticket"]', %(now)s
    FROM unnest(%(goals)s::text[], %(payers)s::int[]) AS sales (goal, payers), generate_series(1, payers) AS n
"""
_TICKETS = """
    INSERT INTO goals_contribution (transfer_id, goal_id, payer_id, quantity, amount, progress, max_price, created_at)
    SELECT transfer_id, split_part(credit_id, ':', 2), debit_id, 1, amount, amount, 0, created_at
    FROM wallet_transfer WHERE kind = 'hold'
"""
_PAID = """
    UPDATE wallet_account SET balance = balance - paid FROM (SELECT debit_id, sum(amount) AS paid
    FROM wallet_transfer WHERE kind = 'hold' GROUP BY debit_id) AS payers WHERE debit_id = id
"""
_HELD = """
    UPDATE wallet_account SET balance = held FROM (SELECT credit_id, sum(amount) AS held
    FROM wallet_transfer WHERE kind = 'hold' GROUP BY credit_id) AS sales WHERE credit_id = id
"""
_RECEIVED = "UPDATE wallet_escrow SET received = balance FROM wallet_account WHERE id = escrow_id"
_EARNED = """
    INSERT INTO wallet_earning (id, user_id, hour, escrow_id, amount, state)
    SELECT right(escrow_id, 24), user_id, date_trunc('hour', %(now)s::timestamptz), escrow_id, received, 'pending'
    FROM wallet_escrow WHERE received > 0
"""
_PROGRESS = """
    UPDATE goals_goal SET progress = received FROM wallet_escrow WHERE escrow_id = %(escrow)s || goals_goal.id
"""


@dataclass(frozen=True, slots=True)
class Size:
    """How many viewers there are, and how many of them have paid for each sale with a crowd."""

    viewers: int = 100_000
    payers: int = 100_000


def build(*, size: Size, now: datetime) -> None:
    """Fill the empty tables of the service."""
    world.build(viewers=size.viewers, goals=SHOWN + CROWDED, now=now)
    with transaction.atomic():
        User.objects.create(id=STAFF, username="staff", is_staff=True)
        _gather_sales_of_crowd()
        _perform(now)
        _sing(now)
        _pay({**dict.fromkeys(shown(), 20), SALE: 60, PAST_SALE: 60, **dict.fromkeys(_crowded(), size.payers)}, now)
        _show_in_feed(now)
    world.settle_down()


def shown() -> list[str]:
    """Return the ids of the sessions in the feed; each has the id of its streamer."""
    return [world.goal_id(number) for number in range(SHOWN)]


def _crowded() -> list[str]:
    return [world.goal_id(number) for number in range(SHOWN, SHOWN + CROWDED)]


def _gather_sales_of_crowd() -> None:
    """Give the sales with a crowd to one streamer, and make all titles and prices what clients see."""
    Goal.objects.filter(pk__in=_crowded()).update(session_id=CROWD, streamer_id=CROWD)
    Escrow.objects.filter(pk__in=map(escrow_ids.show_funding, _crowded())).update(user_id=CROWD)
    Session.objects.filter(pk__in=_crowded()).exclude(pk=CROWD).delete()
    Session.objects.update(title="An evening at the piano", prices=_PRICES)
    levels = [{"title": title, "target": (turn + 1) * world.TARGET} for turn, title in enumerate(_TITLES)]
    Goal.objects.update(levels=levels)
    pairs = Goal.objects.values_list("id", "session_id")
    ShowGoalPair.objects.bulk_create(ShowGoalPair(session_id=of, funding_goal_id=sale) for sale, of in pairs)


def _perform(now: datetime) -> None:
    """Put a show on the stage of the first session, which lasts longer than any run."""
    sale, began = Goal.objects.get(pk=SALE), now - timedelta(minutes=5)
    funding = Goal.objects.get(pk=SALE)
    funding.pk, funding._state.adding, funding.active = PAST_SALE, True, False
    funding.ended_at, funding.ended_because, funding.outcome = began, EndedBecause.COMPLETED, Outcome.COMPLETED
    funding.level = len(_TITLES)
    funding.save()
    show = Goal.objects.create(
        id=SHOW,
        type=GoalType.SHOW,
        session_id=sale.session_id,
        streamer_id=sale.streamer_id,
        active=True,
        created_at=began,
        started_at=began,
        levels=[{"title": "The first half", "target": 86_400}],
        stage_started=began,
        stage_updated=began,
        stage_seen=now,
        ticket_product=sale.ticket_product,
        ticket_price=sale.ticket_price,
        terms_duration=sale.terms_duration,
        terms_start_within=sale.terms_start_within,
        funding_goal=funding,
    )
    Goal.objects.filter(pk=PAST_SALE).update(show_goal=show)
    PerformanceInterval.objects.create(goal=show, opened_at=began, opened_by="bench")
    ShowGoalPair.objects.create(session_id=sale.session_id, funding_goal=funding, show_goal=show, funding_ended=began)
    escrow = escrow_ids.show_funding(PAST_SALE)
    Account.objects.create(id=escrow, kind=Account.Kind.ESCROW, created_at=began)
    Escrow.objects.create(escrow_id=escrow, user_id=sale.streamer_id, opened_at=began)


@contextmanager
def nobody_on_stage() -> Iterator[None]:
    """Have the streamer of the first session leave the stage for a while."""
    show = Goal.objects.filter(pk=SHOW)
    show.update(stage_paused=F("stage_seen"))
    yield
    show.update(stage_paused=None)


def _sing(now: datetime) -> None:
    """Give every second session of the feed a karaoke."""
    songs = [{"title": f"Song {number}", "target": 180 * number} for number in range(1, 4)]
    for session_id in shown()[1::2]:
        karaoke = Goal.objects.create(
            type=GoalType.KARAOKE,
            session_id=session_id,
            streamer_id=session_id,
            active=True,
            created_at=now,
            started_at=now,
            levels=songs,
        )
        SessionKaraoke.objects.create(session_id=session_id, goal=karaoke)


def _pay(payers: dict[str, int], now: datetime) -> None:
    values = {"goals": list(payers), "payers": list(payers.values()), "price": world.PRICE, "now": now}
    values["escrow"] = escrow_ids.show_funding("")
    with connection.cursor() as cursor:
        for statement in (_HOLDS, _TICKETS, _PAID, _HELD, _RECEIVED, _EARNED, _PROGRESS):
            cursor.execute(statement, values)
    fill_totals([escrow_ids.show_funding(goal_id) for goal_id in payers])  # which counting would keep


def _show_in_feed(now: datetime) -> None:
    goals: dict[str, list[str]] = {}
    for goal_id, session_id in (
        Goal.objects.filter(active=True).order_by("created_at", "id").values_list("id", "session_id")
    ):
        goals.setdefault(session_id, []).append(goal_id)
    FeedEntry.objects.bulk_create(
        FeedEntry(session_id=each, started_at=now, goal_ids=goals[each], updated_at=now) for each in shown()
    )
    streamers = [*shown(), CROWD]
    SessionVersion.objects.bulk_create([SessionVersion(session_id=each) for each in streamers], ignore_conflicts=True)
    StreamerPresence.objects.bulk_create(
        StreamerPresence(streamer_id=each, online=True, changed_at=now, source=0) for each in streamers
    )
    for streamer_id in streamers:
        cached_views.invalidate_cached_pusher_channel_data(streamer_id=streamer_id)
