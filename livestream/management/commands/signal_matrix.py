"""`manage.py signal_matrix`: which receiver acts on which event."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from livestream.command_line.kept_pages import KeptPageCommand
from livestream.events import matrix


class Command(KeptPageCommand):
    name = "signal_matrix"
    kept_at = Path("docs/signal-matrix.md")
    help = "Print which receiver acts on which event, for which goal types and how."

    def add_formats(self, group: Any) -> None:
        group.add_argument("--json", action="store_true", help="print it as one JSON document")

    def handle(self, **options: Any) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(matrix.as_json()))
        else:
            super().handle(**options)

    def render(self) -> str:
        return matrix.render()
