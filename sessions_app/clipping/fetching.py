"""Reading the files of a source: over HTTP, or below the only allowed folder.

Nothing else: a playlist is written by others, and must not make this machine read its own files.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple
from urllib.parse import urlsplit

import requests

from livestream.outbound import deadlines
from sessions_app.clipping.errors import ClipFailed, ClipImpossible
from sessions_app.clipping.playlists import FIRST_LINE

LARGEST_PLAYLIST = 2 * 1024 * 1024
LARGEST_CLIP_SOURCE = 1024 * 1024 * 1024
_STEP = 64 * 1024
_LONGEST_SILENCE_SECONDS = 10.0


class Deadline:
    """How long all of one attempt may take."""

    def __init__(self, *, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left; raises ClipFailed where none are."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise ClipFailed("It took longer than CLIP_TIMEOUT.")
        return left


class Page(NamedTuple):
    """A playlist's text, and the address it came from after all redirects."""

    text: str
    address: str


class SourceReader:
    """Reads from `http(s)://…`, and names without a scheme from below `folder`."""

    def __init__(self, *, folder: Path, deadline: Deadline) -> None:
        self._folder = folder.resolve()
        self.deadline = deadline

    def playlist(self, location: str) -> Page | None:
        """Return the playlist that lies there, or None where something else does."""
        found, address, first = bytearray(), location, FIRST_LINE.encode()
        for address, chunk in self._chunks(location):  # noqa: B007 - used after the loop
            found += chunk
            if not first.startswith(bytes(found[: len(first)])):
                return None
            if len(found) > LARGEST_PLAYLIST:
                raise ClipImpossible("The playlist is too large.")
        return Page(found.decode(errors="replace"), address) if found.startswith(first) else None

    def append(self, location: str, file: BinaryIO) -> None:
        """Append what lies there to an open file."""
        for _, chunk in self._chunks(location):
            file.write(chunk)
            if file.tell() > LARGEST_CLIP_SOURCE:
                raise ClipImpossible("The segments are too large.")

    def path_of(self, location: str) -> Path | None:
        """Return the file that a name without a scheme stands for, None for a web address.

        Raises ClipImpossible for other schemes, and for what is not below the folder.
        """
        try:
            scheme = urlsplit(location).scheme
            if scheme in ("http", "https"):
                return None
            path = (self._folder / location).resolve()
        except ValueError as error:
            raise ClipImpossible("The source's address cannot be read.") from error
        if scheme or not path.is_relative_to(self._folder):
            raise ClipImpossible("The source is neither a web address nor a file of CLIP_SOURCE_FOLDER.")
        return path

    def _chunks(self, location: str) -> Iterator[tuple[str, bytes]]:
        """Yield what lies there, piece by piece, and with each the address that it came from."""
        path = self.path_of(location)
        yield from self._from_web(location) if path is None else self._from_file(location, path)

    def _from_file(self, location: str, path: Path) -> Iterator[tuple[str, bytes]]:
        try:
            with path.open("rb") as file:
                while chunk := file.read(_STEP):
                    self.deadline.left()
                    yield location, chunk
        except OSError as error:
            raise ClipFailed(f"The source's file cannot be read ({error.strerror}).") from error

    def _from_web(self, url: str) -> Iterator[tuple[str, bytes]]:
        failure = ""
        try:
            yield from self._asked_of(url)
        except (requests.RequestException, ValueError) as error:
            failure = type(error).__name__
        self.deadline.left()  # what was cut off there may look like its end, or like a failure
        if failure:  # without its text and its cause, which hold the whole address
            raise ClipFailed(f"The source cannot be reached ({failure}).")

    def _asked_of(self, url: str) -> Iterator[tuple[str, bytes]]:
        left = self.deadline.left()
        silence = min(_LONGEST_SILENCE_SECONDS, left)
        with (
            deadlines.session_with_deadline(seconds=left) as session,
            session.get(url, stream=True, timeout=silence) as response,
        ):
            if response.status_code != requests.codes.ok:
                raise ClipFailed(f"The source answered {response.status_code}.")
            for chunk in response.iter_content(_STEP):
                self.deadline.left()
                yield response.url, chunk
