"""The decisions of the hot path, each with the statements that take it back."""

from __future__ import annotations

from dataclasses import dataclass

from bench import world
from goals import escrow_ids
from goals.sql import CONTRIBUTE
from wallet.sql import HOLD

_LOCK = "PERFORM pg_advisory_xact_lock_shared(hashtextextended(p_escrow, 0));"
_OPEN = "AND (accepts_until IS NULL OR accepts_until > p_now)"
_PINNED = "SET enable_seqscan = off SET enable_bitmapscan = off"
_OWN_ONLY = "AND p.payer_id = p_payer"
_REFERENCES = (
    ("wallet_transfer", "debit_id", "wallet_account (id)"),
    ("wallet_transfer", "credit_id", "wallet_account (id)"),
    ("wallet_pendingcredit", "account_id", "wallet_account (id)"),
    ("wallet_pendingcredit", "transfer_id", "wallet_transfer (transfer_id)"),
    ("goals_contribution", "transfer_id", "wallet_transfer (transfer_id)"),
    ("goals_contribution", "goal_id", "goals_goal (id)"),
    ("goals_contribution", "payer_id", "livestream_user (id)"),
)

# What some 25 s of a busy goal leave behind where no vacuum has come by yet.
AGE_THE_QUEUE = (
    "ALTER TABLE wallet_pendingcredit SET (autovacuum_enabled = false)",
    f"""
    INSERT INTO wallet_pendingcredit (transfer_id, account_id, payer_id, amount, created_at)
    SELECT 'goal:ticket:{world.goal_id(0)}:' || md5(n::text),
        '{escrow_ids.show_funding(world.goal_id(0))}', '', 1, now()
    FROM generate_series(1, 50000) AS n
    """,
    "DELETE FROM wallet_pendingcredit",
)


@dataclass(frozen=True, slots=True)
class Variant:
    """The hot path with one decision taken back by `apply`; `undo` puts it in force again."""

    name: str
    apply: tuple[str, ...] = ()
    undo: tuple[str, ...] = ()
    aged: bool = False


AS_IT_IS = Variant("as it is")
AS_IT_IS_AGED = Variant("as it is, the queue not vacuumed", aged=True)

# Each with what it is to be compared with.
VARIANTS: dict[Variant, Variant] = {
    AS_IT_IS: AS_IT_IS,
    Variant(
        "FOR SHARE on the escrow's row, no advisory lock",
        apply=(HOLD.replace(_LOCK, "").replace(f"{_OPEN};", f"{_OPEN} FOR SHARE;"),),
        undo=(HOLD,),
    ): AS_IT_IS,
    Variant(
        "foreign key constraints on the hot references",
        apply=tuple(
            f"ALTER TABLE {t} ADD CONSTRAINT {t}_{c}_hot FOREIGN KEY ({c}) REFERENCES {r}" for t, c, r in _REFERENCES
        ),
        undo=tuple(f"ALTER TABLE {t} DROP CONSTRAINT {t}_{c}_hot" for t, c, _ in _REFERENCES),
    ): AS_IT_IS,
    Variant(
        "the answer adds what everybody has waiting",
        apply=(CONTRIBUTE.replace(_OWN_ONLY, ""),),
        undo=(CONTRIBUTE,),
    ): AS_IT_IS,
    AS_IT_IS_AGED: AS_IT_IS_AGED,
    Variant(
        "the queue's index by time, not vacuumed",
        apply=(
            "DROP INDEX pending_credit_queue",
            "CREATE INDEX queue_by_time ON wallet_pendingcredit (account_id, id)",
            CONTRIBUTE.replace(_PINNED, ""),
        ),
        undo=(
            "DROP INDEX queue_by_time",
            "CREATE INDEX pending_credit_queue ON wallet_pendingcredit (account_id, payer_id)",
            CONTRIBUTE,
        ),
        aged=True,
    ): AS_IT_IS_AGED,
}
