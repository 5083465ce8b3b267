"""`manage.py realtime_reference`: what clients can hear, and on which channels."""

from __future__ import annotations

from pathlib import Path

from livestream.command_line.kept_pages import KeptPageCommand
from notifications import realtime_reference


class Command(KeptPageCommand):
    name = "realtime_reference"
    kept_at = Path("docs/realtime.md")
    help = "Print the page on real time: channels, events with their payloads, and how a client uses them."

    def render(self) -> str:
        return realtime_reference.render()
