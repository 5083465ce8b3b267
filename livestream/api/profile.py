"""`GET /users/me`: the profile, and the members that other apps register for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rest_framework import serializers

from livestream import users
from livestream.api.declared_above import DeclaredAbove, Field
from livestream.api.fields import ObjectIdSerializerField
from livestream.models import User

ReadValue = Callable[[User], Any]

_readers: dict[str, ReadValue] = {}


def register(name: str, reader: ReadValue, field: Field) -> None:
    """Add the member `name` to the profile: `reader` returns its value for a user, `field` declares it."""
    _readers[name] = reader
    Profile.declare(name, field)


def profile_of(*, user: User) -> dict[str, Any]:
    """Return what a user sees of their own account."""
    about = {"id": user.pk, "username": user.username, "name": user.public_name, "tags": users.tags_of(user_id=user.pk)}
    return about | {name: read(user) for name, read in _readers.items()}


class Profile(DeclaredAbove):
    """What a user sees of their own account."""

    id = ObjectIdSerializerField()
    username = serializers.CharField(help_text="The name that you sign in with.")
    name = serializers.CharField(help_text="The name that others see.")
    tags = serializers.ListField(child=serializers.CharField())
