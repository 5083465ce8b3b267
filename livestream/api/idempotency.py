"""The header `Idempotency-Key` on calls that create, change or move something (spec section 3)."""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from django.db import transaction
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from livestream import clock, idempotency
from livestream.errors import DomainError
from livestream.idempotency import Answer, Claim, KeyedRequest
from livestream.storage.conflicts import retried

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
_SYNTAX = re.compile(r"[\x21-\x7e]{1,255}")

Method = Callable[..., Response]


class InvalidIdempotencyKey(DomainError):
    """The header `Idempotency-Key` is not 1 to 255 visible ASCII characters."""

    code = "invalid_idempotency_key"
    title = "An Idempotency-Key must be 1 to 255 visible ASCII characters"
    advice = "Send a random text, such as a UUID."


class KeyNotSupported(DomainError):
    """The call does not take an `Idempotency-Key`; it was not carried out."""

    code = "idempotency_key_not_supported"
    title = "This call does not take an Idempotency-Key"
    advice = "Send the call without the header."


def accepts_key(view_function: Any, http_method: str) -> bool:
    """Return whether a view takes the header with this HTTP method."""
    view = getattr(view_function, "cls", None)
    name = (getattr(view_function, "actions", None) or {}).get(http_method.lower(), http_method.lower())
    return bool(getattr(getattr(view, name, None), "accepts_idempotency_key", False))


def idempotent(method: Method) -> Method:
    """Decorate a view's method so that a repeat with the same key gets the first answer again.

    The view's work and the answer commit in one transaction. Refusals (4xx) and crashes are
    not kept. Without the header the view runs as it is. Raises InvalidIdempotencyKey (400),
    KeyReused (422) and KeyInUse (409).
    """

    @functools.wraps(method)
    def answer_once(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        work = functools.partial(method, view, request, *args, **kwargs)
        key = read_key(request)
        if key is None:
            return work()
        found = idempotency.claim(request=_keyed_request(request, key), now=clock.now())
        return _replay(found) if isinstance(found, Answer) else _work_off(found, work)

    answer_once.accepts_idempotency_key = True  # type: ignore[attr-defined]
    return answer_once


def keeps_its_own_answers(method: Method) -> Method:
    """Mark a view's POST that takes the header and keeps its answers in its own tables."""
    method.accepts_idempotency_key = True  # type: ignore[attr-defined]
    return method


def read_key(request: Request) -> str | None:
    """Return the request's key, None without one; raises InvalidIdempotencyKey."""
    key = request.headers.get(HEADER)
    if key is not None and not _SYNTAX.fullmatch(key):
        raise InvalidIdempotencyKey
    return key


def _keyed_request(request: Request, key: str) -> KeyedRequest:
    return KeyedRequest(str(request.user.pk), request.path, key, fingerprint(_content(request)))


def _content(request: Request) -> Any:
    """Return what a key is bound to: method, query and body.

    For a POST without a query it is the body alone, as in earlier releases, whose keys are still stored.
    """
    query = {name: values for name, values in request.query_params.lists() if name != "lang"}
    if request.method == "POST" and not query:
        return request.data
    return [request.method, query, request.data]


def fingerprint(body: Any) -> str:
    """Return the SHA-256 of the parsed body, written in one way whatever the order of members."""
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _work_off(claim: Claim, work: Callable[[], Response]) -> Response:
    try:
        response = _work_and_keep(claim, work)
    except BaseException:
        idempotency.release(claim=claim)
        raise
    if response.status_code >= 400:
        idempotency.release(claim=claim)
    return response


@retried
def _work_and_keep(claim: Claim, work: Callable[[], Response]) -> Response:
    with transaction.atomic(durable=True):
        try:
            response = work()
        except DomainError as error:
            if not error.keeps_changes:
                raise
            refusal = error
        else:
            if response.status_code < 400:
                idempotency.complete(claim=claim, answer=_answer_of(response))
            else:
                transaction.set_rollback(True)
            return response
    raise refusal


def _answer_of(response: Response) -> Answer:
    return Answer(response.status_code, JSONRenderer().render(response.data).decode())


def _replay(answer: Answer) -> Response:
    body = json.loads(answer.body) if answer.body else None
    return Response(body, status=answer.status, headers={REPLAYED: "true"})
