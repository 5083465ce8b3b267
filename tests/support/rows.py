"""Rows of any table, made from nothing but its fields: for pages that take whatever there is."""

from __future__ import annotations

from itertools import count
from typing import Any

from django.db import models

from livestream import clock, ids

_numbers = count(1)


def make_row(model: type[models.Model], **given: Any) -> models.Model:
    """Make a row whose required fields hold something of their kind, and whose relations are made as well."""
    values = {each.name: _something(each) for each in model._meta.concrete_fields if _needed(each, given)}
    return model._base_manager.create(**(values | given))


def _needed(field: Any, given: dict[str, Any]) -> bool:
    return not (field.name in given or field.null or field.has_default() or field.has_db_default()) and not isinstance(
        field, models.AutoField
    )


def _something(field: Any) -> Any:
    if field.is_relation:
        return make_row(field.related_model)
    if field.choices:
        return field.choices[0][0]
    if isinstance(field, models.DateTimeField):
        return clock.now()
    if isinstance(field, models.JSONField):
        return {}
    if isinstance(field, (models.IntegerField, models.FloatField)):
        return next(_numbers)
    return ids.new_id()[-field.max_length :] if field.max_length else ids.new_id()
