"""Support sees who was let into a show, beginning by beginning, and changes nothing."""

import pytest
from django.test import Client

from livestream.models import User
from notifications.models import Admission, Audience
from tests.notifications.conftest import NOW

pytestmark = pytest.mark.django_db

GOAL, USER = "a" * 24, "b" * 24


@pytest.fixture
def support():
    client = Client()
    client.force_login(User.objects.create_superuser("boss", password="x"))
    return client


def listed(client, path):
    response = client.get(f"/admin/notifications/{path}")
    assert response.status_code == 200
    return sorted(str(row) for row in response.context["cl"].result_list)


@pytest.fixture
def audiences():
    about = {"event_id": "e" * 24, "escrow_id": f"show_funding:{GOAL}", "created_at": NOW}
    waiting = Audience.objects.create(goal_id=GOAL, subject=GOAL, since=NOW, **about)
    closed = Audience.objects.create(goal_id=USER, subject=GOAL, since=NOW, walked_at=NOW, closed_at=NOW, **about)
    Admission.objects.create(audience=waiting, viewer_id=USER, told_at=NOW, exp=NOW, provider="local")
    Admission.objects.create(audience=waiting, viewer_id="c" * 24)
    return {"waiting": waiting, "closed": closed}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["closed", "waiting"]),
        ("notification=waiting", ["waiting"]),
        ("notification=closed", ["closed"]),
        (f"q={GOAL}", ["closed", "waiting"]),
        (f"q={USER}", ["closed"]),
        ("q=nobody", []),
    ],
)
def test_audiences_are_found(support, audiences, query, names):
    assert listed(support, f"audience/?{query}") == sorted(str(audiences[name]) for name in names)


def test_the_viewers_of_an_audience_are_found_and_what_they_were_told(support, audiences):
    waiting = audiences["waiting"]
    assert listed(support, f"admission/?q={USER}") == [f"{USER} to {waiting.id}"]
    assert len(listed(support, f"admission/?q={waiting.id}")) == 2
    page = support.get(f"/admin/notifications/audience/{waiting.id}/change/")
    assert page.status_code == 200
    assert support.post(f"/admin/notifications/audience/{waiting.id}/change/", {"subject": "x"}).status_code == 403
