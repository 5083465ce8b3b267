"""livestream.online and livestream.offline."""

import pytest

from notifications import channels
from sessions_app.services import ending
from tests.notifications.shows import pushed, told
from tests.support.outbox import run_due

pytestmark = pytest.mark.django_db


def test_viewers_hear_that_a_stream_goes_live(session, streamer):
    run_due()
    assert told("livestream.online") == channels.targets(streamer.pk)
    data = pushed("livestream.online")[0][1]
    assert (data["session_id"], data["streamer_id"], data["price"]) == (session.id, streamer.pk, {"sd": 60})
    assert told("livestream.offline") == []


def test_viewers_hear_that_it_is_over(session, streamer):
    ending.end_session(session_id=session.id, caller_id=streamer.pk)
    run_due()
    assert told("livestream.offline") == channels.targets(streamer.pk)
