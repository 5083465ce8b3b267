"""A broadcast whose picture tells the time: second n is a plain picture of one brightness.

ffmpeg makes it once a run, as HLS and as files; a real HTTP server hands it out.
"""

from __future__ import annotations

import contextlib
import re
import struct
import subprocess
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from sessions_app.clipping.cutting import ffmpeg

SECONDS = 12
_WIDTH, _HEIGHT = 64, 36
_DARKEST, _STEP = 20, 16
_PICTURE = f"nullsrc=s={_WIDTH}x{_HEIGHT}:r=10:d={SECONDS},geq=lum='{_DARKEST}+{_STEP}*floor(T)':cb=128:cr=128"
_SOUND = f"sine=frequency=440:duration={SECONDS}"


def make_broadcast(folder: Path) -> None:
    """Write `ts0.ts` …, `fmp0.m4s` … with `init.mp4`, segments of a second each, and `whole.mp4`."""
    _run("-f", "lavfi", "-i", _PICTURE, "-f", "lavfi", "-i", _SOUND, *_encoded(), str(folder / "whole.mp4"))
    copy = ("-i", str(folder / "whole.mp4"), "-c", "copy", "-f", "hls", "-hls_time", "1", "-hls_list_size", "0")
    _run(*copy, "-hls_segment_filename", str(folder / "ts%d.ts"), str(folder / "ts.m3u8"))
    fragments = ("-hls_segment_type", "fmp4", "-hls_segment_filename", str(folder / "fmp%d.m4s"))
    _run(*copy, *fragments, str(folder / "fmp.m3u8"))


def _encoded() -> tuple[str, ...]:
    return ("-c:v", "libx264", "-preset", "ultrafast", "-g", "10", "-pix_fmt", "yuv420p", "-c:a", "aac", "-shortest")


def playlist(
    *,
    first: int = 0,
    last: int = SECONDS - 1,
    ended: bool = False,
    on_air: datetime | None = None,
    name: str = "ts{}.ts",
    header: str = "",
) -> bytes:
    """Write a playlist of the seconds `first` to `last`; `on_air` is when second 0 was."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-TARGETDURATION:1", f"#EXT-X-MEDIA-SEQUENCE:{first}"]
    lines += [f'#EXT-X-MAP:URI="{header}"'] if header else []
    for number in range(first, last + 1):
        if on_air is not None and number == first:
            at = on_air + timedelta(seconds=number)
            lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{at.isoformat(timespec='milliseconds')}")
        lines += ["#EXTINF:1.000000,", name.format(number)]
    return "\n".join([*lines, *(["#EXT-X-ENDLIST"] if ended else []), ""]).encode()


class Edge(ThreadingHTTPServer):
    """A server that hands out a folder and `pages`, with `status`; it keeps what it was asked for.

    Of files it gives parts too, as a server does where seeking is possible; of pages it does not.
    Who asks for what has `moved` is sent on.
    """

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder, self.status = folder, 200
        self.pages: dict[str, bytes] = {}
        self.moved: dict[str, str] = {}
        self.asked: list[str] = []
        self.meanwhile: Callable[[], object] = lambda: None

    def url(self, name: str) -> str:
        """Return the address of a page, with what must never be told on."""
        return f"http://127.0.0.1:{self.server_port}/{name}?token=secret"

    def __enter__(self) -> Edge:
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Edge
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        name = self.path.partition("?")[0].lstrip("/")
        self.server.asked.append(name)
        self.server.meanwhile()
        if name in self.server.moved:
            self._redirect(self.server.moved[name])
            return
        path = self.server.folder / name
        body = self.server.pages.get(name) or (path.read_bytes() if path.is_file() else None)
        status = self.server.status if body is not None else 404
        part = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if part and body and status == 200 and name not in self.server.pages:
            status, whole, body = 206, len(body), body[int(part[1]) :]
        self.send_response(status)
        if status == 206:
            self.send_header("Content-Range", f"bytes {whole - len(body)}-{whole - 1}/{whole}")
        body = body if body is not None and status in (200, 206) else b"no"
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _redirect(self, to: str) -> None:
        self.send_response(302)
        self.send_header("Location", to)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Keep the test's output to the test."""

    def handle(self) -> None:
        """Bear with those who hang up."""
        with contextlib.suppress(OSError):
            super().handle()


def second_shown(clip: Path, *, at: float = 0.0) -> int:
    """Return which second of the broadcast the clip shows, `at` seconds after its beginning."""
    frame = _run("-i", str(clip), "-ss", str(at), "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-")
    picture = frame[: _WIDTH * _HEIGHT]
    assert len(picture) == _WIDTH * _HEIGHT, "the clip is shorter"
    return round((sum(picture) / len(picture) - _DARKEST) / _STEP)


def duration_of(clip: bytes) -> float:
    """Return the seconds that an MP4 says it has, in its movie header."""
    header = clip[clip.index(b"mvhd") + 4 :]
    if header[0] == 1:
        scale, length = struct.unpack(">IQ", header[20:32])
    else:
        scale, length = struct.unpack(">II", header[12:20])
    return length / scale


def _run(*arguments: str) -> bytes:
    command = [ffmpeg(), "-nostdin", "-v", "error", "-y", *arguments]
    return subprocess.run(command, check=True, capture_output=True).stdout
