"""Proving the ledger: what is right is found right, and each kind of damage is found and named."""

from __future__ import annotations

import pytest
from django.db import connection

from livestream.storage import append_only
from tests.support.escrows import (
    give_back,
    give_back_payers,
    give_back_payments,
    new_escrow,
    paid_escrow,
    pay_in,
    pay_out,
    post,
)
from tests.support.outbox import run_due
from tests.support.people import make_user
from wallet.models import Account, EarlyRefund, Transfer
from wallet.selectors import payments_held
from wallet.services import posting
from wallet.verification import CHECKS, verify_ledger

pytestmark = pytest.mark.django_db

SUM, BALANCES, NEGATIVE, EMPTY, RECEIVED, EARNED, EARLY, EARLY_OF, EARLY_MOVED, STRAY, *REST = CHECKS
STRANDED, PAID_OUT, GIVEN_BACK, TO_WHOM, ENDS, WAITING, OWED, BY_PAYER = REST

# What is done to the ledger, and which rules notice. `:names` are the ids of the world below.
DAMAGES = {
    "a coin from nowhere": (
        ["UPDATE wallet_account SET balance = balance + 1 WHERE id = :payer"],
        {SUM, BALANCES},
    ),
    "a coin that moved without a transfer": (
        [
            "UPDATE wallet_account SET balance = balance - 1 WHERE id = :counted",
            "UPDATE wallet_account SET balance = balance + 1 WHERE id = :payer",
        ],
        {BALANCES},
    ),
    "a balance below zero": (
        ["UPDATE wallet_account SET balance = -5 WHERE id = :payer"],
        {SUM, BALANCES, NEGATIVE},
    ),
    "a transfer that was changed": (
        ["UPDATE wallet_transfer SET amount = amount + 1 WHERE credit_id = :counted"],
        {BALANCES, RECEIVED, BY_PAYER},
    ),
    "a transfer that is gone": (
        ["DELETE FROM wallet_transfer WHERE credit_id = :counted"],
        {BALANCES, RECEIVED, BY_PAYER},
    ),
    "a transfer between accounts that do not exist": (
        [
            "INSERT INTO wallet_transfer (transfer_id, debit_id, credit_id, amount, kind, tags, created_at)"
            " SELECT 'ghost', 'ghost', 'ghosts', 1, 'payout', tags, created_at FROM wallet_transfer LIMIT 1"
        ],
        {ENDS},
    ),
    "coins left in a settled escrow": (
        [
            "UPDATE wallet_account SET balance = balance + 7 WHERE id = :paid_out",
            "UPDATE wallet_account SET balance = balance - 7 WHERE id = :counted",
        ],
        {BALANCES, EMPTY},
    ),
    "an escrow settled before its money moved": (
        ["UPDATE wallet_escrow SET settled_at = decided_at WHERE escrow_id = :begun"],
        {EMPTY, GIVEN_BACK},
    ),
    "an escrow that says it received something else": (
        ["UPDATE wallet_escrow SET received = received + 1 WHERE escrow_id = :counted"],
        {RECEIVED, EARNED},
    ),
    "an earning that nobody paid": (
        ["UPDATE wallet_earning SET amount = amount + 1 WHERE escrow_id = :counted"],
        {EARNED},
    ),
    "an earning called settled and never paid": (
        ["UPDATE wallet_earning SET state = 'settled' WHERE escrow_id = :counted"],
        {PAID_OUT},
    ),
    "an escrow both paid out and given back, to the coin": (
        ["UPDATE wallet_transfer SET kind = 'refund' WHERE kind = 'payout' AND debit_id = :paid_out"],
        {PAID_OUT, GIVEN_BACK, STRAY, TO_WHOM},
    ),
    "a refund to somebody else": (
        [
            "UPDATE wallet_account SET balance = balance - 10 WHERE id = :refunded",
            "UPDATE wallet_account SET balance = balance + 10 WHERE id = :payer",
            "UPDATE wallet_transfer SET credit_id = :payer WHERE kind = 'refund' AND credit_id = :refunded",
        ],
        {TO_WHOM},
    ),
    "an early refund that no escrow knows of": (
        ["UPDATE wallet_escrow SET refunded_early = 0 WHERE escrow_id = :early"],
        {EARNED, EARLY, GIVEN_BACK},
    ),
    "an early refund that kept more than its transfer left": (
        ["UPDATE wallet_earlyrefund SET kept = kept + 1 WHERE payer_id = :cut"],
        {EARLY, EARLY_MOVED, BY_PAYER},
    ),
    "an early refund without a transfer": (
        ["DELETE FROM wallet_transfer WHERE kind = 'refund' AND credit_id = :cut"],
        {BALANCES, EARLY_MOVED, GIVEN_BACK},
    ),
    "an early refund of somebody else's payment": (
        ["UPDATE wallet_earlyrefund SET payer_id = :payer WHERE payer_id = :cut"],
        {EARLY_OF, EARLY_MOVED, BY_PAYER},
    ),
    "an early refund of a payment that was never made": (
        ["UPDATE wallet_earlyrefund SET hold_id = 'ghost' WHERE payer_id = :cut"],
        {EARLY_OF, EARLY_MOVED},
    ),
    "an early refund that nobody wrote down": (
        [
            "UPDATE wallet_escrow SET refunded_early = refunded_early - 10 WHERE escrow_id = :early",
            "DELETE FROM wallet_earlyrefund WHERE payer_id = :whole",
        ],
        {EARNED, EARLY_MOVED, GIVEN_BACK, BY_PAYER},
    ),
    "an early refund paid again, from what others paid": (
        [
            "INSERT INTO wallet_transfer (transfer_id, debit_id, credit_id, amount, kind, tags, created_at)"
            " SELECT 'refund-again', debit_id, credit_id, amount, kind, tags, created_at"
            " FROM wallet_transfer WHERE kind = 'refund' AND credit_id = :whole",
            "UPDATE wallet_account SET balance = balance - 10 WHERE id = :early",
            "UPDATE wallet_account SET balance = balance + 10 WHERE id = :whole",
        ],
        {STRAY, GIVEN_BACK, TO_WHOM},
    ),
    "a refund of an escrow that is not decided": (
        [
            "UPDATE wallet_transfer SET kind = 'refund', transfer_id = 'refund-now',"
            " debit_id = :counted, credit_id = :whole WHERE credit_id = :whole AND kind = 'deposit'",
        ],
        {BALANCES, STRAY, GIVEN_BACK, TO_WHOM},
    ),
    "an earning left behind by a payout": (
        ["UPDATE wallet_earning SET state = 'pending' WHERE escrow_id = :paid_out"],
        {STRANDED, PAID_OUT},
    ),
    "a payment that is not counted and waits no longer": (
        ["DELETE FROM wallet_pendingcredit WHERE account_id = :waiting"],
        {SUM, BALANCES, RECEIVED},
    ),
    "a payment that waits to be counted twice": (
        [
            "INSERT INTO wallet_pendingcredit (transfer_id, account_id, payer_id, amount, created_at)"
            " SELECT 'again-' || transfer_id, account_id, payer_id, amount, created_at"
            " FROM wallet_pendingcredit WHERE account_id = :waiting"
        ],
        {SUM, BALANCES, RECEIVED, WAITING, BY_PAYER},
    ),
    "a payment that waits in another's name": (
        ["UPDATE wallet_pendingcredit SET payer_id = :payer WHERE account_id = :waiting"],
        {WAITING, BY_PAYER},
    ),
    "a payer's total that nobody paid": (
        ["UPDATE wallet_payertotal SET coins = coins + 1 WHERE escrow_id = :counted"],
        {BY_PAYER},
    ),
    "a payer's total that is gone": (
        ["DELETE FROM wallet_payertotal WHERE escrow_id = :paid_out"],
        {BY_PAYER},
    ),
    "a deposit that is not counted and waits no longer": (
        ["DELETE FROM wallet_pendingdebit"],
        {SUM, BALANCES},
    ),
    "a deposit that waits to be counted twice": (
        [
            "INSERT INTO wallet_pendingdebit (transfer_id, account_id, amount, created_at)"
            " SELECT 'again-' || transfer_id, account_id, amount, created_at FROM wallet_pendingdebit"
        ],
        {SUM, BALANCES, OWED},
    ),
    "a deposit that waits to be owed by a user": (
        ["UPDATE wallet_pendingdebit SET account_id = :payer"],
        {BALANCES, OWED},
    ),
}


@pytest.fixture
def world(moving):
    """An escrow in every state of its life, by name, and some payers."""
    made = {name: paid_escrow([10, 20]) for name in ("waiting", "counted", "paid_out", "given_back", "begun")}
    for name in ("counted", "paid_out", "given_back"):
        post(made[name][0])
    pay_out(made["paid_out"][0])
    give_back(made["given_back"][0])
    run_due(sweeps=False)
    give_back(made["begun"][0])
    made["early"] = early, (whole, cut, _) = paid_escrow([10, 20, 30])
    give_back_payers(early, [whole])
    give_back_payments(early, {each.transfer_id: 5 for each in payments_held(escrow_id=early.pk, payer_id=cut.pk)})
    posting.post_all_deposits()
    make_user(coins=1)  # and one deposit that waits
    ids = {name: escrow.escrow_id for name, (escrow, _) in made.items()}
    people = {"payer": made["counted"][1][0].pk, "refunded": made["given_back"][1][0].pk}
    return ids | people | {"whole": whole.pk, "cut": cut.pk}


@pytest.fixture
def _unguarded():
    """Take off all that keeps the ledger from damage."""
    editor = connection.SchemaEditorClass(connection)
    for ledger in (Transfer, EarlyRefund):
        append_only.release(ledger._meta.db_table, editor)
    if connection.vendor == "postgresql":
        editor.execute("ALTER TABLE wallet_account DROP CONSTRAINT account_never_negative")
        yield
    else:
        editor.execute("PRAGMA ignore_check_constraints = ON")
        yield
        editor.execute("PRAGMA ignore_check_constraints = OFF")


def run(statement, ids):
    """Run plain SQL with `:names`, of which every database here knows another spelling."""
    for name, value in ids.items():
        statement = statement.replace(f":{name}", f"'{value}'")
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_ledger_is_right_at_any_point_of_its_life(world):
    assert verify_ledger() == []
    run_due()
    assert verify_ledger() == []


def test_an_empty_ledger_is_right():
    assert verify_ledger() == []


@pytest.mark.usefixtures("_unguarded")
@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_found_by_the_rules_it_breaks_and_by_no_other(world, damage):
    statements, rules = DAMAGES[damage]
    for statement in statements:
        run(statement, world)
    assert {finding.check for finding in verify_ledger()} == rules


def test_every_rule_notices_some_damage():
    assert set().union(*(rules for _, rules in DAMAGES.values())) == set(CHECKS)


def test_a_finding_says_where_what_is_and_what_should_be(world):
    run("UPDATE wallet_account SET balance = 7 WHERE id = :payer", world)
    [finding] = [each for each in verify_ledger() if each.check == BALANCES]
    assert (finding.place, finding.found, finding.wanted) == (world["payer"], 7, 0)
    assert str(finding) == f"each balance is the sum of its transfers: {world['payer']} has 7, not 0"


def test_of_one_rule_no_more_than_twenty_places_are_told(moving):
    escrow = new_escrow()
    for _ in range(25):
        pay_in(escrow, make_user(coins=1), 1)
    run("UPDATE wallet_account SET balance = balance + 1 WHERE kind = 'user'", {})
    assert len([each for each in verify_ledger() if each.check == BALANCES]) == 20
    assert Account.objects.filter(kind="user", balance=1).count() == 26
