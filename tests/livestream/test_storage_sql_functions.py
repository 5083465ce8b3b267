"""Functions of PostgreSQL come and go with their migration; other databases skip them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.state import ProjectState
from django.db.migrations.writer import MigrationWriter

from livestream.storage.sql_functions import PostgreSQLFunction

pytestmark = pytest.mark.django_db

OPERATION = PostgreSQLFunction(
    "scratch_double(bigint)",
    "CREATE FUNCTION scratch_double(n bigint) RETURNS bigint LANGUAGE sql AS 'SELECT 2 * n'",
)
STATE = ProjectState()


def exists():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_proc WHERE proname = 'scratch_double'")
        return cursor.fetchone()[0] == 1


@pytest.mark.postgres
def test_it_is_created_and_dropped_again():
    editor = connection.SchemaEditorClass(connection)
    OPERATION.database_forwards("livestream", editor, STATE, STATE)
    assert exists()
    OPERATION.database_backwards("livestream", editor, STATE, STATE)
    assert not exists()


@pytest.mark.postgres
@pytest.mark.parametrize(("name", "forms"), [("wallet_hold", 1), ("goals_contribute", 2)])
def test_the_money_path_has_its_functions(name, forms):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_proc WHERE proname = %s", [name])
        assert cursor.fetchone()[0] == forms


def test_a_database_without_such_functions_is_left_alone():
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL has them")
    editor = connection.SchemaEditorClass(connection)
    OPERATION.database_forwards("livestream", editor, STATE, STATE)
    OPERATION.database_backwards("livestream", editor, STATE, STATE)


def test_the_operation_can_be_written_into_a_migration():
    code, imports = MigrationWriter.serialize(OPERATION)
    assert "scratch_double(bigint)" in code
    assert imports == {"import livestream.storage.sql_functions"}
