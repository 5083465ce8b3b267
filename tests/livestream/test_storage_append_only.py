"""The tables that only grow refuse every change, whoever asks, on every database."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.db.migrations.writer import MigrationWriter

from livestream import clock, ids
from livestream.events import publish
from livestream.events.contracts import ESCROW_COMPLETED, EscrowCompleted
from livestream.models import EventRecord
from livestream.storage import append_only
from livestream.storage.append_only import AppendOnly
from tests.support.escrows import give_back_payers, paid_escrow
from tests.support.people import make_user
from wallet.models import EarlyRefund, Transfer
from wallet.services import posting

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[EventRecord, Transfer, EarlyRefund])
def row(request):
    """One row of each ledger."""
    if request.param is EarlyRefund:
        escrow, [payer] = paid_escrow([50])
        give_back_payers(escrow, [payer])
        return EarlyRefund.objects.get()
    if request.param is Transfer:
        make_user(coins=5)
        posting.post_all_deposits()
        return Transfer.objects.get()
    return publish(ESCROW_COMPLETED, EscrowCompleted(escrow_id="e", amount=1, user_id=ids.new_id()))


def refused(act):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        act()


def test_no_row_is_changed_or_deleted_through_the_orm(row):
    rows, pk = type(row).objects, row.pk
    before = rows.filter(pk=pk).values().get()
    refused(lambda: row.save())
    refused(lambda: rows.all().update(**{pk_free(row): models.F(pk_free(row))}))
    refused(lambda: rows.all().delete())
    assert rows.filter(pk=pk).values().get() == before


def pk_free(row):
    return next(f.attname for f in row._meta.fields if not f.primary_key)


def test_no_row_is_changed_or_deleted_by_plain_sql(row):
    table, column = row._meta.db_table, pk_free(row)
    refused(lambda: run(f"DELETE FROM {table}"))  # noqa: S608 - names of our own
    refused(lambda: run(f'UPDATE {table} SET "{column}" = "{column}"'))  # noqa: S608 - likewise


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_the_ledgers_are_the_tables_that_say_so_in_their_migrations():
    protected = {model._meta.db_table for model in apps.get_models() if is_protected(model._meta.db_table)}
    assert protected == {"livestream_eventrecord", "wallet_transfer", "wallet_earlyrefund"}


def is_protected(table):
    catalogue = {
        "postgresql": "SELECT count(*) FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname LIKE '%%append_only'",
        "sqlite": "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s"
        " AND name LIKE '%%append_only%%'",
    }
    with connection.cursor() as cursor:
        cursor.execute(catalogue[connection.vendor], [table])
        return cursor.fetchone()[0] > 0


def test_protection_can_be_taken_off_and_put_on_again():
    editor = connection.SchemaEditorClass(connection)
    run("CREATE TABLE scratch (number integer)")
    run("INSERT INTO scratch VALUES (1)")
    append_only.protect("scratch", editor)
    refused(lambda: run("DELETE FROM scratch"))
    append_only.release("scratch", editor)
    run("UPDATE scratch SET number = 2")
    append_only.protect("scratch", editor)
    refused(lambda: run("UPDATE scratch SET number = 3"))


def test_the_operation_can_be_written_into_a_migration():
    code, imports = MigrationWriter.serialize(AppendOnly("scratch"))
    assert ("livestream.storage.append_only" in code, "'scratch'" in code) == (True, True)
    assert imports == {"import livestream.storage.append_only"}


def test_a_row_can_still_be_added_after_a_refusal(row):
    refused(lambda: type(row).objects.all().delete())
    make_user(coins=7)
    publish(ESCROW_COMPLETED, EscrowCompleted(escrow_id="f", amount=1, user_id=ids.new_id()))
    assert EventRecord.objects.filter(occurred_at__lte=clock.now(), escrow_id="f").count() == 1
