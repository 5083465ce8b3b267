"""What the tests of notifications share."""

from datetime import UTC, datetime

import pytest
from django.core.cache import cache
from django.test import Client
from rest_framework.test import APIClient

from livestream import clock
from tests.notifications.pusher_server import pusher_server
from tests.support.clients import issue_access_token
from tests.support.people import make_session, make_user

__all__ = ["pusher_server"]

NOW = datetime(2026, 5, 1, 20, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def moving():
    """The clock of the whole process, standing still at eight in the evening."""
    with clock.frozen(NOW) as movable:
        yield movable


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


@pytest.fixture
def pusher():
    """A client of the webhook's address, as Pusher is: without a CSRF token."""
    return Client(raise_request_exception=False, enforce_csrf_checks=True)


@pytest.fixture
def streamer(db):
    return make_user(name="mei")


@pytest.fixture
def viewer(db):
    return make_user(name="kai", coins=10_000)


@pytest.fixture
def session(streamer):
    return make_session(streamer)


@pytest.fixture
def offers_invitations(session):
    session.prices = {"sd": 60, "exclusive": 100}
    session.save()


@pytest.fixture
def client_of():
    """Make a client that is signed in, with a real token, as the given user."""

    def sign_in(user):
        client = APIClient(raise_request_exception=False)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {issue_access_token(user=user)}")
        return client

    return sign_in
