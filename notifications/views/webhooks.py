"""Webhooks over HTTP (spec section 3)."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest
from drf_spectacular.utils import OpenApiParameter
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from livestream import clock
from livestream.api.declared_errors import A_JSON_OBJECT
from livestream.api.operations import Tag, operation
from notifications import errors, examples
from notifications.serializers import (
    WebhookDocument,
)
from notifications.services import inbox

# 10,000 events of 400 bytes each; ours take 150.
LARGEST_WEBHOOK_BYTES = 4 * 1024 * 1024
_HEADERS = [
    OpenApiParameter(name, str, OpenApiParameter.HEADER, required=True, description=description)
    for name, description in (
        ("X-Pusher-Key", "The key whose secret has signed the body."),
        ("X-Pusher-Signature", "The HMAC-SHA256 of the raw body, in hexadecimal digits."),
    )
]

# Pusher reads the status alone.
_NOTHING = {"type": "object", "description": "An empty object", "maxProperties": 0}


class PusherWebhookView(APIView):
    """POST /notify/pusher"""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    # Pusher would repeat what is refused; the signature says who may send it.
    throttle_classes = ()

    @operation(
        "receive_pusher_webhook",
        tag=Tag.REAL_TIME,
        parameters=_HEADERS,
        request=WebhookDocument,
        is_raw=True,
        answers={200: _NOTHING},
        errors=(
            *A_JSON_OBJECT,
            errors.InvalidSignature,
            errors.MalformedWebhook,
            errors.TooManyEvents,
            errors.WebhookFromFuture,
            errors.WebhookTooLarge,
            errors.WebhookTooOld,
        ),
        request_examples={"The streamer enters the stage": examples.WEBHOOK},
        answer_examples={"Accepted": {}},
    )
    def post(self, request: Request) -> Response:
        """Receive webhooks of the realtime server.

        Not for clients. The body is signed with the secret of `X-Pusher-Key`. It is stored and answered at once, and
        processed afterwards. An event that cannot be read or is not of this service is passed over.
        """
        inbox.accept(
            body=_raw_body(request),
            key=request.headers.get("X-Pusher-Key", ""),
            signature=request.headers.get("X-Pusher-Signature", ""),
            now=clock.now(),
        )
        return Response({})


def _raw_body(request: Request) -> bytes:
    """Read the body once, as it was signed, and no more of it than is allowed."""
    body = b"".join(_chunks(request._request, LARGEST_WEBHOOK_BYTES + 1))
    if len(body) > LARGEST_WEBHOOK_BYTES:
        raise errors.WebhookTooLarge
    return body


def _chunks(request: HttpRequest, most: int) -> Iterator[bytes]:
    """Yield up to `most` bytes of a body, with a declared length or in chunked encoding.

    Django treats a body without a length as empty. A server that ends the input stream after the last
    chunk sets `wsgi.input_terminated`.
    """
    in_chunks = not request.META.get("CONTENT_LENGTH") and request.META.get("wsgi.input_terminated")
    stream = request.META["wsgi.input"] if in_chunks else request
    while most > 0 and (chunk := stream.read(most)):
        yield chunk
        most -= len(chunk)
