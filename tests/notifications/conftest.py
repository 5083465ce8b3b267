"""What the tests of notifications share."""

from datetime import UTC, datetime

import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from livestream import clock
from livestream.api.authentication import issue_access_token
from tests.notifications.pusher_server import PusherServer
from tests.support.people import make_session, make_user

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
def streamer(db):
    return make_user(name="mei")


@pytest.fixture
def viewer(db):
    return make_user(name="kai", coins=10_000)


@pytest.fixture
def session(streamer):
    return make_session(streamer)


@pytest.fixture
def client_of():
    """Make a client that is signed in, with a real token, as the given user."""

    def sign_in(user):
        client = APIClient(raise_request_exception=False)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {issue_access_token(user=user)}")
        return client

    return sign_in


@pytest.fixture
def pusher_server(settings):
    """A real HTTP server in Pusher's place, to which the service is configured to send."""
    with PusherServer(app_id="77", key="app-key", secret="app-secret") as server:
        settings.PUSHER_PROVIDER = "pusher"
        settings.PUSHER_APP_ID, settings.PUSHER_KEY, settings.PUSHER_SECRET = "77", "app-key", "app-secret"
        settings.PUSHER_HOST, settings.PUSHER_PORT, settings.PUSHER_SSL = "127.0.0.1", server.port, False
        yield server
