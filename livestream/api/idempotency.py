"""The header `Idempotency-Key` on POSTs that move money (spec section 3)."""

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
from livestream.idempotency import Answer, Claim, Question
from livestream.storage.conflicts import retried

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
_SYNTAX = re.compile(r"[\x21-\x7e]{1,255}")

Method = Callable[..., Response]


class InvalidIdempotencyKey(DomainError):
    code = "invalid_idempotency_key"
    title = "An Idempotency-Key is 1 to 255 visible ASCII characters"


def idempotent(method: Method) -> Method:
    """Decorate a view's POST so that a repeat with the same key gets the first answer again.

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
        found = idempotency.claim(question=_question(request, key), now=clock.now())
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


def _question(request: Request, key: str) -> Question:
    return Question(str(request.user.pk), request.path, key, fingerprint(request.data))


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
        response = work()
        if response.status_code < 400:
            idempotency.complete(claim=claim, answer=_answer_of(response))
        else:
            transaction.set_rollback(True)
    return response


def _answer_of(response: Response) -> Answer:
    return Answer(response.status_code, JSONRenderer().render(response.data).decode())


def _replay(answer: Answer) -> Response:
    body = json.loads(answer.body) if answer.body else None
    return Response(body, status=answer.status, headers={REPLAYED: "true"})
