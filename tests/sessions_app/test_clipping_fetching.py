"""Reading a source: no longer than the deadline, and from wherever it was moved to."""

import io
import time

import pytest

from sessions_app.clipping.errors import ClipFailed
from sessions_app.clipping.fetching import Deadline, SourceReader
from tests.support.trickling import Trickle

SECONDS = 0.5


def reader(folder, seconds=10.0):
    return SourceReader(folder=folder, deadline=Deadline(seconds=seconds))


@pytest.mark.parametrize("part", ["headers", "body"])
def test_a_source_that_trickles_is_left_at_the_deadline(tmp_path, part):
    with Trickle(part) as server:
        begun = time.monotonic()
        with pytest.raises(ClipFailed, match="CLIP_TIMEOUT") as raised:
            reader(tmp_path, SECONDS).append(server.url, io.BytesIO())
        assert SECONDS <= time.monotonic() - begun < SECONDS + 5
    assert raised.value.__context__ is None


def test_what_was_cut_off_is_no_playlist(tmp_path):
    with Trickle("body") as server, pytest.raises(ClipFailed, match="CLIP_TIMEOUT"):
        reader(tmp_path, SECONDS).playlist(server.url.replace("page", "page.m3u8"))


def test_a_playlist_that_was_moved_is_read_from_its_new_place(tmp_path, edge):
    edge.pages["new/page.m3u8"] = b"#EXTM3U\nts0.ts\n"
    edge.moved["page.m3u8"] = edge.url("new/page.m3u8")
    assert reader(tmp_path).playlist(edge.url("page.m3u8")) == ("#EXTM3U\nts0.ts\n", edge.url("new/page.m3u8"))
