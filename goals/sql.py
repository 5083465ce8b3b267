"""The hot path on PostgreSQL: a purchase in one round trip."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, cast

import psycopg
from django.db import connection

from goals import escrow_ids
from goals.types import SELLS_TICKETS

# A type that joins these reaches the stored function by a migration that replaces it.
_SELLS_TICKETS = ", ".join(f"'{each}'" for each in sorted(SELLS_TICKETS))

# The escrow's and the goal's rows are only read. For the answer, what the buyer has waiting is
# added to the counted progress in one statement, hence in one snapshot; adding up what everybody
# has waiting would make each purchase dearer by all the others. The queue is always almost empty
# and never clean; only a scan along its index stays short, whatever the planner takes it for.
#
# The refund of a blocked viewer locks the escrow after the block has been committed. The tag is read
# under the escrow's shared lock, by a separate statement with its own snapshot: so a purchase either
# sees the block, or that refund sees the purchase. Nothing is sold for a closed account, nor for a
# show that was performed to its end a moment ago and is not completed yet.
CONTRIBUTE = f"""
CREATE OR REPLACE FUNCTION goals_contribute(
    p_transfer_id text, p_goal text, p_payer text, p_quantity integer, p_now timestamptz, p_max_price bigint,
    OUT status text, OUT amount bigint, OUT progress bigint, OUT created_at timestamptz
) LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
    v_goal record;
    v_escrow text := '{escrow_ids.show_funding("")}' || p_goal;
    v_agreed bigint;
BEGIN
    SELECT type, streamer_id, ticket_price, ticket_product_id, show_goal_id INTO v_goal
        FROM goals_goal WHERE id = p_goal;
    IF NOT FOUND THEN
        status := 'goal_not_found';
    ELSIF v_goal.type NOT IN ({_SELLS_TICKETS}) OR v_goal.ticket_price IS NULL THEN
        status := 'not_for_sale';
    ELSIF v_goal.streamer_id = p_payer THEN
        status := 'own_goal';
    ELSE
        amount := v_goal.ticket_price * p_quantity;
        created_at := p_now;
        PERFORM pg_advisory_xact_lock_shared(hashtextextended(v_escrow, 0));
        PERFORM 1 FROM livestream_usertag
            WHERE user_id = p_payer AND tag = 'blocked-by:' || v_goal.streamer_id;
        IF FOUND THEN
            status := 'blocked';
        ELSIF amount > p_max_price THEN
            status := 'price_changed';
        ELSE
            PERFORM 1 FROM livestream_user WHERE id IN (p_payer, v_goal.streamer_id) AND NOT is_active;
            IF NOT FOUND AND v_goal.show_goal_id IS NOT NULL THEN
                PERFORM 1 FROM goals_goal WHERE id = v_goal.show_goal_id AND active AND stage_paused IS NULL
                    AND p_now >= stage_started
                        + make_interval(secs => (levels -> -1 ->> 'target')::integer - performed);
            END IF;
            IF FOUND THEN
                status := 'escrow_closed';
            END IF;
        END IF;
        -- A repeat gets its receipt, even if a new purchase would be refused.
        IF status IS NULL OR EXISTS (SELECT 1 FROM goals_contribution WHERE transfer_id = p_transfer_id) THEN
            status := wallet_hold(
                p_transfer_id, p_payer, v_escrow, amount,
                jsonb_build_array('ticket::' || v_goal.ticket_product_id), p_now);
        END IF;
        IF status = 'held' THEN
            SELECT g.progress + coalesce((
                SELECT sum(p.amount) FROM wallet_pendingcredit p
                WHERE p.account_id = v_escrow AND p.payer_id = p_payer
            ), 0) INTO progress FROM goals_goal g WHERE g.id = p_goal;
            INSERT INTO goals_contribution
                (transfer_id, goal_id, payer_id, quantity, amount, progress, max_price, created_at)
                VALUES (p_transfer_id, p_goal, p_payer, p_quantity, amount, progress, coalesce(p_max_price, 0), p_now);
        ELSIF status = 'repeated' THEN
            SELECT c.amount, c.progress, c.created_at, c.max_price INTO amount, progress, created_at, v_agreed
                FROM goals_contribution c WHERE c.transfer_id = p_transfer_id;
            IF v_agreed <> coalesce(p_max_price, 0) THEN
                status := 'reused';
            END IF;
        END IF;
    END IF;
END $$;
"""
# For processes of an earlier release: the same purchase without `max_price`.
CONTRIBUTE_AT_ANY_PRICE = """
CREATE OR REPLACE FUNCTION goals_contribute(
    p_transfer_id text, p_goal text, p_payer text, p_quantity integer, p_now timestamptz,
    OUT status text, OUT amount bigint, OUT progress bigint, OUT created_at timestamptz
) LANGUAGE plpgsql AS $$
BEGIN
    SELECT c.status, c.amount, c.progress, c.created_at INTO status, amount, progress, created_at
        FROM goals_contribute(p_transfer_id, p_goal, p_payer, p_quantity, p_now, NULL) AS c;
END $$;
"""


_CALL_CONTRIBUTE = "SELECT * FROM goals_contribute(%s, %s, %s, %s, %s, %s::bigint)"


class Bought(NamedTuple):
    """The answer of `goals_contribute`: held, repeated, or why it refused; `amount` is coins, if known."""

    status: str
    amount: int
    progress: int
    created_at: datetime


def call_contribute(
    transfer_id: str, goal_id: str, payer_id: str, quantity: int, now: datetime, max_price: int | None
) -> Bought:
    """Call `goals_contribute`: one statement, one transaction of its own in autocommit.

    It is prepared once a connection and sent past Django's cursor, which would write the values
    into the text and have PostgreSQL read it again for each purchase.
    """
    connection.ensure_connection()
    values = (transfer_id, goal_id, payer_id, quantity, now, max_price)
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(_CALL_CONTRIBUTE, values, prepare=True)
        return Bought(*cast("tuple[str, int, int, datetime]", cursor.fetchone()))


# Transactions are numbered together in all databases of a server; those of others do not count.
# What is open is known from the snapshot, and looked up afterwards: whatever ended in between
# is seen by the next statement.
OLDEST_OPEN_TRANSACTION = """
SELECT (SELECT coalesce(max(base), 0) FROM livestream_eventepoch) + coalesce(
    (SELECT min(open::text::bigint) FROM pg_snapshot_xip(pg_current_snapshot()) AS open
        JOIN pg_stat_activity ON datname = current_database() AND backend_xid = open::xid),
    pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
"""


def call_oldest_open_transaction() -> int:
    """Return the number before which every transaction of this database is over, as the log numbers them.

    Call it outside of a transaction, in which PostgreSQL remembers who was active before.
    """
    with connection.cursor() as cursor:
        cursor.execute(OLDEST_OPEN_TRANSACTION)
        return int(cursor.fetchone()[0])
