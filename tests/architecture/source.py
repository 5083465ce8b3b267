"""The product's own source, parsed."""

from __future__ import annotations

import ast
import shutil
import sys
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
ROOMS = ("livestream", "wallet", "sessions_app", "goals", "notifications", "settings")


@dataclass(frozen=True)
class Module:
    """A file of the product; `path` is relative to the project's root."""

    path: Path
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)


@cache
def product_modules() -> tuple[Module, ...]:
    """Return the product's modules, read once. Migrations are left out: a program writes them."""
    paths = (path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")) if "migrations" not in path.parts)
    return tuple(Module(path.relative_to(ROOT), path.read_text()) for path in paths)


def mypy_command(folder: Path, *options: str) -> list[str]:
    """Copy the project's mypy cache into this folder, which saves time, and return the command that uses the copy."""
    if (known := ROOT / ".mypy_cache").exists():
        shutil.copytree(known, folder / "cache")
    return [sys.executable, "-m", "mypy", "--no-error-summary", "--cache-dir", str(folder / "cache"), *options]
