"""People with coins and goals to pay for, made by the thousand, the same ones every time."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction

from goals import escrow_ids
from goals.models import Goal, TicketProduct
from goals.types import GoalType
from livestream.models import User
from sessions_app.models import Session
from wallet import transfer_ids
from wallet.models import Account, Escrow
from wallet.services import accounts

PRICE = 200
COINS = 10**12
# Never reached: a benchmark of contributions must not end its own goal.
TARGET = 10**15
_FIRST_STREAMER = 0x5_000_000

_EMPTY = """
    TRUNCATE livestream_user, goals_ticketproduct, goals_contribution, livestream_eventrecord,
        livestream_outboxmessage, wallet_account, wallet_escrow, wallet_transfer,
        wallet_pendingcredit, wallet_earlyrefund, wallet_payertotal CASCADE
"""
_VIEWERS = """
    INSERT INTO livestream_user (id, username, password, first_name, last_name, email,
        is_superuser, is_staff, is_active, date_joined)
    SELECT lpad(to_hex(n), 24, '0'), 'viewer' || n, '', '', '', '', false, false, true, %(now)s
    FROM generate_series(1, %(viewers)s) AS n
"""
_ACCOUNTS = """
    INSERT INTO wallet_account (id, kind, balance, created_at)
    SELECT id, 'user', %(coins)s, %(now)s FROM livestream_user
"""
_DEPOSITS = """
    INSERT INTO wallet_transfer (transfer_id, debit_id, credit_id, amount, kind, tags, created_at)
    SELECT 'deposit:' || id, %(deposits)s, id, balance, 'deposit', '[]', %(now)s
    FROM wallet_account WHERE kind = 'user'
"""
_DEPOSITED = "UPDATE wallet_account SET balance = -%(coins)s * %(viewers)s WHERE id = %(deposits)s"


def viewer_id(number: int) -> str:
    """Name a viewer; the first is number 1."""
    return f"{number:024x}"


def goal_id(number: int) -> str:
    """Name a goal; the first is number 0. Its streamer and its session have the same id."""
    return f"{_FIRST_STREAMER + number:024x}"


def build(*, viewers: int, goals: int, now: datetime) -> None:
    """Empty the tables, and fill them with viewers of COINS each and goals on sale for PRICE."""
    values = {"viewers": viewers, "now": now, "coins": COINS, "deposits": transfer_ids.DEPOSITS}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_EMPTY)
        for statement in (_VIEWERS, _ACCOUNTS, _DEPOSITS):
            cursor.execute(statement, values)
        accounts.ensure_deposits_account(now=now)
        cursor.execute(_DEPOSITED, values)
        _sell_tickets([goal_id(number) for number in range(goals)], now)
    settle_down()


def _sell_tickets(ids: list[str], now: datetime) -> None:
    product = TicketProduct.objects.create(id="ticket", price=PRICE)
    opened = {"created_at": now, "started_at": now}
    User.objects.bulk_create(User(id=i, username=f"streamer{i}") for i in ids)
    Session.objects.bulk_create(Session(id=i, streamer_id=i, **opened) for i in ids)
    Goal.objects.bulk_create(_goal(i, product, now) for i in ids)
    escrows = {escrow_ids.show_funding(i): i for i in ids}
    Account.objects.bulk_create(_account(i, Account.Kind.ESCROW, now) for i in escrows)
    Account.objects.bulk_create(_account(i, Account.Kind.USER, now) for i in ids)
    Escrow.objects.bulk_create(
        Escrow(escrow_id=escrow, user_id=streamer, opened_at=now) for escrow, streamer in escrows.items()
    )


def _goal(goal: str, product: TicketProduct, now: datetime) -> Goal:
    return Goal(
        id=goal,
        type=GoalType.FUNDING,
        session_id=goal,
        streamer_id=goal,
        active=True,
        created_at=now,
        started_at=now,
        exp=now + timedelta(days=1),
        levels=[{"title": "Show", "target": TARGET}],
        ticket_product=product,
        ticket_price=product.price,
        terms_duration=60,
        terms_start_within=900,
    )


def _account(account_id: str, kind: str, now: datetime) -> Account:
    return Account(id=account_id, kind=kind, created_at=now)


def settle_down() -> None:
    """Have PostgreSQL's own chores done now, rather than while something is measured."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")


def analyze() -> None:
    """Have PostgreSQL count its rows now, as autovacuum would soon; plans for empty tables are slow on full ones."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
