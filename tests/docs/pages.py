"""Reading the documents of the repository."""

from __future__ import annotations

import re
from pathlib import Path

from settings.environment import BASE_DIR

README = BASE_DIR / "README.md"
OPERATIONS = BASE_DIR / "docs" / "operations.md"
OLD_NAMES = BASE_DIR / "docs" / "old-names.md"


def documents() -> list[Path]:
    """Return every document, for people and for operators."""
    return [README, BASE_DIR / "CHANGELOG.md", *sorted((BASE_DIR / "docs").rglob("*.md"))]


def blocks(*, path: Path, language: str) -> list[str]:
    """Return the fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", path.read_text(), re.DOTALL | re.MULTILINE)


def first_column(*, path: Path, heading: str) -> str:
    """Return the first cells of the tables under a heading, one a line."""
    section = path.read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return "\n".join(re.findall(r"^\| (.*?) \|", section, re.MULTILINE))


def links(*, path: Path) -> list[str]:
    """Return the targets of the links that stay within the repository."""
    found = re.findall(r"\]\(([^)#]+)\)", path.read_text())
    return [target for target in found if "://" not in target]
