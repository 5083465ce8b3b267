"""Declaring an operation of the API, beside the view method that carries it out.

    @operation(
        "contribute",
        tag=Tag.TICKETS,
        request=ContributionBody,
        answers={201: ReceiptSerializer},
        errors=(GoalNotFound, EscrowClosed, PriceChanged),
        request_examples={"Two tickets for at most 400 coins": {"quantity": 2, "max_price": 400}},
        answer_examples={"Two tickets": RECEIPT},
    )
    @idempotent
    def post(self, request, goal_id):
        \"\"\"Buy tickets of a sale.

        What is worth knowing, in Markdown, for readers outside of this project.
        \"\"\"

The first line of the docstring is the summary, and the rest is the description. `errors` are the refusals
of this operation only: those of every call, of the token, of a body, of a page and of an idempotency key are
added by what the view is (`declared_errors`). tests/api/test_declared_errors.py finds what is missing.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.serializers import ListSerializer
from rest_framework.views import APIView

from livestream.api.bodies import NoBody
from livestream.api.filters import refuse_unknown
from livestream.errors import DomainError

Method = TypeVar("Method", bound=Callable[..., Any])
Errors = tuple[type[DomainError], ...]
# Values by what they show; the name is the summary of the example.
Examples = Mapping[str, Any]


class Tag(StrEnum):
    """The chapters of the document; `settings.api` describes them in this order."""

    AUTHENTICATION = "Authentication"
    USERS = "Users"
    SESSIONS = "Sessions"
    GOALS = "Goals"
    TICKETS = "Tickets"
    INVITATIONS = "Invitations"
    EVENTS = "Events"
    STREAMS = "Streams"
    REAL_TIME = "Real time"
    WALLET = "Wallet"
    SERVICE = "Service"


@dataclass(frozen=True, slots=True)
class Operation:
    """What is declared of an operation, beyond what drf-spectacular finds."""

    id: str
    has_body: bool = False
    # Whether the framework parses the body, and so refuses what is no JSON object.
    is_read: bool = False
    is_page: bool = False
    # The query parameters beside those of a page and its filters; None if the query is not checked.
    query: frozenset[str] | None = frozenset()
    errors: Errors = ()
    # Names of headers of the successful answer, see `livestream.api.headers`.
    headers: tuple[str, ...] = ()
    request_examples: Examples = field(default_factory=dict)
    answer_examples: Examples = field(default_factory=dict)


# Query parameters that are not declared by the operation itself.
_OF_EVERY_CALL = frozenset({"lang"})
_OF_A_PAGE = frozenset({"cursor", "page_size"})


def operation(
    operation_id: str,
    *,
    tag: Tag,
    answers: Mapping[int, Any],
    request: Any = None,
    errors: Sequence[type[DomainError]] = (),
    parameters: Sequence[OpenApiParameter] = (),
    headers: Sequence[str] = (),
    request_examples: Examples | None = None,
    answer_examples: Examples | None = None,
    is_raw: bool = False,
) -> Callable[[Method], Method]:
    """Declare a view method as an operation of the API (see the module).

    `answers` are serializers by status, `many=True` for a page, None for an answer without a body. `request` is
    the serializer of the body, `NoBody` where a body may be sent but has no members, None where it is not read.
    With `is_raw`, the view reads the request itself, and `errors` are all that it can raise. Otherwise a query
    parameter that is neither in `parameters` nor of a page or its filters is refused, with UnknownParameter.
    """
    declared = Operation(
        id=operation_id,
        has_body=request is not None,
        is_read=request is not None and not is_raw,
        is_page=any(isinstance(each, ListSerializer) for each in answers.values()),
        query=None
        if is_raw
        else frozenset(each.name for each in parameters if each.location == OpenApiParameter.QUERY),
        errors=tuple(errors),
        headers=tuple(headers),
        request_examples=request_examples or {},
        answer_examples=answer_examples or {},
    )
    documented = None if request is NoBody else request
    found = {"request": documented, "responses": dict(answers), "parameters": list(parameters), "tags": [tag.value]}
    return functools.partial(_declare, declared, found)


def _declare(declared: Operation, found: dict[str, Any], method: Method) -> Method:
    summary, _, description = (inspect.getdoc(method) or "").partition("\n\n")
    method.operation = declared  # type: ignore[attr-defined]
    extend: Callable[[Method], Method] = extend_schema(
        operation_id=declared.id,
        summary=" ".join(summary.split()).rstrip("."),
        description=description or summary,
        **found,
    )
    return extend(method if declared.query is None else _refusing_unknown(declared, method))


def _refusing_unknown(declared: Operation, method: Method) -> Method:
    @functools.wraps(method)
    def answer(view: APIView, request: Request, *args: Any, **kwargs: Any) -> Any:
        refuse_unknown(request=request, known=_parameters_of(declared, view))
        return method(view, request, *args, **kwargs)

    return answer  # type: ignore[return-value]  # it is called like the method


def _parameters_of(declared: Operation, view: APIView) -> frozenset[str]:
    known = _OF_EVERY_CALL | (declared.query or frozenset())
    if not declared.is_page:
        return known
    filterset = getattr(view, "filterset_class", None)
    return known | _OF_A_PAGE | frozenset(filterset.base_filters if filterset else ())


def handler_of(view: APIView, method: str) -> Any:
    """Return the method of the view that answers the HTTP method."""
    return getattr(view, getattr(view, "action", None) or method.lower(), None)
