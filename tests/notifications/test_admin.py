"""Support reads what was sent and what came in, and changes nothing."""

import pytest
from django.test import Client

from livestream.models import User
from notifications.models import Push, Webhook
from tests.notifications.conftest import NOW
from tests.notifications.webhooks import body_of, member, post

pytestmark = pytest.mark.django_db

GOAL, USER = "a" * 24, "b" * 24


@pytest.fixture
def support():
    client = Client()
    client.force_login(User.objects.create_superuser("boss", password="x"))
    return client


@pytest.fixture
def rows():
    for event in ("goal.added", "goal.started", "goal.ended"):
        names = [f"private-user@{USER}", *(f"c{n}" for n in range(5))]
        Push.objects.create(channels=names, event=event, data={}, subject=GOAL, event_id="e" * 24, created_at=NOW)
    Push.objects.filter(event="goal.added").update(sent_at=NOW, provider="local")
    Push.objects.filter(event="goal.ended").update(failed_at=NOW)
    post(Client(), body_of(member("member_added", goal_id=GOAL, user_id=USER)))
    Webhook.objects.update(attempts=2)


def listed(client, path):
    response = client.get(f"/admin/notifications/{path}")
    assert response.status_code == 200
    return sorted(str(row) for row in response.context["cl"].result_list)


@pytest.mark.parametrize(
    ("query", "events"),
    [
        ("", ["goal.added", "goal.ended", "goal.started"]),
        ("delivery=sent", ["goal.added"]),
        ("delivery=unsent", ["goal.started"]),
        ("delivery=failed", ["goal.ended"]),
        (f"q={GOAL}", ["goal.added", "goal.ended", "goal.started"]),
        (f"q=private-user@{USER}", ["goal.added", "goal.ended", "goal.started"]),
        ("q=nobody", []),
        ("event=goal.ended", ["goal.ended"]),
        ("event=goal.ended&delivery=sent", []),
        ("age=over-hour", []),
        ("age=week", ["goal.added", "goal.ended", "goal.started"]),
    ],
)
def test_pushes_are_found(support, rows, query, events):
    assert [row.split()[0] for row in listed(support, f"push/?{query}")] == events


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 1),
        ("processing=waiting", 1),
        ("processing=failing", 1),
        ("processing=published", 0),
        ("name=member_added", 1),
        ("name=member_removed", 0),
        ("age=hour", 1),
        ("age=over-hour", 0),
        (f"q={GOAL}", 1),
        (f"q={USER}", 1),
        ("q=x", 0),
    ],
)
def test_webhooks_are_found(support, rows, query, count):
    assert len(listed(support, f"webhook/?{query}")) == count


@pytest.mark.parametrize("path", ["push", "webhook"])
def test_pages_are_for_looking_only(support, rows, path):
    model = {"push": Push, "webhook": Webhook}[path]
    pk = model.objects.order_by("pk").first().pk
    assert support.get(f"/admin/notifications/{path}/{pk}/change/").status_code == 200
    assert support.post(f"/admin/notifications/{path}/{pk}/change/", {"event": "x"}).status_code == 403
    assert support.post(f"/admin/notifications/{path}/{pk}/delete/", {"post": "yes"}).status_code == 403
    assert support.get(f"/admin/notifications/{path}/add/").status_code == 403
