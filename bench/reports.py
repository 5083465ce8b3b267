"""What a run leaves behind: a file to keep, and the machine it is true of."""

from __future__ import annotations

import json
import os
import platform
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection


def save(*, name: str, folder: Path, at: datetime, content: dict[str, Any]) -> Path:
    """Write a run as JSON into the folder and return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{at:%Y%m%dT%H%M%S}.json"
    document = {"benchmark": name, "at": at.isoformat(), "machine": machine(), **content}
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    return path


def machine() -> dict[str, Any]:
    """Describe the machine: without it a figure says nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_setting('synchronous_commit')")
        version, synchronous = cursor.fetchone()
    return {
        "cores": os.cpu_count(),
        "load": os.getloadavg(),
        "python": platform.python_version(),
        "postgresql": version,
        "synchronous_commit": synchronous,
    }
