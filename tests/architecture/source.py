"""The product's own source, parsed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
ROOMS = ("livestream", "wallet", "sessions_app", "goals", "notifications", "settings")


@dataclass(frozen=True)
class Module:
    """A file of the product; `path` is relative to the project's root."""

    path: Path
    text: str

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)


def product_modules() -> Iterator[Module]:
    """Iterate over the product's modules; migrations are written by a program and never edited."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if "migrations" not in path.parts:
                yield Module(path.relative_to(ROOT), path.read_text())
