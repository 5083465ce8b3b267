"""What the tests of sessions share."""

from datetime import UTC, datetime

import pytest
from rest_framework.test import APIClient

from livestream import clock
from livestream.models import User
from sessions_app.services import opening
from tests.support.broadcast import Edge, make_broadcast
from tests.support.clients import issue_access_token

NOW = datetime(2026, 5, 1, 20, 0, tzinfo=UTC)


@pytest.fixture
def now():
    return NOW


@pytest.fixture
def at_eight():
    """The clock of the whole process, standing still at eight in the evening."""
    with clock.frozen(NOW) as movable:
        yield movable


@pytest.fixture
def streamer():
    return User.objects.create_user("mei")


@pytest.fixture
def stranger():
    return User.objects.create_user("kai")


@pytest.fixture
def session(streamer):
    """An open session that nobody started yet."""
    return opening.open_session(streamer_id=streamer.id, title="Evening", prices={"sd": 60, "exclusive": 200}, now=NOW)


@pytest.fixture
def client_of():
    """Make a client that is signed in, with a real token, as the given user."""

    def sign_in(user):
        client = APIClient(raise_request_exception=False)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {issue_access_token(user=user)}")
        return client

    return sign_in


@pytest.fixture
def api(client_of, streamer):
    """A client signed in as the streamer."""
    return client_of(streamer)


@pytest.fixture(scope="session")
def broadcast(tmp_path_factory):
    """A folder with twelve seconds that were on air."""
    folder = tmp_path_factory.mktemp("broadcast")
    make_broadcast(folder)
    return folder


@pytest.fixture
def edge(broadcast):
    """A server that hands the broadcast out."""
    with Edge(broadcast) as server:
        yield server
