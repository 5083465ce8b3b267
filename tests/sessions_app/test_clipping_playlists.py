"""Reading HLS playlists: what each segment is, and when it was on air."""

from datetime import UTC, datetime, timedelta

import pytest

from sessions_app.clipping import playlists
from sessions_app.clipping.errors import ClipImpossible, without_addresses

BASE = "https://edge.example/live/page.m3u8?token=secret"
AT = datetime(2026, 5, 1, 20, 0, tzinfo=UTC)


def read(*lines):
    return playlists.parse(text="\r\n".join(["#EXTM3U", *lines]), base=BASE)


def times(playlist):
    return [(begun - AT).total_seconds() for begun, _ in playlists.on_air(playlist=playlist, ends_at=AT)]


def test_a_segment_lies_beside_its_playlist_unless_it_says_otherwise():
    found = read("#EXTINF:2,", "a.ts", "#EXTINF:2,", "/b.ts", "#EXTINF:2,", "https://other.example/c.ts")
    assert [each.location for each in found.segments] == [
        "https://edge.example/live/a.ts",
        "https://edge.example/b.ts",
        "https://other.example/c.ts",
    ]
    assert not found.ended


def test_without_a_time_the_last_segment_ends_at_the_given_moment():
    assert times(read("#EXTINF:2.5,title", "a", "#EXTINF:4,", "b", "#EXT-X-ENDLIST")) == [-6.5, -4.0]


def test_a_time_counts_for_the_segments_around_it_until_the_next():
    marked = [f"#EXT-X-PROGRAM-DATE-TIME:{(AT + timedelta(seconds=s)).isoformat()}" for s in (10, 60)]
    found = read("#EXTINF:2,", "a", marked[0], "#EXTINF:2,", "b", "#EXTINF:3,", "c", marked[1], "#EXTINF:2,", "d")
    assert times(found) == [8, 10, 12, 60]


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("2026-05-01T20:00:05.500Z", 5.5), ("2026-05-01T22:00:05+0200", 5), ("2026-05-01T20:00:05", 5), ("soon", -2)],
)
def test_a_time_is_read_as_it_is_written_in_the_field(written, seconds):
    assert times(read(f"#EXT-X-PROGRAM-DATE-TIME:{written}", "#EXTINF:2,", "a")) == [seconds]


@pytest.mark.parametrize(
    "lines",
    [
        ['#EXT-X-KEY:METHOD=AES-128,URI="k"', "#EXTINF:2,", "a"],
        ["#EXT-X-BYTERANGE:100@0", "#EXTINF:2,", "a"],
        ['#EXT-X-MAP:URI="m",BYTERANGE="100@0"', "#EXTINF:2,", "a"],
        ["#EXTINF:nan,", "a"],
        ["#EXTINF:-1,", "a"],
        ["#EXTINF:99999,", "a"],
        [],
    ],
)
def test_what_a_clip_cannot_be_cut_from_is_refused(lines):
    with pytest.raises(ClipImpossible):
        read(*lines)


def test_a_key_that_encrypts_nothing_is_borne():
    assert len(read("#EXT-X-KEY:METHOD=NONE", "#EXTINF:2,", "a").segments) == 1


def test_where_every_rendition_has_its_sound_apart_there_is_no_clip():
    text = '#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="g",URI="a"\n#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO="g"\nv.m3u8\n'
    with pytest.raises(ClipImpossible):
        playlists.best_rendition(text=text, base=BASE)


@pytest.mark.parametrize("scheme", ["https", "HTTPS", "Http"])
def test_a_reason_keeps_of_an_address_only_the_host(scheme):
    told = without_addresses(f"Error opening {scheme}://key:pass@edge.example/live/a.ts?token=secret: 404")
    assert told == f"Error opening {scheme}://edge.example/… 404"
