"""Services of users: tags, blocking a viewer, closing an account."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from livestream import sign_ins
from livestream.errors import NotFound, Unprocessable
from livestream.events import publish
from livestream.events.contracts import ACCOUNT_CLOSED, USER_BLOCKED, AccountClosed, UserBlocked
from livestream.models import SignIn, User, UserTag
from livestream.storage.compiled import CompiledQuery
from livestream.storage.conflicts import retried

_BLOCKED_BY = "blocked-by:"
# A page of events may contain the ids of 200,000 payers, which are megabytes for one statement.
_NAMES_A_QUERY = 5_000
# Ids of users, or a query for them.
Users = Collection[str] | QuerySet[Any, Any]


class UserNotFound(NotFound):
    """There is no user with this id."""

    code = "user_not_found"
    title = "There is no such user"
    advice = "Check the id of the user."
    members = {"user_id": {"type": "string", "description": "The id that was asked for.", "example": "6" * 24}}


class CannotBlockYourself(Unprocessable):
    """The id in the path is your own."""

    code = "cannot_block_yourself"
    title = "You cannot block yourself"
    advice = "Send the id of another user."


def find_user(*, term: str) -> User:
    """Return the user with this id or this username; raises UserNotFound."""
    user = User.objects.filter(pk=term).first() or User.objects.filter(username=term).first()
    if user is None:
        raise UserNotFound("There is no user {term}.", given={"term": term}, user_id=term)
    return user


def read_user(*, user_id: str) -> User:
    """Return the user with this id, whose account may be closed; raises UserNotFound."""
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise UserNotFound(user_id=user_id)
    return user


def blocks_of(*, streamer_id: str) -> QuerySet[UserTag]:
    """Return whom the streamer blocks: the rows of the tag, with their users."""
    return UserTag.objects.filter(tag=blocked_by_tag(streamer_id=streamer_id)).select_related("user")


def names_of(*, user_ids: Collection[str]) -> dict[str, str]:
    """Return the public names of these users by id, reading 5,000 per query. Unknown ids are left out."""
    names: dict[str, str] = {}
    ids = list(user_ids)
    for start in range(0, len(ids), _NAMES_A_QUERY):
        names |= _NAMES.all(user_ids=json.dumps(ids[start : start + _NAMES_A_QUERY]))
    return names


# Rows and no models: a goal names a thousand payers, and making their models takes longer than all the rest.
_NAMES: CompiledQuery[tuple[str, str]] = CompiledQuery(
    lambda user_ids: User.objects.filter(pk__among=user_ids).values_list("pk", User.PUBLIC_NAME)
)


def blocked_by_tag(*, streamer_id: str) -> str:
    """Return the tag of the users whom the streamer blocked (spec section 1)."""
    return _BLOCKED_BY + streamer_id


@retried
def add_tag(*, user_id: str, tag: str, now: datetime) -> None:
    """Add `tag` to the user, unless the user has it.

    A new tag `blocked-by:…` publishes `user.blocked`, whether a streamer or support adds it.
    """
    with transaction.atomic():
        _, added = UserTag.objects.get_or_create(user_id=user_id, tag=tag, defaults={"added_at": now})
        if added and tag.startswith(_BLOCKED_BY):
            streamer_id = tag.removeprefix(_BLOCKED_BY)
            publish(USER_BLOCKED, UserBlocked(streamer_id=streamer_id, user_id=user_id))


def remove_tag(*, user_id: str, tag: str) -> None:
    """Remove `tag` from the user; a user without it is no error."""
    UserTag.objects.filter(user_id=user_id, tag=tag).delete()


def block(*, streamer_id: str, user_id: str, now: datetime) -> None:
    """Give the viewer `user_id` the tag `blocked-by:{streamer_id}`, and publish `user.blocked`.

    The receivers of the event refund the viewer's payments to the streamer (spec section 6).
    Raises UserNotFound, and CannotBlockYourself.
    """
    if user_id == streamer_id:
        raise CannotBlockYourself
    if not User.objects.filter(pk=user_id).exists():
        raise UserNotFound(user_id=user_id)
    add_tag(user_id=user_id, tag=blocked_by_tag(streamer_id=streamer_id), now=now)


def unblock(*, streamer_id: str, user_id: str) -> None:
    """Take the tag `blocked-by:{streamer_id}` from the user; a user without it is no error."""
    remove_tag(user_id=user_id, tag=blocked_by_tag(streamer_id=streamer_id))


def is_blocked(*, user_id: str, streamer_id: str) -> bool:
    """Return whether the streamer blocked the user."""
    tag = blocked_by_tag(streamer_id=streamer_id)
    return _TAG.first(user_id=user_id, tag=tag) is not None


_TAG: CompiledQuery[int] = CompiledQuery(
    lambda user_id, tag: UserTag.objects.filter(user_id=user_id, tag=tag).values_list("pk", flat=True)
)
_TAGS: CompiledQuery[str] = CompiledQuery(
    lambda user_id: UserTag.objects.filter(user_id=user_id).order_by("tag").values_list("tag", flat=True)
)


def tags_of(*, user_id: str) -> list[str]:
    """Return the user's tags, in order."""
    return _TAGS.all(user_id=user_id)


def blocked_among(*, user_ids: Users, streamer_id: str) -> dict[str, datetime | None]:
    """Return since when those of these users are blocked whom the streamer blocked; None where it is not known."""
    tag = blocked_by_tag(streamer_id=streamer_id)
    return dict(UserTag.objects.filter(user_id__in=user_ids, tag=tag).values_list("user_id", "added_at"))


def closed_among(*, user_ids: Users) -> dict[str, datetime | None]:
    """Return since when those of these accounts are closed that are; None where it is not known yet."""
    return dict(User.objects.filter(pk__in=user_ids, is_active=False).values_list("pk", "closed_at"))


def is_closed(*, user_id: str) -> bool:
    """Return whether the user's account is closed."""
    return User.objects.filter(pk=user_id, is_active=False).exists()


@retried
def close_account(*, user_id: str, now: datetime) -> None:
    """Close an account: its tokens are refused, its session and goals end, its payments are refunded (spec 6).

    Closing it again changes nothing. Raises UserNotFound.
    """
    with transaction.atomic():
        if not User.objects.filter(pk=user_id).update(is_active=False):
            raise UserNotFound(user_id=user_id)
        follow_closing(user_id=user_id, now=now)


@retried
def reopen_account(*, user_id: str) -> None:
    """Open a closed account again, and resume its payouts; its ended sessions and goals stay ended.

    It calls `save`, as a form does: a receiver of `post_save` resumes the payouts in both cases.
    Raises UserNotFound.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().filter(pk=user_id).first()
        if user is None:
            raise UserNotFound(user_id=user_id)
        if not user.is_active:
            user.is_active = True
            user.save(update_fields=["is_active"])


@retried
def follow_closing(*, user_id: str, now: datetime) -> bool:
    """End the sign-ins of a closed account and publish `account.closed`, once for each time it is closed.

    Returns whether this call did it. A sweep calls it for accounts that were closed in another way.
    """
    with transaction.atomic():
        waiting = User.objects.filter(pk=user_id, is_active=False, closed_at=None)
        if not waiting.update(closed_at=now):
            return False
        sign_ins.end_all(user_id=user_id, because=SignIn.ACCOUNT_CLOSED, now=now)
        publish(ACCOUNT_CLOSED, AccountClosed(user_id=user_id))
        return True


def forget_closings() -> None:
    """Forget when accounts were closed that are open again, whichever way they were opened."""
    User.objects.filter(is_active=True, closed_at__isnull=False).update(closed_at=None)


def closed_without_consequences(*, limit: int) -> list[str]:
    """Return the ids of closed accounts for which `account.closed` has not been published."""
    waiting = User.objects.filter(is_active=False, closed_at=None).order_by("pk")
    return list(waiting.values_list("pk", flat=True)[:limit])
