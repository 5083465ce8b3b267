"""Each operation takes the query parameters that the document declares, and refuses all others."""

from __future__ import annotations

import re

import pytest

from tests.api.document import Document
from tests.support.clients import client_of, said
from tests.support.people import make_user
from tests.support.unchanged import nothing_changes

pytestmark = pytest.mark.django_db

# Pusher's server may be told of any address.
IGNORES_THEM = {"receive_pusher_webhook"}


@pytest.fixture
def ask():
    """Call an operation with a query, as somebody who may do everything."""
    user = make_user(is_staff=True)
    user.is_superuser = True  # who may also make deposits
    user.save()
    client = client_of(user)

    def ask(operation, query):
        # No id of this world: an operation that did not refuse the query would answer 404, or do something.
        path = re.sub(r"\{[a-z_]+\}", "6" * 24, operation.path)
        return said(getattr(client, operation.method)(f"{path}?{query}", {}, format="json"))

    return ask


@pytest.mark.parametrize("query", ["nonsense=1", "format=yaml"])
def test_an_unknown_parameter_is_refused_by_every_operation(ask, query):
    operations = Document().operations
    assert len(operations) > 30
    with nothing_changes():
        answered = {each.id: ask(each, query) for each in operations.values() if each.id not in IGNORES_THEM}
    assert {name: found for name, found in answered.items() if found != (400, "unknown_parameter")} == {}


def test_a_page_is_asked_for_only_where_there_are_pages(ask):
    operations = Document().operations
    assert ask(operations["read_config"], "cursor=!") == (400, "unknown_parameter")
    assert ask(operations["list_goals"], "cursor=!") == (400, "invalid_cursor")
