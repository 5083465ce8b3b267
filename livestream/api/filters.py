"""Filtering lists by query parameters, each of which is known and checked."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import CharField
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.request import Request

from livestream import ids
from livestream.errors import InvalidParameter

# Meaningful on every list: the language, and the page.
ALWAYS_ALLOWED = frozenset({"lang", "cursor", "page_size"})


class UnknownParameter(InvalidParameter):
    code = "unknown_parameter"
    title = "The query contains a parameter that is not known here"


class StrictFilterBackend(DjangoFilterBackend):
    """The filters of the view's `filterset_class`; a parameter that none of them knows is 400.

    A view allows further names of its own with `extra_query_parameters = {"type"}`.
    """

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        refuse_unknown(request=request, known=self._known(queryset, view))
        return super().filter_queryset(request, queryset, view)

    def _known(self, queryset: QuerySet[Any], view: Any) -> frozenset[str]:
        filterset = self.get_filterset_class(view, queryset)
        own = filterset.base_filters if filterset else ()
        return frozenset(own) | frozenset(getattr(view, "extra_query_parameters", ()))


def refuse_unknown(*, request: Request, known: frozenset[str], allowed: frozenset[str] = ALWAYS_ALLOWED) -> None:
    """Raise UnknownParameter where the query names something outside of `known` and `allowed`.

    For views without a queryset; lists have StrictFilterBackend.
    """
    unknown = sorted(set(request.query_params) - known - allowed)
    if unknown:
        errors = [_unknown_entry(name) for name in unknown]
        raise UnknownParameter(", ".join(unknown)[:200], errors=errors)


def _unknown_entry(name: str) -> dict[str, str]:
    code = UnknownParameter.code
    return {"pointer": f"?{name[:64]}", "code": code, "detail": UnknownParameter.title}


class _ObjectIdFormField(CharField):
    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not ids.is_valid(value):
            raise ValidationError("An id is a text of 24 hex digits.", code="invalid_id")


class ObjectIdFilter(django_filters.Filter):
    """Filters by an ObjectId; anything else in its place is 400 with code `invalid_id`."""

    field_class: ClassVar[type] = _ObjectIdFormField
