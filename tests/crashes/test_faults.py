"""The faults of these tests: what a death leaves in the database, and what an error does."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, InterfaceError, connection, transaction

from livestream.models import User
from livestream.storage.conflicts import is_conflict
from tests.crashes.faults import Fault, Kind, Statements
from tests.support.people import make_user
from tests.support.probes import Killed

pytestmark = pytest.mark.django_db(transaction=True)


def make_two() -> None:
    """Make two users in one transaction."""
    with transaction.atomic():
        make_user()
        make_user()


def make_two_with(fault: Fault) -> Statements:
    """Make two users; the fault happens meanwhile."""
    statements = Statements(fault)
    statements.paused = False
    with statements.watched(), pytest.raises((Killed, DatabaseError, InterfaceError)) as raised:
        make_two()
    statements.wait_until_session_ended()
    statements.paused = True
    assert statements.hit
    assert (raised.type is Killed) is (fault.kind is Kind.DEATH)
    if fault.kind is not Kind.DEATH:
        assert is_conflict(raised.value) is (fault.kind is Kind.DEADLOCK)
    return statements


@pytest.fixture
def all_statements() -> Statements:
    """The statements of `make_two` without a fault; the last one is the commit."""
    statements = Statements()
    statements.paused = False
    with statements.watched():
        make_two()
    User.objects.all().delete()
    return statements


@pytest.mark.parametrize("kind", Kind)
def test_nothing_is_left_of_what_was_not_committed(kind: Kind, all_statements: Statements):
    for number in range(1, all_statements.count + 1):
        assert make_two_with(Fault(number, kind)).hit == "COMMIT" or number < all_statements.count
        connection.close()
        assert User.objects.count() == 0, number


@pytest.mark.parametrize("kind", [Kind.DEATH, Kind.LOSS])
def test_what_was_committed_stays_although_nobody_was_told(kind: Kind, all_statements: Statements):
    assert all_statements.lasting[-1] == all_statements.count
    make_two_with(Fault(all_statements.count, kind, after=True))
    connection.close()
    assert User.objects.count() == 2


def test_a_dead_process_does_nothing_more():
    statements = Statements(Fault(1, Kind.DEATH))
    statements.paused = False
    with statements.watched():
        for _ in range(2):
            with pytest.raises(Killed):
                make_two()
        statements.wait_until_session_ended()
        make_two()
    assert User.objects.count() == 2
