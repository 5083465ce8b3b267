"""Profiles the service inside this process: `python bench/http/in_process.py FILE CALLS`.

FILE has requests as JSON, as the load generator reads them. It prints the CPU time of a call without the profiler,
and then in which functions the time is spent. It is started by its path, with the settings of the service.
"""

from __future__ import annotations

import cProfile
import io
import itertools
import json
import pstats
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[0] = str(ROOT)
_WARM_UP = 50
_SHOWN = 25
Environ = dict[str, Any]


def main(file: str, calls: str) -> None:
    """Call the application so often, and print the report."""
    from livestream.wsgi import application

    requests, number = _requests(json.loads(Path(file).read_text())), int(calls)
    statuses = {_call(application, next(requests)) for _ in range(_WARM_UP)}
    began = time.process_time()
    statuses |= {_call(application, next(requests)) for _ in range(number)}
    cpu = time.process_time() - began
    profile = cProfile.Profile()
    prepared = [next(requests) for _ in range(number)]
    profile.enable()
    for environ in prepared:
        _call(application, environ)
    profile.disable()
    print(f"{number} calls, answered {', '.join(sorted(statuses))}; CPU {1000 * cpu / number:.2f} ms a call\n")
    print(_text(profile, number))


def _requests(texts: list[list[str]]) -> Iterator[Environ]:
    for parts in itertools.cycle(texts):
        yield _environ(secrets.token_hex(12).join(parts))


def _environ(text: str) -> Environ:
    """Return what gunicorn would call the application with."""
    head, _, body = text.partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    method, target, protocol = first.split(" ")
    path, _, query = target.partition("?")
    headers = {name.upper().replace("-", "_"): value for name, value in (line.split(": ", 1) for line in lines)}
    environ: Environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_PROTOCOL": protocol,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "127.0.0.1",
        "SCRIPT_NAME": "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body.encode()),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    own = {name: headers.pop(name) for name in ("CONTENT_TYPE", "CONTENT_LENGTH") if name in headers}
    return environ | own | {f"HTTP_{name}": value for name, value in headers.items()}


def _call(application: Callable[..., Any], environ: Environ) -> str:
    told: list[str] = []
    answer = application(environ, lambda status, _headers, *_: told.append(status))
    for _ in answer:
        pass
    if hasattr(answer, "close"):
        answer.close()
    return told[0]


def _text(profile: cProfile.Profile, calls: int) -> str:
    text = io.StringIO()
    stats = pstats.Stats(profile, stream=text)
    rows = sorted(stats.stats.items(), key=lambda row: row[1][2], reverse=True)  # type: ignore[attr-defined]
    whole = sum(row[1][2] for row in rows)
    lines = [f"{'of all':>7} {'own ms':>8} {'with callees':>13} {'times':>8}  function    (a call, profiled)"]
    for (file, line, function), (_, times, own, total, _) in rows[:_SHOWN]:
        numbers = f"{own / whole:>7.1%} {1000 * own / calls:>8.3f} {1000 * total / calls:>13.3f} {times / calls:>8.1f}"
        lines.append(f"{numbers}  {_where(file, line)}{function}")
    return "\n".join(lines)


def _where(file: str, line: int) -> str:
    if file == "~":  # built into the interpreter
        return ""
    short = file.rpartition("site-packages/")[2].replace(f"{ROOT}/", "").rpartition("lib/python")[2]
    return f"{short}:{line} "


if __name__ == "__main__":
    main(*sys.argv[1:])
