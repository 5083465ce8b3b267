"""livestream.online, livestream.offline and session.updated."""

import json

import pytest

from goals.types import GoalType
from livestream import clock
from notifications import channels
from sessions_app import selectors
from sessions_app.representation import session_for
from sessions_app.services import ending, opening
from tests.notifications.shows import pushed, told
from tests.support.invitations import agree, invite
from tests.support.outbox import pass_time, run_due

pytestmark = pytest.mark.django_db


def test_viewers_hear_that_a_stream_goes_live(session, streamer):
    run_due()
    assert told("livestream.online") == channels.targets(streamer.pk)
    data = pushed("livestream.online")[0][1]
    assert (data["session_id"], data["streamer_id"], data["price"]) == (session.id, streamer.pk, {"sd": 60})
    assert told("livestream.offline") == []


def test_viewers_hear_that_it_is_over(session, streamer):
    ending.end_session(session_id=session.id, caller_id=streamer.pk, now=clock.now())
    run_due()
    assert told("livestream.offline") == channels.targets(streamer.pk)


def change(session, **changes):
    opening.change_session(session_id=session.id, caller_id=session.streamer_id, changes=changes)
    run_due()


def test_a_change_of_the_session_is_pushed_with_all_of_it(session, streamer):
    change(session, title="Night", prices={"sd": 90})
    assert told("session.updated") == channels.targets(streamer.pk)
    stored = selectors.get_session(session_id=session.id)
    by_channel = dict(pushed("session.updated"))
    for name in channels.audience(streamer.pk):
        assert by_channel[name]["session"] == as_json(session_for(stored, viewer=None))
    assert by_channel[channels.user(streamer.pk)]["session"] == as_json(session_for(stored, viewer=streamer))


def test_what_changes_nothing_is_not_pushed(session):
    change(session, title=session.title)
    change(session)
    assert told("session.updated") == []


def test_the_preset_of_a_private_show_is_pushed_when_it_begins_and_when_it_is_over(session, viewer, moving):
    agree(invite(session, viewer))
    run_due()
    pass_time(moving, seconds=200)
    heard = [data["session"] for channel, data in pushed("session.updated") if channel.startswith("private-stream")]
    assert [shown["preset"] for shown in heard] == ["private", "public"]
    assert heard[0]["version"] < heard[1]["version"]


def test_the_audience_does_not_hear_whom_the_streamer_is_alone_with(session, streamer, viewer):
    session.prices = {"exclusive": 100}
    session.save()
    agree(invite(session, viewer, kind=GoalType.TRIGGER_EXCLUSIVE))
    run_due()
    by_channel = dict(pushed("session.updated"))
    assert list(by_channel[channels.user(streamer.pk)]["session"]["exclusive_goal_pairs"]) == [viewer.pk]
    for name in channels.audience(streamer.pk):
        assert viewer.pk not in json.dumps(by_channel[name])


def test_going_live_and_ending_carry_the_session_as_well(session, streamer):
    ending.end_session(session_id=session.id, caller_id=streamer.pk, now=clock.now())
    run_due()
    online, offline = (dict(pushed(f"livestream.{name}"))[channels.user(streamer.pk)] for name in ("online", "offline"))
    assert (online["session"]["id"], offline["session"]["active"]) == (session.id, False)


def as_json(document):
    return json.loads(json.dumps(document))
