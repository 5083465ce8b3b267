"""Messages: whatever a client sends is either a message or a ProtocolError."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from livestream.realtime_server import frames
from livestream.realtime_server.frames import Frame, ProtocolError
from livestream.realtime_server.options import Limits

documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
messages = st.fixed_dictionaries({}, optional={"event": documents, "channel": documents, "data": documents})


@given(st.text() | documents.map(json.dumps) | messages.map(json.dumps))
@example("[" * 200_000)
@example('{"event": "a", "data": NaN}')
@example('{"event": "a", "data": ' + "9" * 10_000 + "}")
@example('{"event": "pusher:ping", "data": "nothing"}')
def test_a_text_is_a_message_or_an_error(text):
    try:
        frame = frames.read(text, limits=Limits())
    except ProtocolError:
        return
    said = json.loads(text)
    assert (frame.event, frame.channel) == (said["event"], said.get("channel"))


@given(event=st.text(min_size=1, max_size=200), data=documents, channel=st.none() | st.text())
def test_what_is_written_can_be_read(event, data, channel):
    if event.startswith("pusher:"):
        return
    assert frames.read(frames.write(event, data, channel=channel), limits=Limits()) == Frame(event, data, channel)


def test_data_that_is_encoded_twice_is_read():
    text = '{"event": "pusher:subscribe", "data": "{\\"channel\\": \\"a\\"}"}'
    frame = frames.read(text, limits=Limits())
    assert frame.text("channel") == "a"


@pytest.mark.parametrize("data", [None, [], "text", 1, {"channel": 1}, {}])
def test_a_member_of_another_type_is_an_error(data):
    with pytest.raises(ProtocolError):
        Frame("pusher:subscribe", data).text("channel")


def test_a_number_that_is_too_large_for_json_is_not_passed_on():
    with pytest.raises(ProtocolError):
        frames.write("client-a", frames.read('{"event": "client-a", "data": 1e999}', limits=Limits()).data)


def test_half_a_surrogate_pair_can_be_sent():
    assert frames.write("a", "\ud800").encode("utf-8")
    assert frames.size("\ud800") == 3
