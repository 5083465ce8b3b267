"""Lists of goals over HTTP: filters, pages, members, and what they cost (spec section 3)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goals.models import Goal
from livestream import clock, ids
from tests.goals.stories import quick_show, quick_shows
from tests.support.people import make_funding, make_session

pytestmark = pytest.mark.django_db

MEMBERS = (
    "id version type active state progress unit level levels nbf exp remaining due_at server_time"
    " conditions context metadata terms outcome ended_because"
)


@pytest.fixture
def three(session):
    """A show, the sale it comes from, and another streamer's sale, newest first."""
    show, other = quick_show(session), make_funding(make_session())
    for seconds, goal in enumerate([show.funding_goal, show, other]):
        Goal.objects.filter(pk=goal.pk).update(created_at=clock.now() + timedelta(seconds=seconds))
    return [other, show, show.funding_goal]


def listed(client, query=""):
    return [each["id"] for each in client.get(f"/goals{query}").json()["results"]]


def test_a_list_is_newest_first_and_can_be_narrowed(buyer, session, three):
    other, show, funding = (goal.id for goal in three)
    assert listed(buyer) == [other, show, funding]
    assert listed(buyer, f"?session={session.id}") == [show, funding]
    assert listed(buyer, f"?streamer={three[0].streamer_id}") == [other]
    assert listed(buyer, "?type=funding") == [other, funding]
    assert listed(buyer, "?active=true") == [other, show]
    assert listed(buyer, "?active=false") == [funding]
    assert listed(buyer, f"?active=true&type=show&session={session.id}&streamer={session.streamer_id}") == [show]
    assert listed(buyer, f"?session={ids.new_id()}") == []


def test_a_list_goes_on_where_its_page_ended_and_back(buyer, three):
    first = buyer.get("/goals?page_size=2&lang=en").json()
    second = buyer.get("/goals" + first["next"]).json()
    assert [g["id"] for page in (first, second) for g in page["results"]] == [goal.id for goal in three]
    assert (second["next"], first["previous"]) == (None, None)
    assert buyer.get("/goals" + second["previous"]).json()["results"] == first["results"]


def test_a_representation_has_exactly_these_members(buyer, three):
    for goal in three:
        assert set(buyer.get(f"/goals/{goal.id}").json()) == set(MEMBERS.split())
    assert all(set(goal) == set(MEMBERS.split()) for goal in buyer.get("/goals").json()["results"])


def queries_of(client, path):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


@pytest.mark.parametrize("who", ["api", "buyer"])
def test_a_longer_list_takes_no_more_queries(request, session, who):
    client, path = request.getfixturevalue(who), f"/goals?session={session.id}"
    quick_shows(session, number=1)
    few = queries_of(client, path)
    quick_shows(session, number=3)
    assert queries_of(client, path) == few
