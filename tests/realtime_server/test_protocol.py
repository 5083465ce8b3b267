"""Sessions of the protocol: nothing that a client sends raises an error, and nothing of it remains afterwards."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from livestream.realtime_server import signatures
from livestream.realtime_server.batching import WebhookBatcher
from livestream.realtime_server.options import Options
from livestream.realtime_server.protocol import AppState, ProtocolSession

OPTIONS = Options(app_id="7", key="key", secret="secret")


class Transport:
    """Keeps what it is told to send."""

    socket_id = "1.2"

    def __init__(self):
        self.sent = []
        self.closed = None

    def send(self, message):
        self.sent.append(json.loads(message))

    def close(self, *, code, reason):
        self.closed = code


def signed(channel, channel_data):
    return "key:" + signatures.of_channel(
        secret=OPTIONS.secret, socket_id=Transport.socket_id, channel=channel, channel_data=channel_data
    )


junk = st.none() | st.integers() | st.text(max_size=5) | st.lists(st.none(), max_size=1)
names = st.sampled_from(
    ["public", "private-a", "presence-b", "cache-c", "private-encrypted-d", "#server-to-user-me", "!"]
)
channel_data = st.sampled_from(
    [
        '{"user_id": "\ud800"}',
        '{"user_id": "me"}',
        '{"user_id": 7, "user_info": {"a": 1}}',
        '{"user_id": true}',
        "[]",
        "{",
        '{"user_id": ""}',
    ]
)


@st.composite
def subscriptions(draw):
    name, data = draw(names), draw(st.none() | channel_data)
    members = {"channel": name, "auth": signed(name, data)} | ({"channel_data": data} if data else {})
    return {
        "event": "pusher:subscribe",
        "data": members | draw(st.dictionaries(st.sampled_from([*members]), junk, max_size=1)),
    }


@st.composite
def others(draw):
    event = draw(st.sampled_from(["pusher:unsubscribe", "pusher:signin", "pusher:ping", "client-a", "pusher:what", ""]))
    data = draw(junk | st.fixed_dictionaries({"channel": names}))
    return {"event": event, "data": data, "channel": draw(junk | names)}


@given(st.lists(subscriptions() | others(), max_size=30))
def test_a_client_may_say_what_it_likes(said):
    reported = []
    state = AppState(options=OPTIONS, observer=WebhookBatcher(deliver=reported.append, leave_delay=0, batch_delay=0))
    transport = Transport()
    session = ProtocolSession(state=state, transport=transport)
    session.begin()
    for message in said:
        before = len(transport.sent)
        session.take(json.dumps(message))
        assert len(transport.sent) > before or message["event"] in ("pusher:unsubscribe", "client-a")
    session.end()
    session.end()
    assert list(state.channels) == []
    assert len(state.users) == 0
    came = [each for each in reported if each.events[0]["name"] in ("channel_occupied", "member_added")]
    left = [each for each in reported if each.events[0]["name"] in ("channel_vacated", "member_removed")]
    assert len(came) == len(left)
