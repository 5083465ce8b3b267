"""The virtual environment of programs that the service is compared with; it needs none of their packages."""

from __future__ import annotations

import sys
from pathlib import Path

from bench import commands

_BENCH = Path(__file__).parent
_VENV = _BENCH.parent / ".venv-bench"
PYTHON = _VENV / "bin" / "python"


def install() -> None:
    """Install bench/requirements.txt, once for each content of it."""
    if not PYTHON.exists():
        print("» Making .venv-bench", file=sys.stderr)
        commands.run(sys.executable, "-m", "uv", "venv", "--quiet", "--python", sys.executable, str(_VENV))
    requirements = str(_BENCH / "requirements.txt")
    commands.run(sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(PYTHON), "-r", requirements)
