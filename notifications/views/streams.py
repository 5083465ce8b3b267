"""Streams over HTTP: the right to watch, and the keys that prove it (spec section 7)."""

from __future__ import annotations

from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from drf_spectacular.utils import OpenApiParameter
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from goals.errors import BlockedByStreamer, NotAuthorizedForQuality
from livestream import clock
from livestream.api.answers import answer
from livestream.api.bodies import caller_id
from livestream.api.caching import SecretAnswers
from livestream.api.operations import Tag, operation
from livestream.errors import InvalidParameter
from notifications import examples
from notifications.channels import QUALITIES
from notifications.serializers import (
    StreamKeySet,
    StreamToken,
)
from notifications.services import stream_keys, stream_tokens
from sessions_app.errors import SessionNotActive, SessionNotFound

# Seconds that clients may cache the keys: a new key is published at least this long before it signs.
KEYS_MAX_AGE = 300


class InvalidQuality(InvalidParameter):
    """`quality` is missing, or is neither `preview` nor `sd`."""

    code = "invalid_quality"
    title = "`quality` must be `preview` or `sd`"
    advice = "Send one of the two."


_QUALITY = OpenApiParameter(
    "quality", str, required=True, enum=list(QUALITIES), description="`sd` is the stream, `preview` is for everybody."
)


class StreamTokenView(SecretAnswers, APIView):
    """GET /sessions/{id}/token"""

    # A stream token stays valid after the account is closed, so the caller is looked up for each one.
    remembers_callers = False

    @operation(
        "read_stream_token",
        tag=Tag.STREAMS,
        parameters=[_QUALITY],
        answers={200: StreamToken},
        errors=(
            InvalidQuality,
            BlockedByStreamer,
            NotAuthorizedForQuality,
            SessionNotFound,
            SessionNotActive,
        ),
        answer_examples={"The stream in `sd`": examples.STREAM_TOKEN},
    )
    def get(self, request: Request, session_id: str) -> Response:
        """Get the right to watch a session.

        While no paid performance is running, everybody whom the streamer has not blocked may watch. During one, `sd`
        is for those who paid for it, and `preview` opens no room. A token for the public stream or for `preview` lasts
        five minutes, and the streamer's own one hour. Any other token lasts until the paid performance ends, and one
        hour at most. While the streamer of a show or a 1-on-1 is not on stage, that end is computed as if they came
        now. If the performance goes on after `exp`, read another token.
        """
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
    @operation(
        "read_stream_keys",
        tag=Tag.STREAMS,
        answers={200: StreamKeySet},
        answer_examples={"One key": examples.STREAM_KEYS},
    )
    def get(self, request: Request) -> Response:
        """Read the public keys of stream tokens.

        A JSON Web Key Set (RFC 7517), with which an edge server verifies stream tokens without a call to this service.
        """
        return Response(answer(StreamKeySet, {"keys": stream_keys.published_keys()}))
