"""What a viewer who is let in is told, and that it is theirs alone."""

import json
from datetime import timedelta

import pytest

from livestream import clock
from notifications import channels, payloads
from notifications.models import Audience
from notifications.services import stream_events
from tests.notifications.audiences import heard
from tests.notifications.shows import running_show
from tests.notifications.stream_tokens import claims_of
from tests.sessions_app.test_rtc_tokens import APP_ID, APP_KEY, read
from tests.support.outbox import run_due
from tests.support.people import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _credentials(settings):
    settings.BYTEPLUS_APP_ID, settings.BYTEPLUS_APP_KEY = APP_ID, APP_KEY


@pytest.fixture
def holders(db):
    return [make_user(coins=1000) for _ in range(7)]


def test_every_viewer_hears_of_both_qualities_once_ten_events_a_call(session, moving, streamer, holders, pusher_server):
    show = running_show(session, moving, *holders)
    run_due()
    told = heard(pusher_server)
    assert set(told) == {(holder.pk, quality) for holder in holders for quality in channels.QUALITIES}
    [event_id] = Audience.objects.values_list("event_id", flat=True)
    for (_, quality), [data] in told.items():
        assert data["quality"] == quality
        assert (data["session_id"], data["streamer_id"]) == (session.id, streamer.pk)
        assert (data["goal"]["id"], data["event_id"]) == (show.id, event_id)
        assert "breakdown" not in data["goal"]
    sizes = [len(call.told) for call in pusher_server.calls if call.told[0][1] == "stream.authorized"]
    assert sorted(sizes) == [4, 10]


def test_the_tokens_are_the_viewers_own_and_end_with_the_grant(session, moving, holders, pusher_server):
    show = running_show(session, moving, *holders, target=60)
    run_due()
    told, exp = heard(pusher_server), clock.to_epoch(moving.at) + 60
    for holder in holders:
        [preview], [sd] = told[holder.pk, "preview"], told[holder.pk, "sd"]
        assert not {"token", "byteplus_token", "byteplus_rtc_info"} & set(preview)
        own = {"session_id": session.id, "sub": holder.pk, "quality": "sd", "goal_id": show.id, "exp": exp}
        assert claims_of(sd["token"]) == own | {"iat": clock.to_epoch(moving.at)}
        room = f"{session.id}.{show.id}"
        assert sd["byteplus_rtc_info"] == {"app_id": APP_ID, "room_id": room, "user_id": holder.pk}
        _, _, expire_at, room_id, user_id, privileges = read(sd["byteplus_token"])
        assert (expire_at, room_id, user_id, list(privileges)) == (exp, room, holder.pk, [4])
        assert preview["exp"] == sd["exp"] == exp
    kept = json.dumps([Audience.objects.values_list("data", flat=True).get(), show.id])
    assert not any(holder.pk in kept or told[holder.pk, "sd"][0]["token"] in kept for holder in holders)


@pytest.mark.parametrize("title", ["Encore", "票" * 3300, "x" * 60_000])
def test_no_event_is_larger_than_pusher_takes_nor_its_tokens_cut(session, moving, title):
    show = running_show(session, moving)
    show.levels = [{"title": title, "target": 60}]
    opening = stream_events.opening(goal=show, event_id="e" * 24, exp=moving.at + timedelta(seconds=9), now=moving.at)
    preview, sd = opening.events("a" * 24, exp=opening.exp)
    for event in (preview, sd):
        assert len(event.data.encode()) <= payloads.LARGEST_DATA_BYTES
    said = json.loads(sd.data)
    assert said["byteplus_token"].startswith("001")
    assert (said["exp"], said["goal"]["id"]) == (clock.to_epoch(opening.exp), show.id)


def test_what_is_added_for_a_viewer_is_less_than_what_is_kept_free(session, moving):
    show = running_show(session, moving)
    opening = stream_events.opening(goal=show, event_id="e" * 24, exp=moving.at + timedelta(seconds=9), now=moving.at)
    _, sd = opening.events("a" * 24, exp=opening.exp)
    longest_room = 128 - len(opening.room.room_id)
    assert len(sd.data.encode()) - len(opening.head.encode()) + 3 * longest_room < stream_events.PERSONAL_BYTES
