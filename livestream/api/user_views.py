"""The caller's own account (spec section 3)."""

from __future__ import annotations

from typing import cast

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from livestream import clock, users
from livestream.api.profile import Profile, profile_of
from livestream.models import User


class MeView(APIView):
    """GET /users/me"""

    @extend_schema(operation_id="read_me", responses=Profile)
    def get(self, request: Request) -> Response:
        """Read your own profile: id, username, tags and balance."""
        return Response(Profile(profile_of(user=cast("User", request.user))).data)


class BlockView(APIView):
    """PUT and DELETE /users/me/blocks/{user_id}"""

    @extend_schema(operation_id="block_user", request=None, responses={204: None})
    def put(self, request: Request, user_id: str) -> Response:
        """Block a viewer: the viewer gets the tag `blocked-by:{streamer_id}`."""
        users.block(streamer_id=str(request.user.pk), user_id=user_id, now=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(operation_id="unblock_user", request=None, responses={204: None})
    def delete(self, request: Request, user_id: str) -> Response:
        """Unblock a viewer; one who is not blocked stays so."""
        users.unblock(streamer_id=str(request.user.pk), user_id=user_id)
        return Response(status=status.HTTP_204_NO_CONTENT)
