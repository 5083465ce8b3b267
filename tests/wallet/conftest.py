"""What the tests of the wallet share."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from rest_framework.test import APIClient

from livestream import clock
from tests.support import desk
from tests.support.clients import issue_access_token

NOW = datetime(2026, 5, 1, 20, 15, tzinfo=UTC)


@pytest.fixture
def moving():
    """The clock of the whole process, standing still at a quarter past eight."""
    with clock.frozen(NOW) as moving:
        yield moving


@pytest.fixture
def client_of():
    """Make a client that is signed in, with a real token, as the given user."""

    def sign_in(user):
        client = APIClient(raise_request_exception=False)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {issue_access_token(user=user)}")
        return client

    return sign_in


@pytest.fixture
def anonymous():
    return APIClient(raise_request_exception=False)


@pytest.fixture
def staff(client_of):
    """A client of support, which is who may deposit."""
    return client_of(desk.staff("support-lead"))
