"""The caller's own account, and what everybody may know of others (spec section 3)."""

from __future__ import annotations

from typing import cast

from django.db.models import QuerySet
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from livestream import clock, users
from livestream.api.answers import answer
from livestream.api.bodies import caller_id
from livestream.api.fields import EpochDateTimeField, ObjectIdSerializerField
from livestream.api.idempotency import idempotent
from livestream.api.operations import Tag, operation
from livestream.api.pagination import page_of
from livestream.api.profile import Profile, profile_of
from livestream.models import User, UserTag

_ME = {"id": "68143584d6945d32e732cc21", "username": "viewer1", "name": "viewer1", "tags": [], "balance": 100_000}

_BLOCKED = {"user_id": "68143584d6945d32e732cc22", "name": "viewer2", "since": 1745993863}


class MeView(APIView):
    """GET /users/me"""

    @operation("read_me", tag=Tag.USERS, answers={200: Profile}, answer_examples={"A viewer": _ME})
    def get(self, request: Request) -> Response:
        """Read your own profile.

        It has your id, your username, the name that others see, your tags and your balance in coins. A tag
        `blocked-by:{streamer_id}` means that this streamer has blocked you.
        """
        return Response(answer(Profile, profile_of(user=cast("User", request.user))))


class PublicUser(serializers.Serializer[User]):
    """What everybody may know of a user."""

    id = ObjectIdSerializerField()
    name = serializers.CharField(source="public_name")


class UserView(APIView):
    """GET /users/{user_id}"""

    @operation(
        "read_user",
        tag=Tag.USERS,
        answers={200: PublicUser},
        errors=(users.UserNotFound,),
        answer_examples={"A viewer": {"id": _ME["id"], "name": "viewer1"}},
    )
    def get(self, request: Request, user_id: str) -> Response:
        """Read the public name of a user.

        Everybody who is signed in may read it. Most answers have names beside ids, so that this call is seldom needed.
        """
        return Response(PublicUser(users.read_user(user_id=user_id)).data)


class Block(serializers.Serializer[UserTag]):
    """A user whom the caller blocks."""

    user_id = ObjectIdSerializerField()
    name = serializers.CharField(source="user.public_name")
    since = EpochDateTimeField(source="added_at", allow_null=True, help_text="Unix seconds; null if it is not known")


class BlocksView(GenericAPIView[UserTag]):
    """GET /users/me/blocks"""

    serializer_class = Block
    cursor_ordering = ("-id",)

    def get_queryset(self) -> QuerySet[UserTag]:
        return users.blocks_of(streamer_id=caller_id(self.request))

    @operation(
        "list_blocks",
        tag=Tag.USERS,
        answers={200: Block(many=True)},
        answer_examples={"One blocked viewer": page_of([_BLOCKED], following=None, previous=None, has_more=False)},
    )
    def get(self, request: Request) -> Response:
        """List whom you block.

        Those whom you blocked last come first.
        """
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class BlockView(APIView):
    """PUT and DELETE /users/me/blocks/{user_id}"""

    @operation("block_user", tag=Tag.USERS, answers={204: None}, errors=(users.UserNotFound, users.CannotBlockYourself))
    @idempotent
    def put(self, request: Request, user_id: str) -> Response:
        """Block a viewer.

        The viewer is refunded for what they paid you and have not received yet, loses access to your streams, and
        can pay you nothing more. Blocking a viewer again changes nothing.
        """
        users.block(streamer_id=caller_id(request), user_id=user_id, now=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @operation("unblock_user", tag=Tag.USERS, answers={204: None})
    @idempotent
    def delete(self, request: Request, user_id: str) -> Response:
        """Unblock a viewer.

        The viewer may watch and pay again. What was refunded stays refunded. Unblocking a viewer who is not blocked
        changes nothing.
        """
        users.unblock(streamer_id=caller_id(request), user_id=user_id)
        return Response(status=status.HTTP_204_NO_CONTENT)
