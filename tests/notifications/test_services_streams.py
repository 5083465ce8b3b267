"""stream.authorized: who bought a ticket is let in (spec section 7, seed 004)."""

from datetime import timedelta

import pytest

from notifications import channels
from notifications.models import Push
from notifications.services import streams
from tests.notifications.shows import buy, funded, pushed, running_show, told
from tests.support.outbox import assert_enqueued, pass_time, run_due
from tests.support.people import make_show, make_user

pytestmark = pytest.mark.django_db


def channels_of(streamer, *viewers):
    ids = sorted(viewer.pk for viewer in viewers)
    return [
        channels.viewer(streamer_id=streamer.pk, quality=quality, viewer_id=viewer_id)
        for quality in ("preview", "sd")
        for viewer_id in ids
    ]


@pytest.fixture
def holders(db):
    return [make_user(coins=1000) for _ in range(3)]


def test_every_ticket_holder_is_let_into_both_qualities(session, moving, streamer, holders):
    show = running_show(session, moving, *holders)
    run_due()
    assert told("stream.authorized") == channels_of(streamer, *holders)
    for channel, data in pushed("stream.authorized"):
        assert data["quality"] == channels.parse(channel).quality
        assert (data["session_id"], data["streamer_id"]) == (session.id, streamer.pk)
        assert data["goal"]["id"] == show.id
        assert "breakdown" not in data["goal"]


def test_the_grant_lasts_as_long_as_there_is_something_left_to_perform(session, moving, holders):
    nbf = moving.at + timedelta(seconds=100)
    show = running_show(session, moving, *holders, target=60, nbf=nbf)
    run_due()
    assert told("stream.authorized") == []
    pass_time(moving, seconds=100)
    assert {data["exp"] for _, data in pushed("stream.authorized")} == {int(nbf.timestamp()) + 60}
    show.refresh_from_db()
    show.progress, show.stage_started = 20, nbf + timedelta(seconds=10)
    assert streams.grant_exp(goal=show, now=moving.at) == nbf + timedelta(seconds=10 + 40)
    show.progress = 80
    assert streams.grant_exp(goal=show, now=moving.at) == nbf + timedelta(seconds=10)


@pytest.mark.parametrize(("progress", "left"), [(0, 60), (20, 40)])
def test_while_nobody_performs_a_show_can_take_all_that_is_left_of_it(session, moving, holders, progress, left):
    show = running_show(session, moving, *holders, target=60)
    show.progress = progress
    show.stage_started = show.stage_paused = moving.at if progress else None
    moving.advance(seconds=500)
    assert streams.grant_exp(goal=show, now=moving.at) == moving.at + timedelta(seconds=left)


def test_many_holders_are_told_chunk_by_chunk(session, moving, streamer, holders):
    show = running_show(session, moving, *holders)
    found = sorted(holder.pk for holder in holders)
    e = "e" * 24
    told_now = streams.authorize_next(goal_id=show.id, after_viewer="", event_id=e, now=moving.at, size=2)
    assert told_now == 2
    assert_enqueued("push_stream_authorized", goal_id=show.id, after_viewer=found[1], event_id=e)
    assert streams.authorize_next(goal_id=show.id, after_viewer=found[1], event_id=e, now=moving.at, size=2) == 1
    assert sorted(told("stream.authorized")) == sorted(channels_of(streamer, *holders))


def test_a_thousand_holders_are_a_few_rows(session, moving, streamer, monkeypatch):
    show = running_show(session, moving)
    viewers = [f"{number:024x}" for number in range(1000)]
    monkeypatch.setattr("goals.selectors.ticket_holders", lambda **_: viewers)
    streams.authorize_next(goal_id=show.id, after_viewer="", event_id="e" * 24, now=moving.at)
    rows = Push.objects.filter(event="stream.authorized")
    assert rows.count() == 20
    assert all(len(row.channels) == 100 and row.bulk for row in rows)


def test_a_ticket_bought_while_the_show_runs_lets_its_buyer_in_and_nobody_else(session, moving, streamer, holders):
    show = running_show(session, moving, *holders)
    run_due()
    Push.objects.all().delete()
    late = buy(show.funding_goal)
    run_due()
    assert told("stream.authorized") == channels_of(streamer, late)


def test_a_ticket_bought_before_there_is_a_show_lets_nobody_in(session, moving, holders):
    funded(session, moving, *holders)
    assert told("stream.authorized") == []


def test_a_ticket_bought_for_a_show_that_is_only_scheduled_waits_for_its_start(session, moving, streamer, holders):
    funding = funded(session, moving, *holders)
    make_show(funding, nbf=moving.at + timedelta(seconds=60))
    late = buy(funding)
    run_due()
    assert told("stream.authorized") == []
    pass_time(moving, seconds=60)
    assert told("stream.authorized") == channels_of(streamer, late, *holders)
