"""The base class of commands that print a page of `docs/` from the code."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser


class KeptPageCommand(BaseCommand):
    """Print a page, write it to docs/, or check that the copy there is the code's."""

    name: ClassVar[str]
    kept_at: ClassVar[Path]

    @abstractmethod
    def render(self) -> str:
        """Return the page as Markdown."""

    def add_arguments(self, parser: CommandParser) -> None:
        group = parser.add_mutually_exclusive_group()
        group.add_argument("--write", action="store_true", help=f"write {self.kept_at}")
        group.add_argument("--check", action="store_true", help=f"fail where {self.kept_at} is out of date")
        self.add_formats(group)

    def add_formats(self, group: Any) -> None:
        """Add options that print something else than the page."""

    def handle(self, **options: Any) -> None:
        path, rendered = Path(settings.BASE_DIR) / self.kept_at, self.render()
        if options["write"]:
            path.write_text(rendered)
        elif not options["check"]:
            self.stdout.write(rendered)
        elif not path.exists() or path.read_text() != rendered:
            raise CommandError(f"{self.kept_at} is out of date: run manage.py {self.name} --write")
