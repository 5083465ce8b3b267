"""Channels over HTTP: who may join, and what to know first (spec section 3)."""

from __future__ import annotations

from typing import cast

from django.http import HttpResponse
from rest_framework.parsers import FormParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from livestream import clock
from livestream.api.answers import answer
from livestream.api.bodies import caller_id, validated
from livestream.api.caching import SecretAnswers
from livestream.api.etags import answer_public, etag_of
from livestream.api.operations import Tag, operation
from livestream.api.parsers import StrictJSONParser
from livestream.api.throttles import CHANNEL_AUTH
from livestream.models import User
from notifications import errors, examples
from notifications.serializers import ChannelAuth, ChannelAuthBody, ChannelSnapshot
from notifications.services import channel_auth, channel_snapshots


class ChannelAuthView(SecretAnswers, APIView):
    """POST /notify/pusher/auth"""

    parser_classes = (StrictJSONParser, FormParser)
    throttle_scope = CHANNEL_AUTH

    @operation(
        "authorize_channel",
        tag=Tag.REAL_TIME,
        request=ChannelAuthBody,
        answers={200: ChannelAuth},
        errors=(errors.ChannelNotAllowed, errors.InvalidSocketId, errors.SigningUnavailable),
        request_examples={"Join a channel": examples.JOIN, "Sign in": examples.SIGN_IN},
        answer_examples={"Join a channel": examples.JOINED, "Sign in": examples.SIGNED_IN},
    )
    def post(self, request: Request) -> Response:
        """Authorize a connection of the realtime server.

        With `channel_name`, it signs that you may join this private or presence channel. Without it, it signs the
        connection in, so that it can be closed when you lose access. pusher-js makes both calls by itself.
        """
        body, user = validated(request, ChannelAuthBody), cast("User", request.user)
        if "channel_name" in body:
            signed = channel_auth.authorize_connection(user=user, now=clock.now(), **body)
        else:
            signed = channel_auth.authenticate_connection(user_id=user.pk, **body)
        return Response(answer(ChannelAuth, signed))


class ChannelView(APIView):
    """GET /notify/channels/{channel_name}"""

    @operation(
        "read_channel_snapshot",
        tag=Tag.REAL_TIME,
        answers={200: ChannelSnapshot},
        errors=(errors.ChannelNotAllowed,),
        answer_examples={"The channel of a stream": examples.SNAPSHOT},
    )
    def get(self, request: Request, channel_name: str) -> Response | HttpResponse:
        """Read the snapshot of a channel.

        It has what a subscriber needs to know first: the session of the streamer and its active goals. Read it after
        joining a channel and after each reconnection, and keep the document of each goal and session with the
        higher `version`.
        """
        user_id = caller_id(request)
        snapshot = channel_snapshots.channel_snapshot(user_id=user_id, channel_name=channel_name, now=clock.now())
        etag = etag_of("snapshot", *snapshot.state)
        return answer_public(request, etag, lambda: answer(ChannelSnapshot, channel_snapshots.document_of(snapshot)))
