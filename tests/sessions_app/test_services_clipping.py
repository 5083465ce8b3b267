"""clip_livestream_as_asset: real clips of a real broadcast, from every shape that a source has."""

import pytest

from tests.sessions_app.clips import (
    assert_left_in_drafts,
    assert_ready,
    broadcast_began,
    draft,
    over_at_completion,
    wait_and_cut,
)
from tests.support.broadcast import playlist

pytestmark = pytest.mark.django_db

LATER = 30  # seconds between the completion and the cut
MASTER = b"""#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="apart",NAME="a",URI="audio.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=9000,AUDIO="apart"
silent.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=100
poor.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=5000
page.m3u8
"""


def live_that_tells_the_time():
    return playlist(on_air=broadcast_began())


def live_with_a_window_that_moved_on():
    return playlist(first=4, on_air=broadcast_began())


def over_that_tells_the_time():
    return playlist(ended=True, on_air=broadcast_began())


def fragments_of_mp4():
    return playlist(on_air=broadcast_began(), name="fmp{}.m4s", header="init.mp4")


SHAPES = [
    live_that_tells_the_time,
    live_with_a_window_that_moved_on,
    over_at_completion,
    over_that_tells_the_time,
    fragments_of_mp4,
]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_a_clip_shows_the_wanted_seconds_however_late_it_is_cut(session, at_eight, edge, shape):
    edge.pages["page.m3u8"] = shape()
    post = draft(session, source=edge.url("page.m3u8"))
    assert wait_and_cut(at_eight, post, seconds=LATER) is None
    assert_ready(post)
    assert post.asset.metadata == {
        "source": {"cls": "Session", "id": session.id},
        f"auto_claimed_by:{post.id}": f"message-{post.id}:0",
    }
    assert post.tags == ["beta", "no_exposure", "feed:shorts_livestream", "bypass:review"]


def test_a_live_playlist_that_tells_no_time_ends_now(session, at_eight, edge, settings):
    settings.CLIP_DELAY = 2
    edge.pages["page.m3u8"] = playlist()
    post = draft(session, source=edge.url("page.m3u8"))
    wait_and_cut(at_eight, post, seconds=2)
    assert_ready(post)


def test_of_a_playlist_of_playlists_the_best_with_its_own_sound_is_cut(session, at_eight, edge):
    edge.pages |= {"master.m3u8": MASTER, "page.m3u8": live_that_tells_the_time()}
    post = draft(session, source=edge.url("master.m3u8"))
    wait_and_cut(at_eight, post)
    assert_ready(post)
    assert not {"silent.m3u8", "poor.m3u8"} & set(edge.asked)


def test_a_file_in_the_web_ends_at_the_completion(session, at_eight, edge):
    post = draft(session, source=edge.url("whole.mp4"), rewind=8)
    wait_and_cut(at_eight, post)
    assert_ready(post, first=12 - 8)


def test_a_stream_whose_end_nobody_knows_is_not_cut_somewhere_else(session, at_eight, edge, broadcast):
    edge.pages["live.ts"] = b"".join((broadcast / f"ts{n}.ts").read_bytes() for n in range(12))
    post = draft(session, source=edge.url("live.ts"))
    assert wait_and_cut(at_eight, post) is None
    assert_left_in_drafts(post, "no known end")


@pytest.mark.parametrize("name", ["whole.mp4", "ts.m3u8"])
def test_a_file_of_the_folder_is_cut_too(session, at_eight, broadcast, settings, name):
    settings.CLIP_SOURCE_FOLDER = broadcast
    post = draft(session, source=name, rewind=8)
    wait_and_cut(at_eight, post)
    assert_ready(post, first=12 - 8)


def test_what_the_source_no_longer_has_is_missing_from_the_clip(session, at_eight, edge):
    edge.pages["page.m3u8"] = playlist(first=5, on_air=broadcast_began())
    post = draft(session, source=edge.url("page.m3u8"))
    wait_and_cut(at_eight, post)
    assert_ready(post, first=5, seconds=2)


def test_what_is_not_in_the_playlist_yet_is_waited_for(session, at_eight, edge):
    began = broadcast_began()
    edge.pages["page.m3u8"] = playlist(last=5, on_air=began)
    post = draft(session, source=edge.url("page.m3u8"))
    assert wait_and_cut(at_eight, post, seconds=20).attempts == 1
    assert_left_in_drafts(post, "yet")
    edge.pages["page.m3u8"] = playlist(last=8, on_air=began)
    assert wait_and_cut(at_eight, post, seconds=2) is None
    assert_ready(post)
