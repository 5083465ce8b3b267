"""Extracting a clip from a source: which segments hold its range, and where to cut them."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from pathlib import Path

from sessions_app.clipping import cutting, playlists
from sessions_app.clipping.errors import ClipFailed, ClipImpossible
from sessions_app.clipping.fetching import Page, SourceReader
from sessions_app.clipping.playlists import Playlist, Segment

# How long after the end of a range a live playlist may still come to hold it.
_LIVE_EDGE_GRACE = timedelta(seconds=60)


@dataclasses.dataclass(frozen=True, slots=True)
class ClipRange:
    """`seconds` of the broadcast, beginning `rewind` seconds before the moment `completed_at`."""

    completed_at: datetime
    rewind: float
    seconds: float

    @property
    def begins(self) -> datetime:
        return self.completed_at - timedelta(seconds=self.rewind)

    @property
    def ends(self) -> datetime:
        return self.begins + timedelta(seconds=self.seconds)


def extract(
    *, location: str, clip_range: ClipRange, folder: Path, reader: SourceReader, now: datetime
) -> tuple[Path, float]:
    """Cut a clip into `folder` and return the file and its seconds.

    A playlist is searched by the time its segments were on air. A live one that does not say
    ends now; one that is over, and a file, ended when the show completed. Raises ClipFailed,
    and ClipImpossible where another attempt would change nothing.
    """
    page, clip = reader.playlist(location), folder / "clip.mp4"
    if page is None:
        source = reader.path_of(location) or location
        seconds = cutting.cut_end_of_file(
            source=source, rewind=clip_range.rewind, seconds=clip_range.seconds, to=clip, deadline=reader.deadline
        )
        return clip, seconds
    better = playlists.best_rendition(text=page.text, base=page.address)
    if better is not None:
        page = reader.playlist(better) or Page("", better)
    playlist = playlists.parse(text=page.text, base=page.address)
    chosen = choose(playlist=playlist, clip_range=clip_range, now=now)
    return clip, _cut(chosen, clip_range, clip, reader)


def choose(*, playlist: Playlist, clip_range: ClipRange, now: datetime) -> list[tuple[datetime, Segment]]:
    """Return the segments that hold the range, each with the moment it began at.

    Raises ClipImpossible where the playlist no longer has its beginning, and ClipFailed where
    it does not have its end yet.
    """
    ends_at = clip_range.completed_at if playlist.ended else now
    placed = playlists.on_air(playlist=playlist, ends_at=ends_at)
    last_begun, last = placed[-1]
    there_until = last_begun + timedelta(seconds=last.duration)
    if there_until < clip_range.ends and not playlist.ended and now < clip_range.ends + _LIVE_EDGE_GRACE:
        raise ClipFailed("The playlist does not hold the wanted part yet.")
    chosen = [
        (begun, each)
        for begun, each in placed
        if begun < clip_range.ends and begun + timedelta(seconds=each.duration) > clip_range.begins
    ]
    if not chosen:
        raise ClipImpossible("The source does not hold the wanted part of the show any more.")
    header_uri = chosen[0][1].header_uri
    return [(begun, each) for begun, each in chosen if each.header_uri == header_uri]


def _cut(chosen: list[tuple[datetime, Segment]], clip_range: ClipRange, clip: Path, reader: SourceReader) -> float:
    begun, first = chosen[0]
    joined = clip.with_name("segments")
    with joined.open("wb") as file:
        if first.header is not None:
            reader.append(first.header, file)
        for _, each in chosen:
            reader.append(each.location, file)
    skip = max((clip_range.begins - begun).total_seconds(), 0.0)
    # What the source no longer has of the beginning is missing from the clip, and not made up
    # for by what came after it.
    late = max((begun - clip_range.begins).total_seconds(), 0.0)
    return cutting.cut_segments(
        joined=joined,
        container="mp4" if first.header_uri else "mpegts",
        skip=skip,
        seconds=clip_range.seconds - late,
        to=clip,
        deadline=reader.deadline,
    )
