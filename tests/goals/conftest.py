"""What the tests of goals share."""

from datetime import UTC, datetime

import pytest
from rest_framework.test import APIClient

from livestream import clock
from tests.support.clients import issue_access_token
from tests.support.people import make_funding, make_session, make_user

NOW = datetime(2026, 5, 1, 20, 0, tzinfo=UTC)


@pytest.fixture
def moving():
    """The clock of the whole process, standing still at eight in the evening."""
    with clock.frozen(NOW) as moving:
        yield moving


@pytest.fixture
def session(moving, db):
    """A session that is live."""
    return make_session()


@pytest.fixture
def viewer(moving, db):
    """Somebody with 1,000 coins."""
    return make_user(coins=1000)


@pytest.fixture
def client_of():
    """Make a client that is signed in, with a real token, as the given user (as nobody without)."""

    def sign_in(user=None):
        client = APIClient(raise_request_exception=False)
        if user is not None:
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {issue_access_token(user=user)}")
        return client

    return sign_in


@pytest.fixture
def api(client_of, session):
    """A client signed in as the session's streamer."""
    return client_of(session.streamer)


@pytest.fixture
def buyer(client_of, viewer):
    """A client signed in as the viewer."""
    return client_of(viewer)


@pytest.fixture
def funding(session):
    """Tickets on sale for 10 minutes; 2,000 coins are wanted."""
    return make_funding(session, target=2000)
