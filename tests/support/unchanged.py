"""Whether a refused call left everything as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps

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
    """Return all rows of all tables of the house."""
    models = [model for app in HOUSE for model in apps.get_app_config(app).get_models()]
    return {model.__name__: list(model._base_manager.order_by("pk").values()) for model in models}
