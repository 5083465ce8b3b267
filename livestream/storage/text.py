"""Text that every database can keep: PostgreSQL refuses a NUL, and no driver encodes half a surrogate pair."""

from __future__ import annotations


def is_storable(text: str) -> bool:
    """Return whether every database can keep `text`: no NUL, no lone surrogate."""
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def storable(text: str, *, longest: int | None = None) -> str:
    r"""Return `text` with what no database can keep escaped (`\0`, `\ud800`), cut to `longest` characters."""
    return text.replace("\0", "\\0").encode(errors="backslashreplace").decode()[:longest]
