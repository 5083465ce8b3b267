"""The HTTP views of notifications: Pusher's webhook, and what its clients read (spec section 3)."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import FormParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from livestream import clock
from livestream.api.answers import answer
from livestream.api.bodies import caller_id
from livestream.api.filters import refuse_unknown
from livestream.api.parsers import StrictJSONParser
from livestream.errors import InvalidParameter
from notifications.channels import QUALITIES
from notifications.errors import WebhookTooLarge
from notifications.serializers import (
    ChannelAuth,
    ChannelAuthBody,
    ChannelSnapshot,
    StreamKeySet,
    StreamToken,
    WebhookDocument,
)
from notifications.services import channel_auth, channel_snapshots, inbox, stream_keys, stream_tokens

# Seconds that clients may cache the keys: a new key is published at least this long before it signs.
KEYS_MAX_AGE = 300
# 10,000 events of 400 bytes each; ours take 150.
LARGEST_WEBHOOK_BYTES = 4 * 1024 * 1024
_HEADERS = [
    OpenApiParameter(name, str, OpenApiParameter.HEADER, required=True, description=description)
    for name, description in (
        ("X-Pusher-Key", "Which of our keys has signed"),
        ("X-Pusher-Signature", "HMAC-SHA256 of the raw body, in hex"),
    )
]

# Pusher reads the status alone.
_NOTHING = {"type": "object", "description": "An empty object", "maxProperties": 0}


class PusherWebhookView(APIView):
    """POST /notify/pusher"""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="receive_pusher_webhook",
        parameters=_HEADERS,
        request=WebhookDocument,
        responses={200: _NOTHING},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Take a signed webhook in; it is answered at once and processed afterwards (seed 002)."""
        inbox.accept(
            body=_raw_body(request),
            key=request.headers.get("X-Pusher-Key", ""),
            signature=request.headers.get("X-Pusher-Signature", ""),
            now=clock.now(),
        )
        return Response({})


class ChannelAuthView(APIView):
    """POST /notify/pusher/auth"""

    parser_classes = (StrictJSONParser, FormParser)

    @extend_schema(operation_id="authorize_channel", request=ChannelAuthBody, responses=ChannelAuth)
    def post(self, request: Request) -> Response:
        """Authorize a channel (403 `channel_not_allowed` if it is not yours); without `channel_name`, sign in."""
        body = ChannelAuthBody(data=request.data)
        body.is_valid(raise_exception=True)
        user_id = str(request.user.pk)
        if "channel_name" in body.validated_data:
            signed = channel_auth.authorize_connection(user_id=user_id, now=clock.now(), **body.validated_data)
        else:
            signed = channel_auth.authenticate_connection(user_id=user_id, **body.validated_data)
        return Response(answer(ChannelAuth, signed))


class InvalidQuality(InvalidParameter):
    code = "invalid_quality"
    title = "`quality` is `preview` or `sd`"


class StreamTokenView(APIView):
    """GET /sessions/{id}/token"""

    @extend_schema(
        operation_id="read_stream_token",
        parameters=[OpenApiParameter("quality", str, required=True, enum=list(QUALITIES))],
        responses=StreamToken,
    )
    def get(self, request: Request, session_id: str) -> Response:
        """Get a stream token; 403 `not_authorized_for_quality` if you have not paid for it."""
        refuse_unknown(request=request, known=frozenset({"quality"}))
        quality = request.query_params.get("quality")
        if quality not in QUALITIES:
            raise InvalidQuality
        token = stream_tokens.stream_token(
            session_id=session_id, user_id=caller_id(request), quality=quality, now=clock.now()
        )
        return Response(answer(StreamToken, token))


class StreamKeysView(APIView):
    """GET /.well-known/jwks.json"""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @method_decorator(cache_control(public=True, max_age=KEYS_MAX_AGE))
    @extend_schema(operation_id="read_stream_keys", responses=StreamKeySet, auth=[])
    def get(self, request: Request) -> Response:
        """Read the public keys of the stream tokens (RFC 7517), with which an edge server verifies them."""
        return Response(answer(StreamKeySet, {"keys": stream_keys.published_keys()}))


class ChannelView(APIView):
    """GET /notify/channels/{channel_name}"""

    @extend_schema(operation_id="read_channel", responses=ChannelSnapshot)
    def get(self, request: Request, channel_name: str) -> Response:
        """Read what a channel's subscriber needs to know first: the session, its active goals."""
        user_id = str(request.user.pk)
        document = channel_snapshots.channel_snapshot(user_id=user_id, channel_name=channel_name)
        return Response(answer(ChannelSnapshot, document))


def _raw_body(request: Request) -> bytes:
    """Read the body once, as it was signed, and no more of it than is allowed."""
    body = b"".join(_chunks(request._request, LARGEST_WEBHOOK_BYTES + 1))
    if len(body) > LARGEST_WEBHOOK_BYTES:
        raise WebhookTooLarge
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
