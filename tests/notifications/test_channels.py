"""Channel names, read and written."""

import pytest

from notifications import channels

S, V = "a" * 24, "b" * 24
LONGEST_NAME = 164  # of a channel, to Pusher


@pytest.mark.parametrize(
    ("name", "room", "is_presence"),
    [
        (f"private-stream@{S}", "stream", False),
        (f"presence-stream@{S}", "stream", True),
        (f"private-enc-stream@{S}", "stream", False),
        (f"private-user@{S}", "user", False),
        (f"private-enc-user@{S}", "user", False),
        (f"presence-enc-goal@{S}", "goal", True),
    ],
)
def test_a_channel_says_what_it_stands_for(name, room, is_presence):
    channel = channels.parse(name)
    assert (channel.name, channel.room, channel.subject_id, channel.is_presence) == (name, room, S, is_presence)
    assert (channel.quality, channel.viewer_id) == (None, None)


@pytest.mark.parametrize("quality", ["preview", "sd"])
def test_a_viewers_channel_names_streamer_quality_and_viewer(quality):
    channel = channels.parse(f"presence-stream-viewer@{S}.{quality}.{V}")
    assert (channel.room, channel.subject_id, channel.quality, channel.viewer_id) == ("viewer", S, quality, V)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "private-stream",
        "private-stream@",
        f"private-stream@{S[:-1]}",
        f"private-stream@{S}0",
        f"private-stream@{'A' * 24}",
        f"private-stream@{S}\n",
        f" private-stream@{S}",
        f"public-stream@{S}",
        f"presence-goal@{S}",
        f"private-enc-goal@{S}",
        f"presence-user@{S}",
        f"presence-stream-viewer@{S}.hd.{V}",
        f"presence-stream-viewer@{S}.sd",
        f"presence-stream-viewer@{S}.sd.{V}.x",
        f"private-encrypted-user@{S}",
        f"private-user:{S}",
        "x" * 5000,
    ],
)
def test_other_names_mean_nothing(name):
    assert channels.parse(name) is None


def test_every_name_that_is_written_can_be_read_and_is_allowed_by_pusher():
    written = [
        *channels.targets(S),
        *channels.with_snapshots(S),
        channels.stage(S),
        *(channels.viewer(streamer_id=S, quality=quality, viewer_id=V) for quality in channels.QUALITIES),
    ]
    for name in written:
        assert channels.parse(name).subject_id == S
        assert len(name) <= LONGEST_NAME


def test_the_targets_are_those_of_the_seeds():
    assert channels.targets(S) == [f"private-stream@{S}", f"presence-stream@{S}", f"private-user@{S}"]
    assert channels.with_snapshots(S) == [
        f"private-user@{S}",
        f"private-enc-user@{S}",
        f"private-stream@{S}",
        f"private-enc-stream@{S}",
    ]
