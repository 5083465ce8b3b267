"""Other programs, run to their end."""

from __future__ import annotations

import subprocess


def run(*command: str) -> str:
    """Run a program and return what it printed; RuntimeError with its complaint where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout
