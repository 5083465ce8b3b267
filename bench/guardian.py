"""Kills what a benchmark has started once the benchmark is gone, however it ended: `python bench/guardian.py`.

Each line on stdin is the id of a process group, `+ID` when it is started and `-ID` when it has ended. When stdin ends,
all that remain are killed. It is started by its path, since importing the package would set Django up.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys


def main() -> None:
    """Read until stdin ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C in the terminal reaches this process as well
    groups: set[int] = set()
    for line in sys.stdin:
        change = groups.add if line.startswith("+") else groups.discard
        change(int(line[1:]))
    for group in groups:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    main()
