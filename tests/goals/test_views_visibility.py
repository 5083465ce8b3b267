"""Who sees what of a goal: payers and amounts are for those concerned (spec section 3)."""

from __future__ import annotations

import pytest

from goals.models import Goal
from livestream import clock
from tests.goals.snapshot import assert_refused
from tests.goals.stories import count, forget_effects, quick_show
from tests.support.matrix import events_of_goal
from tests.support.people import give_coins, make_session, make_user
from tests.support.shows import buy

pytestmark = pytest.mark.django_db

EIGHT = 1777665600


@pytest.fixture
def payers(funding):
    """Two who paid 200 and 600 coins; the latter's are not counted yet."""
    small, big = make_user(coins=200), make_user(coins=600)
    buy(funding, small)
    forget_effects(count(funding))
    buy(funding, big, 3)
    return small, big


@pytest.fixture
def support(client_of):
    return client_of(make_user(is_staff=True))


OF_PAYERS = ("breakdown", "breakdown_names")


def breakdowns(client, goal):
    """Return what one goal shows of its payers. In a list it shows the same, but of others nothing."""
    one = client.get(f"/goals/{goal.id}").json()
    [listed] = client.get(f"/goals?session={goal.session_id}&type={goal.type}").json()["results"]
    reader = client.get("/users/me").json()["id"]
    own = {name: one[name] for name in OF_PAYERS if set(one.get(name, ())) == {reader}}
    assert listed == {name: one[name] for name in one if name not in OF_PAYERS} | own
    return one.get("breakdown", "absent")


def test_the_streamer_and_support_see_all_payers_the_biggest_first(api, support, funding, payers):
    small, big = payers
    for client in (api, support):
        assert list(breakdowns(client, funding).items()) == [(big.pk, 600), (small.pk, 200)]


def test_a_payer_sees_their_own_coins_only(client_of, funding, payers):
    small, big = payers
    assert breakdowns(client_of(small), funding) == {small.pk: 200}
    assert breakdowns(client_of(big), funding) == {big.pk: 600}


def test_others_see_the_goal_and_no_payer(client_of, buyer, funding, payers):
    other_streamer = client_of(make_session().streamer)
    for client in (buyer, other_streamer):
        assert breakdowns(client, funding) == "absent"
        assert client.get(f"/goals/{funding.id}").json()["progress"] == 800


def test_a_show_has_the_payers_of_its_sale(api, session):
    show = quick_show(session)
    [(payer_id, coins)] = breakdowns(api, show).items()
    assert coins == 400
    assert payer_id == show.funding_goal.contribution_set.get().payer_id


def test_several_purchases_of_one_payer_are_one_entry(client_of, funding, payers):
    small, _ = payers
    give_coins(small, 400)
    buy(funding, small, 2)
    assert breakdowns(client_of(small), funding) == {small.pk: 600}


def test_support_finds_in_a_list_what_they_paid_themselves(client_of, funding, payers):
    helper = make_user(is_staff=True, coins=200)
    buy(funding, helper)
    client = client_of(helper)
    assert client.get(f"/goals/{funding.id}").json()["breakdown"].keys() == {helper.pk, *(each.pk for each in payers)}
    [listed] = client.get("/goals").json()["results"]
    assert (listed["breakdown"], listed["breakdown_names"]) == ({helper.pk: 200}, {helper.pk: helper.username})


def test_a_breakdown_is_bounded(api, funding, payers, monkeypatch):
    monkeypatch.setattr("goals.representation.goals.LARGEST_BREAKDOWN", 1)
    assert breakdowns(api, funding) == {payers[1].pk: 600}


def test_nobody_sees_anything_without_a_token(client_of, funding):
    anonymous = client_of()
    for path in ("", f"/{funding.id}", f"/{funding.id}/events", f"/{funding.id}/contributions"):
        assert_refused(anonymous.get(f"/goals{path}"), 401, "not_authenticated")


@pytest.mark.parametrize("path", ["events", "contributions"])
def test_a_goal_s_own_lists_are_for_its_streamer_and_support(client_of, api, support, funding, payers, path):
    others = [*payers, make_user(), make_session().streamer]
    for user in others:
        assert_refused(client_of(user).get(f"/goals/{funding.id}/{path}"), 403, "not_your_goal")
    answers = [client.get(f"/goals/{funding.id}/{path}").json() for client in (api, support)]
    assert answers[0] == answers[1]
    assert answers[0]["results"]


def test_the_events_of_a_goal_are_told_newest_last_with_times_in_unix_seconds(api, funding, payers):
    count(funding)
    events = api.get(f"/goals/{funding.id}/events").json()["results"]
    assert [event["name"] for event in events] == events_of_goal(funding.id)
    assert all(list(event) == ["id", "name", "occurred_at", "triggerer", "data", "names"] for event in events)
    created, progressed = events[0], events[-1]
    assert (created["occurred_at"], created["data"]["exp"], created["data"]["nbf"]) == (EIGHT, EIGHT + 600, None)
    assert created["id"] == created["data"]["event_id"]
    assert progressed["data"]["payers"] == {payers[1].pk: 600}
    assert (progressed["data"]["amount"], progressed["data"]["breakdown_id"]) == (600, payers[1].pk)


def test_the_events_go_on_where_their_page_ended(api, funding):
    first = api.get(f"/goals/{funding.id}/events?page_size=2").json()
    second = api.get(f"/goals/{funding.id}/events{first['next']}").json()
    names = [event["name"] for page in (first, second) for event in page["results"]]
    assert names == ["goal.created", "goal.added", "goal.started"]


def test_the_events_name_the_app_that_caused_them(api, funding):
    api.delete(f"/goals/{funding.id}", headers={"X-Client-Id": "studio"})
    ended = api.get(f"/goals/{funding.id}/events").json()["results"][-1]
    assert (ended["name"], ended["triggerer"]) == ("goal.ended", "studio")
    assert ended["data"]["exp"] == clock.to_epoch(Goal.objects.get(pk=funding.pk).exp)
