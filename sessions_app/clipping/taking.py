"""Taking a clip from a source: which part of it, and where that is."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from pathlib import Path

from sessions_app.clipping import cutting, playlists
from sessions_app.clipping.errors import ClipFailed, ClipImpossible
from sessions_app.clipping.fetching import Page, Reader
from sessions_app.clipping.playlists import Playlist, Segment

# How long after the wanted end a live playlist may still come to hold it.
_PATIENCE = timedelta(seconds=60)


@dataclasses.dataclass(frozen=True, slots=True)
class Wanted:
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


def take(*, location: str, wanted: Wanted, folder: Path, reader: Reader, now: datetime) -> tuple[Path, float]:
    """Cut a clip into `folder` and return the file and its seconds.

    A playlist is searched by the time its segments were on air. A live one that does not say
    ends now; one that is over, and a file, ended when the show completed. Raises ClipFailed,
    and ClipImpossible where another attempt would change nothing.
    """
    page, clip = reader.playlist(location), folder / "clip.mp4"
    if page is None:
        source = reader.path_of(location) or location
        seconds = cutting.cut_end_of_file(
            source=source, rewind=wanted.rewind, seconds=wanted.seconds, to=clip, deadline=reader.deadline
        )
        return clip, seconds
    better = playlists.best_rendition(text=page.text, base=page.address)
    if better is not None:
        page = reader.playlist(better) or Page("", better)
    playlist = playlists.parse(text=page.text, base=page.address)
    chosen = choose(playlist=playlist, wanted=wanted, now=now)
    return clip, _cut(chosen, wanted, clip, reader)


def choose(*, playlist: Playlist, wanted: Wanted, now: datetime) -> list[tuple[datetime, Segment]]:
    """Return the segments that hold the wanted part, each with the moment it began at.

    Raises ClipImpossible where the playlist no longer has its beginning, and ClipFailed where
    it does not have its end yet.
    """
    ends_at = wanted.completed_at if playlist.ended else now
    placed = playlists.on_air(playlist=playlist, ends_at=ends_at)
    last_begun, last = placed[-1]
    there_until = last_begun + timedelta(seconds=last.duration)
    if there_until < wanted.ends and not playlist.ended and now < wanted.ends + _PATIENCE:
        raise ClipFailed("The playlist does not hold the wanted part yet.")
    chosen = [
        (begun, each)
        for begun, each in placed
        if begun < wanted.ends and begun + timedelta(seconds=each.duration) > wanted.begins
    ]
    if not chosen:
        raise ClipImpossible("The source does not hold the wanted part of the show any more.")
    header = chosen[0][1].header
    return [(begun, each) for begun, each in chosen if each.header == header]


def _cut(chosen: list[tuple[datetime, Segment]], wanted: Wanted, clip: Path, reader: Reader) -> float:
    begun, first = chosen[0]
    joined = clip.with_name("segments")
    with joined.open("wb") as file:
        for location in filter(None, [first.header, *(each.location for _, each in chosen)]):
            reader.append(location, file)
    skip = max((wanted.begins - begun).total_seconds(), 0.0)
    # What the source no longer has of the beginning is missing from the clip, and not made up
    # for by what came after it.
    late = max((begun - wanted.begins).total_seconds(), 0.0)
    return cutting.cut_segments(
        joined=joined,
        container="mp4" if first.header else "mpegts",
        skip=skip,
        seconds=wanted.seconds - late,
        to=clip,
        deadline=reader.deadline,
    )


__all__ = ["ClipFailed", "ClipImpossible", "Wanted", "choose", "take"]
