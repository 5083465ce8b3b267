"""What the tests of the ground floor share."""

import pytest
from rest_framework.test import APIClient

from livestream import clock
from livestream.models import User
from livestream.storage import database_clock
from livestream.storage.database_clock import DatabaseClock
from tests.livestream.machines import Machine
from tests.support.clients import issue_access_token


@pytest.fixture
def anonymous():
    """A client that shows crashes as a client would see them, as answers."""
    return APIClient(raise_request_exception=False)


@pytest.fixture
def user(db):
    return User.objects.create_user("mei", password="a password")


@pytest.fixture
def client_of():
    """Make a client that is signed in, with a real token, as the given user."""

    def sign_in(user):
        client = APIClient(raise_request_exception=False)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {issue_access_token(user=user)}")
        return client

    return sign_in


@pytest.fixture
def api(client_of, user):
    """A client signed in as `user`."""
    return client_of(user)


@pytest.fixture
def machine(monkeypatch):
    machine = Machine()
    monkeypatch.setattr(database_clock, "machine_ns", machine.wall)
    monkeypatch.setattr(database_clock, "steady_ns", machine.steady)
    return machine


@pytest.fixture
def source(machine):
    """A clock that has read nothing, as in a new process; all code of this test uses it."""
    source = DatabaseClock()
    before = clock.follow(source)
    yield source
    clock.follow(before)
