"""HLS playlists (RFC 8216), as far as a clip needs them: segments, and when each was on air."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from urllib.parse import urljoin

from sessions_app.clipping.errors import ClipImpossible

FIRST_LINE = "#EXTM3U"
_ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"]*"|[^,]*)')


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the broadcast of `duration` seconds; `header` is the file it needs before it.

    `at` is when it began, where the playlist says so for this very segment.
    """

    location: str
    duration: float
    at: datetime | None = None
    header: str | None = None


@dataclass(frozen=True, slots=True)
class Playlist:
    """The segments of one rendition, oldest first; `ended` once no more will come."""

    segments: tuple[Segment, ...]
    ended: bool


def best_rendition(*, text: str, base: str) -> str | None:
    """Return where the best rendition lies that has its own sound; None where `text` is one itself.

    Raises ClipImpossible where each of them has its sound in a playlist of its own.
    """
    lines = _lines(text)
    if not any(line.startswith("#EXT-X-STREAM-INF") for line in lines):
        return None
    apart = {m.get("GROUP-ID") for m in _all(lines, "#EXT-X-MEDIA") if m.get("TYPE") == "AUDIO" and "URI" in m}
    found: list[tuple[int, str]] = []
    for line, following in pairwise(lines):
        if line.startswith("#EXT-X-STREAM-INF:") and not following.startswith("#"):
            told = _attributes(line)
            if told.get("AUDIO") not in apart or "AUDIO" not in told:
                found.append((_whole(told.get("BANDWIDTH")), following))
    if not found:
        raise ClipImpossible("The playlist has no rendition with its own sound.")
    return urljoin(base, max(found)[1])


def parse(*, text: str, base: str) -> Playlist:
    """Read the playlist of one rendition that lies at `base`.

    Raises ClipImpossible for what is encrypted or in byte ranges, and for what is no playlist.
    """
    lines, segments = _lines(text), list[Segment]()
    coming = Segment("", 0.0)
    for line in lines:
        tag, _, value = line.partition(":")
        if tag == "#EXTINF":
            coming = replace(coming, duration=_seconds(value))
        elif tag == "#EXT-X-PROGRAM-DATE-TIME":
            coming = replace(coming, at=_moment(value))
        elif tag == "#EXT-X-MAP":
            coming = replace(coming, header=urljoin(base, _attributes(line).get("URI", "")))
            _refuse("BYTERANGE" in _attributes(line), "byte ranges")
        elif not line.startswith("#"):
            segments.append(replace(coming, location=urljoin(base, line)))
            coming = Segment("", 0.0, header=coming.header)
        _refuse(tag == "#EXT-X-KEY" and _attributes(line).get("METHOD") != "NONE", "encryption")
        _refuse(tag == "#EXT-X-BYTERANGE", "byte ranges")
    if not segments:
        raise ClipImpossible("The playlist names no segments.")
    return Playlist(tuple(segments), ended="#EXT-X-ENDLIST" in lines)


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


def _lines(text: str) -> list[str]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines or lines[0] != FIRST_LINE:
        raise ClipImpossible("The source gave no playlist where one was expected.")
    return lines


def _attributes(line: str) -> dict[str, str]:
    return {name: value.strip('"') for name, value in _ATTRIBUTE.findall(line.partition(":")[2])}


def _all(lines: list[str], tag: str) -> list[dict[str, str]]:
    return [_attributes(line) for line in lines if line.startswith(f"{tag}:")]


def _refuse(found: bool, what: str) -> None:
    if found:
        raise ClipImpossible(f"The playlist uses {what}, which clips are not cut from.")


def _seconds(value: str) -> float:
    try:
        seconds = float(value.partition(",")[0])
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < 3600:  # neither of which NaN is
        raise ClipImpossible("The playlist gives a segment no sensible duration.")
    return seconds


def _moment(value: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _whole(value: str | None) -> int:
    return int(value) if value and value.isascii() and value.isdigit() else 0


def _sum(segments: tuple[Segment, ...]) -> timedelta:
    return timedelta(seconds=sum(each.duration for each in segments))
