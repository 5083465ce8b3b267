"""Names stand beside the ids of users, for exactly those who may read the ids."""

import pytest

from goals.types import GoalType
from tests.support.clients import client_of
from tests.support.endings import offering_session
from tests.support.invitations import agree, exclusive_of, invite
from tests.support.outbox import run_due
from tests.support.people import make_funding, make_user
from tests.support.shows import buy

pytestmark = pytest.mark.django_db


def read(reader, path):
    answer = client_of(reader).get(path)
    assert answer.status_code == 200, answer.content
    return answer.json()


def pairs(document):
    """Yield each user's id of a document with the name beside it."""
    for name, value in document.items():
        if isinstance(value, dict):
            yield from pairs(value)
        elif f"{name.removesuffix('_id')}_name" in document:
            yield value, document[f"{name.removesuffix('_id')}_name"]


def test_a_goal_names_its_streamer_to_all_and_who_invited_to_those_who_may_know(moving):
    session, viewer = offering_session(), make_user(coins=1000)
    goal = exclusive_of(agree(invite(session, viewer, kind=GoalType.TRIGGER_EXCLUSIVE)))
    streamer = (session.streamer_id, session.streamer.username)
    inviter = (viewer.pk, viewer.username)
    for reader in (session.streamer, viewer, make_user(is_staff=True)):
        assert set(pairs(read(reader, f"/goals/{goal.id}"))) == {streamer, inviter}
    stranger = read(make_user(), f"/goals/{goal.id}")
    assert set(pairs(stranger)) == {streamer}
    assert viewer.username not in str(stranger)


def test_a_breakdown_names_the_payers_it_lists_and_no_others(moving):
    session, payers = offering_session(), [make_user(coins=1000) for _ in range(2)]
    funding = make_funding(session, target=2000)
    for payer in payers:
        buy(funding, payer)
    everybody = {payer.pk: payer.username for payer in payers}
    assert read(session.streamer, f"/goals/{funding.id}")["breakdown_names"] == everybody
    assert read(payers[0], f"/goals/{funding.id}")["breakdown_names"] == {payers[0].pk: payers[0].username}
    assert "breakdown_names" not in read(make_user(), f"/goals/{funding.id}")
    rows = read(session.streamer, f"/goals/{funding.id}/contributions")["results"]
    assert {row["user_id"]: row["user_name"] for row in rows} == everybody


def test_a_session_and_the_feed_name_the_streamer_and_a_one_on_one_its_viewer(moving):
    session, viewer = offering_session(), make_user(coins=1000)
    invite(session, viewer, kind=GoalType.TRIGGER_EXCLUSIVE)
    run_due()
    shown = read(viewer, f"/sessions/{session.id}")
    assert shown["streamer_name"] == session.streamer.username
    assert shown["exclusive_goal_pairs"][viewer.pk]["user_name"] == viewer.username
    assert viewer.username not in str(read(make_user(), f"/sessions/{session.id}"))
    [entry] = read(viewer, "/feed")["results"]
    assert entry["session"]["streamer_name"] == session.streamer.username
    assert entry["goals"][0]["metadata"]["user_name"] == session.streamer.username


def test_events_name_all_users_whose_ids_they_contain(moving):
    session, viewer, other = offering_session(), make_user(coins=1000), make_user(coins=1000)
    goal = invite(session, viewer)
    invite(session, other)
    known = {each.pk: each.username for each in (session.streamer, viewer, other)}
    of_goal = read(session.streamer, f"/goals/{goal.id}/events")["results"]
    assert {pk: name for each in of_goal for pk, name in each["names"].items()} == known
    for each in of_goal:
        assert {pk for pk in known if pk in str(each["data"])} == set(each["names"])
    mine = str(read(viewer, f"/goals/{goal.id}"))
    assert other.username not in mine
