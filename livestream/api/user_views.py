"""The caller's own account (spec section 3)."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from livestream import users
from livestream.api import profile


class Profile(serializers.Serializer[Any]):
    """What a user sees of their own account; `balance` in coins."""

    id = serializers.CharField()
    username = serializers.CharField()
    tags = serializers.SerializerMethodField()
    balance = serializers.IntegerField(required=False, help_text="coins")

    def get_tags(self, user: Any) -> list[str]:
        return sorted(user.tags)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return {**super().to_representation(instance), **profile.additions(user=instance)}


class MeView(APIView):
    """GET /users/me"""

    @extend_schema(operation_id="read_me", responses=Profile)
    def get(self, request: Request) -> Response:
        """Read the own profile: id, username, tags and balance."""
        return Response(Profile(request.user).data)


class BlockView(APIView):
    """PUT and DELETE /users/me/blocks/{user_id}"""

    @extend_schema(operation_id="block_user", request=None, responses={204: None})
    def put(self, request: Request, user_id: str) -> Response:
        """Block a viewer: the viewer gets the tag `blocked-by:{streamer_id}`."""
        users.block(streamer_id=str(request.user.pk), user_id=user_id)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(operation_id="unblock_user", request=None, responses={204: None})
    def delete(self, request: Request, user_id: str) -> Response:
        """Unblock a viewer; one who is not blocked stays so."""
        users.unblock(streamer_id=str(request.user.pk), user_id=user_id)
        return Response(status=status.HTTP_204_NO_CONTENT)
