"""How lists are narrowed: by state, time, streamer, escrow and goal, and to several of them by their ids."""

from __future__ import annotations

import pytest

from livestream import clock, ids
from tests.support import endings
from tests.support.clients import client_of, said
from tests.support.outbox import run_due
from tests.support.people import make_funding, make_session, make_user
from tests.support.shows import buy
from wallet.models import Earning, Transfer

pytestmark = pytest.mark.django_db


def listed(reader, path, *, of="id", **query):
    answer = client_of(reader).get(path, query)
    assert answer.status_code == 200, answer.content
    return [each[of] for each in answer.json()["results"]]


def test_goals_by_state_outcome_time_and_ids(moving):
    missed = endings.funding_missed(moving)
    now = clock.to_epoch(clock.now())
    moving.advance(seconds=5)
    running, reader = make_funding(make_session()), make_user()
    assert listed(reader, "/goals", state="active") == listed(reader, "/goals", since=now + 1) == [running.id]
    assert listed(reader, "/goals", state="ended") == listed(reader, "/goals", outcome="refunded") == [missed.id]
    assert listed(reader, "/goals", state="scheduled") == []
    wanted = ",".join([missed.id, running.id, ids.new_id()])
    assert listed(reader, "/goals", ids=wanted) == [running.id, missed.id]


def test_sessions_by_state_time_and_ids_and_the_feed_by_streamer(moving):
    opened, live, reader = make_session(live=False), make_session(), make_user()
    run_due()
    assert listed(reader, "/sessions", state="opened") == [opened.id]
    assert listed(reader, "/sessions", state="live", ids=f"{opened.id},{live.id}") == [live.id]
    assert listed(reader, "/sessions", since=clock.to_epoch(clock.now()) + 1) == []
    [session] = listed(reader, "/feed", of="session", streamer=live.streamer_id)
    assert session["id"] == live.id
    assert listed(reader, "/feed", of="session", streamer=reader.pk) == []


def test_transfers_by_kind_escrow_goal_time_and_ids(moving):
    funding, other, viewer = make_funding(make_session()), make_funding(make_session()), make_user(coins=1000)
    start = clock.to_epoch(clock.now())
    moving.advance(seconds=5)
    bought = buy(funding, viewer).transfer_id
    moving.advance(seconds=5)
    later = buy(other, viewer).transfer_id
    deposit = Transfer.objects.get(credit_id=viewer.pk).pk

    def found(**query):
        return listed(viewer, "/wallet/transfers", of="transfer_id", **query)

    assert found(kind="hold") == [later, bought]
    assert found(escrow=funding.escrow_id) == found(goal=funding.id) == [bought]
    assert found(since=start + 10) == [later]
    assert found(until=start + 10, since=start + 5) == [bought]
    assert found(ids=f"{deposit},{later}") == [later, deposit]
    assert found(goal=ids.new_id()) == []


def test_earnings_by_state_escrow_goal_hour_and_ids(moving):
    show = endings.show_performed(moving)
    earning = Earning.objects.get(escrow_id=show.escrow_id)
    hour = clock.to_epoch(earning.hour)

    def found(**query):
        return listed(show.streamer, "/wallet/earnings", **query)

    for query in (
        {"state": "settled"},
        {"escrow": show.escrow_id},
        {"goal": show.id},
        {"goal": show.funding_goal_id},
        {"since": hour, "until": hour + 1},
        {"ids": earning.id},
    ):
        assert found(**query) == [earning.id], query
    assert found(state="pending") == found(until=hour) == found(goal=ids.new_id()) == []


@pytest.mark.parametrize(
    "path", ["/goals?ids=", "/sessions?ids=", "/wallet/earnings?ids=", "/wallet/transfers?ids="], ids=str
)
def test_a_hundred_ids_are_the_most(path):
    client = client_of(make_user())
    assert client.get(path + ",".join(ids.new_id() for _ in range(100))).status_code == 200
    problem = client.get(path + ",".join(ids.new_id() for _ in range(101))).json()
    assert [each["code"] for each in problem["errors"]] == ["too_many_ids"]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/goals?ids=1", "invalid_id"),
        ("/goals?since=yesterday", "invalid_epoch"),
        ("/goals?since=1", "epoch_out_of_range"),
        ("/goals?state=over", "invalid_choice"),
        ("/sessions?outcome=completed", "unknown_parameter"),
        ("/wallet/transfers?kind=gift", "invalid_choice"),
        ("/wallet/earnings?hour=1", "unknown_parameter"),
        ("/feed?streamer=me", "invalid_id"),
    ],
)
def test_what_cannot_be_meant_is_refused(path, code):
    answer = client_of(make_user()).get(path)
    assert said(answer)[0] == 400
    assert [each["code"] for each in answer.json()["errors"]] == [code]
