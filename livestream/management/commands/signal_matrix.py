"""`manage.py signal_matrix`: which receiver acts on which event."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from livestream.events import matrix

KEPT_AT = Path("docs/signal-matrix.md")


class Command(BaseCommand):
    """Print the matrix, write it to docs/, or check that the copy there is the code's."""

    help = "Print which receiver acts on which event, for which goal types and how."

    def add_arguments(self, parser: CommandParser) -> None:
        group = parser.add_mutually_exclusive_group()
        group.add_argument("--write", action="store_true", help=f"write {KEPT_AT}")
        group.add_argument("--json", action="store_true", help="print it as one JSON document")
        group.add_argument("--check", action="store_true", help=f"fail where {KEPT_AT} is out of date")

    def handle(self, **options: Any) -> None:
        path, rendered = Path(settings.BASE_DIR) / KEPT_AT, matrix.render()
        if options["json"]:
            self.stdout.write(json.dumps(matrix.as_json()))
        elif options["write"]:
            path.write_text(rendered)
        elif not options["check"]:
            self.stdout.write(rendered)
        elif not path.exists() or path.read_text() != rendered:
            raise CommandError(f"{KEPT_AT} is out of date: run manage.py signal_matrix --write")
