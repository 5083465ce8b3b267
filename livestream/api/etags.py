"""ETags that are known before a document is made: a client that has it already is answered 304 at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.utils.http import parse_etags
from rest_framework import status
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from livestream import release
from livestream.api import rendered


def etag_of(*parts: object) -> str:
    """Return the ETag of a document that these parts, and the code that makes it, determine."""
    return f'"{release.fingerprint(*parts)}"'


def answer_if_changed(request: Request, etag: str, make: Callable[[], Any]) -> Response:
    """Answer 304 without a body where the caller has the document with this ETag, else what `make` returns."""
    return _not_modified(request, etag) or Response(make(), headers={"ETag": etag})


def answer_public(
    request: Request, etag: str, make: Callable[[], Any], *, is_current: Callable[[], bool] = lambda: True
) -> Response | HttpResponse:
    """Answer as `answer_if_changed` does, for a document that all readers share: each process renders it once.

    `is_current` is called after `make`. It returns False if something has changed meanwhile that the ETag stands for:
    then the document may be a newer one, and is answered without this ETag.
    """
    unchanged = _not_modified(request, etag)
    if unchanged is not None:
        return unchanged
    found = rendered.get(etag)
    if found is not None:
        return _json(found, ETag=etag)
    with rendered.made_once(etag):
        found = rendered.get(etag)
        text = found or JSONRenderer().render(make())
        if not found and not is_current():
            return _json(text)
        rendered.keep(etag, text)
    return _json(text, ETag=etag)


def _json(text: bytes, **headers: str) -> HttpResponse:
    return HttpResponse(text, content_type=JSONRenderer.media_type, headers=headers)


def _not_modified(request: Request, etag: str) -> Response | None:
    if not _is_known(request, etag):
        return None
    return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": etag})


def _is_known(request: Request, etag: str) -> bool:
    """Compare weakly, as RFC 9110 says for `If-None-Match`: the ETag of a compressed answer is a weak one."""
    if "If-Match" in request.headers:  # it has precedence, and NotModifiedMiddleware compares both
        return False
    asked = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in asked or etag in {each.removeprefix("W/") for each in asked}
