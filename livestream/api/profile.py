"""What higher floors add to `GET /users/me`, without the ground floor knowing them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from livestream.models import User

Reader = Callable[[User], Any]

_readers: dict[str, Reader] = {}


def register(name: str, reader: Reader) -> None:
    """Add the member `name` to the profile; `reader` returns its JSON value for a user."""
    _readers[name] = reader


def additions(*, user: User) -> dict[str, Any]:
    """Return what the registered readers say about `user`."""
    return {name: reader(user) for name, reader in _readers.items()}
