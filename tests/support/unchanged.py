"""Whether a refused call left everything as it was."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection

from livestream.models import SignIn

HOUSE = ("livestream", "wallet", "sessions_app", "goals", "notifications")


@contextmanager
def nothing_changes() -> Iterator[None]:
    """Assert that every table of the house holds the same rows after the block as before, but for new sign-ins."""
    before = everything()
    yield
    after = everything()
    # A client that is made inside the block signs in.
    known = {row["id"] for row in before[SignIn.__name__]}
    after[SignIn.__name__] = [row for row in after[SignIn.__name__] if row["id"] in known]
    changed = {table: (before[table], rows) for table, rows in after.items() if rows != before[table]}
    assert changed == {}


def everything() -> dict[str, list[dict[str, Any]]]:
    """Return all rows of all tables of the house, with their values as the database returns them."""
    with connection.cursor() as cursor:
        return {name: _rows(cursor, query) for name, query in _queries().items()}


def _rows(cursor: Any, query: str) -> list[dict[str, Any]]:
    cursor.execute(query)
    columns = [column[0] for column in cursor.description]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


@functools.cache
def _queries() -> dict[str, str]:
    """Return the query for the rows of each table. The ORM takes ten times as long to compile it as it then runs."""
    models = [model for app in HOUSE for model in apps.get_app_config(app).get_models()]
    return {model.__name__: str(model._base_manager.order_by("pk").values().query) for model in models}
