"""Model fields that every app shares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models

from livestream import ids


class ObjectIdField(models.CharField):
    """A 24-hex ObjectId; as a primary key it is filled in before the row is written."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 24
        if kwargs.get("primary_key"):
            kwargs.setdefault("default", ids.new_id)
            kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"]
        return name, path, args, kwargs
