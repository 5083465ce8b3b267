"""`GET /users/me`: the profile, and the members that other apps register for it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rest_framework import serializers

from livestream.models import User

ReadValue = Callable[[User], Any]


@dataclass(frozen=True, slots=True)
class _Addition:
    reader: ReadValue
    field: serializers.Field[Any, Any, Any, Any]


_additions: dict[str, _Addition] = {}


def register(name: str, reader: ReadValue, field: serializers.Field[Any, Any, Any, Any]) -> None:
    """Add the member `name` to the profile: `reader` returns its value for a user, `field` declares it."""
    _additions[name] = _Addition(reader, field)


def profile_of(*, user: User) -> dict[str, Any]:
    """Return what a user sees of their own account."""
    added = {name: addition.reader(user) for name, addition in _additions.items()}
    return {"id": user.pk, "username": user.username, "tags": sorted(user.tags), **added}


class Profile(serializers.Serializer[Any]):
    """What a user sees of their own account."""

    id = serializers.CharField()
    username = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())

    def get_fields(self) -> dict[str, Any]:
        """Return the declared fields, those of higher floors included."""
        added = {name: copy.deepcopy(addition.field) for name, addition in _additions.items()}
        return {**super().get_fields(), **added}
