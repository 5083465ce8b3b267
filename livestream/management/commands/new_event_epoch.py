"""`manage.py new_event_epoch`: after a restore, have the events of `GET /events` read from the start."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from livestream import clock
from livestream.events import epochs
from livestream.storage import limits


class Command(BaseCommand):
    """Run it once after the database was restored, before the service starts (docs/operations.md)."""

    help = "Start an epoch of the event log, after a restore. Cursors of GET /events from before are then refused."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--apply", action="store_true", help="do it; without it, say whether it is needed")

    def handle(self, **options: Any) -> None:
        if not options["apply"]:
            needed = "Needed: some events cannot be read." if epochs.is_needed() else "All events can be read."
            self.stdout.write(f"{needed} After a restore, start an epoch with --apply in any case.")
            return
        with limits.lifted():
            epoch = epochs.start_epoch(now=clock.now())
        self.stdout.write(f"Epoch {epoch.name}: events are numbered from {epoch.base} on, and earlier cursors refused.")
