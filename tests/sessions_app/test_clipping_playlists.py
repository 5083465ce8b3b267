"""Reading HLS playlists: what each segment is, and when it was on air."""

import time
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
        ["#EXTINF:inf,", "a"],
        ["#EXTINF:two,", "a"],
        [f"#EXTINF:{'9' * 5000},", "a"],
        ["#EXT-X-MAP:NAME=m", "#EXTINF:2,", "a"],
        ['#EXT-X-KEY:METHOD=AES-128,URI="x,METHOD=NONE,y"', "#EXTINF:2,", "a"],
        ["#EXTINF:2,"],
        ["a"],
        [],
    ],
)
def test_what_a_clip_cannot_be_cut_from_is_refused(lines):
    with pytest.raises(ClipImpossible):
        read(*lines)


def test_a_key_that_encrypts_nothing_is_borne():
    assert len(read("#EXT-X-KEY:METHOD=NONE", "#EXTINF:2,", "a").segments) == 1


@pytest.mark.parametrize(
    "line",
    ["#EXT-X-TARGETDURATION:4.5", "#EXT-X-VERSION:new", "#EXT-X-DATERANGE:DURATION=long", "#EXT-X-PART:X", "# comment"],
)
def test_a_strange_value_in_a_tag_that_clips_do_not_use_does_no_harm(line):
    assert len(read(line, "#EXTINF:2,", "a").segments) == 1


def test_a_time_at_the_end_of_all_times_counts_as_none():
    assert times(read("#EXT-X-PROGRAM-DATE-TIME:9999-12-31T23:59:59Z", "#EXTINF:2,", "a")) == [-2]


def test_a_header_counts_until_the_next():
    found = read('#EXT-X-MAP:URI="m"', "#EXTINF:2,", "a", "#EXTINF:2,", "b", '#EXT-X-MAP:URI="/n"', "#EXTINF:2,", "c")
    near, far = "https://edge.example/live/m", "https://edge.example/n"
    assert [each.header for each in found.segments] == [near, near, far]


@pytest.mark.parametrize(
    ("named", "lines"),
    [("location", ["#EXTINF:2,", "http://["]), ("header", ['#EXT-X-MAP:URI="http://["', "#EXTINF:2,", "a"])],
)
def test_an_address_that_cannot_be_read_is_refused(named, lines):
    segment = read(*lines).segments[0]
    with pytest.raises(ClipImpossible, match="address"):
        getattr(segment, named)


def test_the_best_rendition_has_the_highest_bandwidth():
    streams = [f'#EXT-X-STREAM-INF:BANDWIDTH={n},CODECS="a,b"\nv{n}.m3u8' for n in (800, 5000, 900)]
    text = "\n".join(["#EXTM3U", *streams])
    assert playlists.best_rendition(text=text, base=BASE) == "https://edge.example/live/v5000.m3u8"


@pytest.mark.parametrize("bandwidth", ["much", "1e999", "9" * 5000])
def test_a_bandwidth_that_is_no_number_never_breaks_the_reader(bandwidth):
    text = f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH={bandwidth}\nv.m3u8\n"
    with pytest.raises(ClipImpossible):
        playlists.best_rendition(text=text, base=BASE)


def test_where_every_rendition_has_its_sound_apart_there_is_no_clip():
    text = '#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="g",URI="a"\n#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO="g"\nv.m3u8\n'
    with pytest.raises(ClipImpossible):
        playlists.best_rendition(text=text, base=BASE)


@pytest.mark.parametrize("scheme", ["https", "HTTPS", "Http"])
def test_a_reason_keeps_of_an_address_only_the_host(scheme):
    told = without_addresses(f"Error opening {scheme}://key:pass@edge.example/live/a.ts?token=secret: 404")
    assert told == f"Error opening {scheme}://edge.example/… 404"


MEGABYTE = 1024 * 1024


@pytest.mark.parametrize(
    "line",
    [
        "#EXT-X-KEY:METHOD=NONE," + "A" * 120_000,
        "#EXT-X-MAP:" + "A=," * 40_000,
        "#EXT-X-UNKNOWN:" + "A" * 2 * MEGABYTE,
        "https://edge.example/" + "a" * 2 * MEGABYTE,
    ],
    ids=lambda line: f"{line[:16]} {len(line)}",
)
def test_a_line_that_is_too_long_is_refused_before_it_is_parsed(line, monkeypatch):
    monkeypatch.delattr("m3u8.parse")
    with pytest.raises(ClipImpossible, match="too long"):
        read(line, "#EXTINF:2,", "a")


def test_too_many_lines_are_refused_before_they_are_parsed(monkeypatch):
    monkeypatch.delattr("m3u8.parse")
    with pytest.raises(ClipImpossible, match="too many lines"):
        read(*["a"] * playlists.MOST_LINES)


def test_a_line_of_the_greatest_length_is_read():
    longest = "a" * playlists.LONGEST_LINE
    assert read("#EXTINF:2,", longest).segments[0].uri == longest


def filled(line):
    """Write a playlist of about a megabyte of this line, or of as many lines as are read."""
    number = min(MEGABYTE // len(line), playlists.MOST_LINES // (line.count("\n") + 1) - 4)
    return "\n".join(["#EXTM3U", *[line] * number, "#EXTINF:2,", "a.ts"])


def processor_seconds(text):
    begun = time.thread_time()
    try:
        playlists.parse(text=text, base=BASE)
        playlists.best_rendition(text=text, base=BASE)
    except ClipImpossible:
        pass
    return time.thread_time() - begun


ORDINARY = "#EXT-X-PROGRAM-DATE-TIME:2026-05-01T20:00:00.000Z\n#EXTINF:4.000,\nsegment-00000001.ts"


@pytest.mark.parametrize(
    "line",
    [
        "#EXT-X-MAP:URI=" + "A" * 8000,
        "#EXT-X-MAP:" + "A=," * 2600,
        "#EXT-X-MAP:" + "\"'" * 4000,
        "#EXT-X-MAP:" + '"' * 7999,
        "#EXT-X-MAP:" + '",' * 4000,
        "#EXT-X-MEDIA:" + "TYPE=AUDIO," * 700,
        "#EXT-X-STREAM-INF:" + "A=" * 4000,
        "#EXT-X-KEY:METHOD=NONE",
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="g",URI="a"\n#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO="g"\nv',
        "#EXTINF:1,\na",
        "a",
    ],
    ids=lambda line: line[:30],
)
def test_hostile_lines_cost_about_as_much_as_ordinary_ones(line):
    assert processor_seconds(filled(line)) < 10 * processor_seconds(filled(ORDINARY))
