"""HLS playlists (RFC 8216), as far as a clip needs them: segments, and when each was on air.

The package `m3u8` parses them. It only gets the tags that are used here, in lines of bounded
length: a playlist is written by others, and the package fails on a strange value in any tag and
compares each encryption key with all keys before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin

import m3u8

from sessions_app.clipping.errors import ClipImpossible

FIRST_LINE = "#EXTM3U"
# RFC 8216 names no limit. Web servers accept request lines of 8 KB by default, so a longer address
# cannot be fetched anyway, and tags stay far below it.
LONGEST_LINE = 8 * 1024
# Twelve hours of segments of two seconds, each with its time, are 65,000 lines.
MOST_LINES = 100_000

_DATE_TIME = "#EXT-X-PROGRAM-DATE-TIME"
_PARSED_TAGS = frozenset(
    {FIRST_LINE, "#EXTINF", "#EXT-X-MAP", _DATE_TIME, "#EXT-X-ENDLIST", "#EXT-X-STREAM-INF", "#EXT-X-MEDIA"}
)
_YEARS = range(1970, 9000)  # adding durations to these never leaves what datetime can hold


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the broadcast of `duration` seconds, as the playlist at `base` names it.

    `at` is when it began, where the playlist says so for this very segment. `header_uri` names
    the file that must precede it, if any.
    """

    uri: str
    base: str
    duration: float
    at: datetime | None = None
    header_uri: str | None = None

    # Joined on demand: each address repeats the base's, and a playlist has many segments.
    @property
    def location(self) -> str:
        """The address of the segment; raises ClipImpossible where it cannot be read."""
        return _join(self.base, self.uri)

    @property
    def header(self) -> str | None:
        """The address of the header; raises ClipImpossible where it cannot be read."""
        return None if self.header_uri is None else _join(self.base, self.header_uri)


@dataclass(frozen=True, slots=True)
class Playlist:
    """The segments of one rendition, oldest first; `ended` once no more will come."""

    segments: tuple[Segment, ...]
    ended: bool


def best_rendition(*, text: str, base: str) -> str | None:
    """Return where the best rendition lies that has its own sound; None where `text` is one itself.

    Raises ClipImpossible where each of them has its sound in a playlist of its own, and for
    what is no playlist.
    """
    parsed = _parse(text)
    if not parsed["is_variant"]:
        return None
    separate_audio = {
        each.get("group_id", "") for each in parsed["media"] if each.get("type") == "AUDIO" and "uri" in each
    }
    renditions = [
        (each["stream_info"].get("bandwidth", 0), each["uri"])
        for each in parsed["playlists"]
        if each["stream_info"].get("audio") not in separate_audio
    ]
    if not renditions:
        raise ClipImpossible("The playlist has no rendition with its own sound.")
    return _join(base, max(renditions)[1])


def parse(*, text: str, base: str) -> Playlist:
    """Read the playlist of one rendition that lies at `base`.

    Raises ClipImpossible for what is encrypted or in byte ranges, and for what is no playlist.
    """
    parsed = _parse(text)
    # A playlist that is cut off may end with a duration and no segment.
    segments = tuple(_segment(each, base) for each in parsed["segments"] if "uri" in each)
    if not segments:
        raise ClipImpossible("The playlist names no segments.")
    return Playlist(segments, ended=parsed["is_endlist"])


def on_air(*, playlist: Playlist, ends_at: datetime) -> list[tuple[datetime, Segment]]:
    """Return the segments with the moment at which each began.

    That is what the playlist says; where it says nothing, its last segment ended at `ends_at`.
    """
    segments = playlist.segments
    said = (each.at - _sum(segments[:n]) for n, each in enumerate(segments) if each.at)
    begun = next(said, ends_at - _sum(segments))
    placed = []
    for each in segments:
        begun = each.at or begun
        placed.append((begun, each))
        begun += timedelta(seconds=each.duration)
    return placed


def _parse(text: str) -> dict[str, Any]:
    checked = "\n".join(_lines_to_parse(text))
    try:
        parsed: dict[str, Any] = m3u8.parse(checked)
    except (ValueError, OverflowError) as error:
        raise ClipImpossible("The playlist holds a number that cannot be read.") from error
    return parsed


def _lines_to_parse(text: str) -> Iterator[str]:
    lines = text.splitlines()
    if len(lines) > MOST_LINES or max(map(len, lines), default=0) > LONGEST_LINE:
        raise ClipImpossible("The playlist has too many lines, or one that is too long.")
    written = [stripped for line in lines if (stripped := line.strip())]
    if not written or written[0] != FIRST_LINE:
        raise ClipImpossible("The source gave no playlist where one was expected.")
    return filter(_is_to_be_parsed, written)


def _is_to_be_parsed(line: str) -> bool:
    """Return whether a clip depends on the line; raises ClipImpossible where none can be cut with it."""
    if not line.startswith("#"):
        return True
    tag, _, value = line.partition(":")
    # RFC 8216, 4.3.2.4: the method NONE stands alone.
    _refuse(tag == "#EXT-X-KEY" and value != "METHOD=NONE", "encryption")
    _refuse(tag == "#EXT-X-BYTERANGE", "byte ranges")
    return tag in _PARSED_TAGS and (tag != _DATE_TIME or _is_date_time(value))


def _segment(parsed: dict[str, Any], base: str) -> Segment:
    header, at = parsed.get("init_section"), parsed.get("program_date_time")
    if header is not None:
        _refuse("byterange" in header, "byte ranges")
        _refuse("uri" not in header, "a header without an address")
    if not 0 <= parsed["duration"] < 3600:  # NaN is neither
        raise ClipImpossible("The playlist gives a segment no sensible duration.")
    return Segment(
        uri=parsed["uri"],
        base=base,
        duration=parsed["duration"],
        at=at if at is None or at.tzinfo else at.replace(tzinfo=UTC),
        header_uri=header and header["uri"],
    )


def _refuse(found: bool, what: str) -> None:
    if found:
        raise ClipImpossible(f"The playlist uses {what}, which clips are not cut from.")


def _is_date_time(value: str) -> bool:
    try:
        return datetime.fromisoformat(value).year in _YEARS
    except ValueError:
        return False


def _join(base: str, uri: str) -> str:
    try:
        return urljoin(base, uri)
    except ValueError as error:
        raise ClipImpossible("The playlist holds an address that cannot be read.") from error


def _sum(segments: tuple[Segment, ...]) -> timedelta:
    return timedelta(seconds=sum(each.duration for each in segments))
