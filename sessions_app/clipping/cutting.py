"""Cutting with ffmpeg; only this module starts it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from django.conf import settings

from livestream.storage.text import storable
from sessions_app.clipping.errors import ClipFailed, ClipImpossible, without_addresses
from sessions_app.clipping.fetching import Deadline

# Containers that hold one thing and name no others: none of them makes ffmpeg open what a
# stranger wrote into it. Playlists are not among them; we read those ourselves.
_CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,mpegts,flv,live_flv,matroska,webm"
_SILENCE = str(10 * 1_000_000)  # microseconds that a server may say nothing
_LENGTH_UNKNOWN = "Cannot use -sseof"
_OUT_TIME = re.compile(rb"^out_time_us=(\d+)$", re.MULTILINE)
# An even number of pixels each way, as the codec wants it; nothing of where it came from.
_ENCODING = (
    *("-map", "0:v:0", "-map", "0:a:0?", "-sn", "-dn", "-map_metadata", "-1"),
    *("-vf", "scale=trunc(iw/2)*2:trunc(ih/2)*2", "-pix_fmt", "yuv420p"),
    *("-c:v", "libx264", "-preset", "veryfast", "-threads", "2", "-c:a", "aac", "-ac", "2"),
    *("-movflags", "+faststart", "-f", "mp4"),
)


def cut_segments(*, joined: Path, container: str, skip: float, seconds: float, to: Path, deadline: Deadline) -> float:
    """Cut `seconds` from `skip` seconds on, and return how many there were.

    What is skipped is decoded too: that is exact whatever its timestamps are, and it is less
    than a segment.
    """
    source = ("-protocol_whitelist", "file", "-f", container, "-i", f"file:{joined}")
    return _run(source, ("-ss", f"{max(skip, 0):.3f}"), seconds, to, deadline)


def cut_end_of_file(*, source: str | Path, rewind: float, seconds: float, to: Path, deadline: Deadline) -> float:
    """Cut `seconds` from `rewind` seconds before the end of a file on, and return how many there were.

    Raises ClipImpossible where the end is not known, as of a live stream without a playlist.
    """
    access: tuple[str, ...]
    if isinstance(source, Path):
        access, address = ("-protocol_whitelist", "file"), f"file:{source}"
    else:
        access = ("-protocol_whitelist", "http,https,tcp,tls,crypto", "-rw_timeout", _SILENCE)
        address = source
    place = ("-sseof", f"-{rewind:.3f}") if rewind > 0 else ()
    return _run((*access, "-format_whitelist", _CONTAINERS, *place, "-i", address), (), seconds, to, deadline)


def ffmpeg() -> str:
    """Return the ffmpeg to start: CLIP_FFMPEG, or else the one of the Python package."""
    if settings.CLIP_FFMPEG:
        return str(settings.CLIP_FFMPEG)
    try:
        import imageio_ffmpeg

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError) as error:
        raise ClipFailed("There is no ffmpeg; set CLIP_FFMPEG.") from error


def _run(source: tuple[str, ...], place: tuple[str, ...], seconds: float, to: Path, deadline: Deadline) -> float:
    command = (
        *(ffmpeg(), "-nostdin", "-hide_banner", "-y", "-loglevel", "warning", "-nostats", "-progress", "pipe:1"),
        *source,
        *place,
        *("-t", f"{seconds:.3f}"),
        *_ENCODING,
        f"file:{to}",
    )
    try:
        # An empty environment: what parses strangers' files need not know our secrets.
        done = subprocess.run(  # noqa: S603 - no shell, and addresses are arguments of -i
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=deadline.left(), env={}, check=False
        )
    except subprocess.TimeoutExpired:
        raise ClipFailed("ffmpeg took longer than CLIP_TIMEOUT.") from None  # its text holds the address
    except OSError as error:
        raise ClipFailed(f"ffmpeg cannot be started ({error.strerror}).") from error
    return _duration(done)


def _duration(done: subprocess.CompletedProcess[bytes]) -> float:
    said = storable(done.stderr.decode(errors="replace"))
    if _LENGTH_UNKNOWN in said:
        raise ClipImpossible("The source has no known end to count back from; give it the address of a playlist.")
    times = _OUT_TIME.findall(done.stdout)
    if done.returncode != 0 or not times or int(times[-1]) == 0:
        last = said.strip().rpartition("\n")[2] or "it cut nothing"
        raise ClipFailed(f"ffmpeg failed ({done.returncode}): {without_addresses(last)[:300]}")
    return int(times[-1]) / 1_000_000
