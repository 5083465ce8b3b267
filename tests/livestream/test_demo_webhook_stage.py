"""The webhooks of the demo: signed, and named after the channels of real clients."""

import hashlib
import hmac
import io
import json
from contextlib import closing

import pytest

from livestream.demo.errors import Refused
from livestream.demo.server import Answer, Server
from livestream.demo.story import Story
from livestream.demo.webhook_stage import WebhookStage

GOAL, STREAMER = "65f0c0ffee65f0c0ffee65f0", "65f0c0ffee65f0c0ffee65f1"


class Listening(Server):
    """Keeps the calls instead of sending them, and answers each with one status."""

    def __init__(self, *, status=200):
        super().__init__(address="http://127.0.0.1:1", story=Story(out=io.StringIO()))
        self.status = status
        self.calls = []

    def send(self, call):
        self.calls.append(call)
        return Answer(self.status)


@pytest.fixture
def server():
    with closing(Listening()) as listening:
        yield listening


@pytest.fixture
def stage(server):
    return WebhookStage(server=server, key="local", secret="local-secret")


def reported(call):
    (event,) = json.loads(call.data)["events"]
    return event["name"], event["channel"], event["user_id"]


def test_it_reports_the_stage_of_a_goal(stage, server):
    stage.enters(goal_id=GOAL, user_id=STREAMER)
    stage.leaves(goal_id=GOAL, user_id=STREAMER)
    assert [reported(call) for call in server.calls] == [
        ("member_added", f"presence-enc-goal@{GOAL}", STREAMER),
        ("member_removed", f"presence-enc-goal@{GOAL}", STREAMER),
    ]


def test_it_reports_the_streamers_own_stream(stage, server):
    stage.enters_stream(streamer_id=STREAMER)
    stage.leaves_stream(streamer_id=STREAMER)
    assert [reported(call) for call in server.calls] == [
        ("member_added", f"presence-stream@{STREAMER}", STREAMER),
        ("member_removed", f"presence-stream@{STREAMER}", STREAMER),
    ]


def test_a_repeat_is_the_same_to_the_byte_and_signed(stage, server):
    stage.enters_stream(streamer_id=STREAMER)
    stage.repeats()
    first, again = server.calls
    assert (first.data, first.headers) == (again.data, again.headers)
    signature = hmac.new(b"local-secret", first.data, hashlib.sha256).hexdigest()
    assert first.headers == {"X-Pusher-Key": "local", "X-Pusher-Signature": signature}


def test_a_webhook_that_is_refused_ends_the_demo(stage, server):
    server.status = 401
    with pytest.raises(Refused, match="401"):
        stage.leaves_stream(streamer_id=STREAMER)
