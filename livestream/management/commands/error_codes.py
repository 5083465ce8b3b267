"""`manage.py error_codes`: what each code of a problem means, and what a client does then."""

from __future__ import annotations

from pathlib import Path

from livestream.api import error_catalogue
from livestream.command_line.kept_pages import KeptPageCommand


class Command(KeptPageCommand):
    name = "error_codes"
    kept_at = Path("docs/errors.md")
    help = "Print all error codes of the API: when they happen, what a client does, and which operations answer them."

    def render(self) -> str:
        return error_catalogue.render()
