"""Services of users: tags, and blocking a viewer."""

from __future__ import annotations

from livestream.errors import NotFound, Unprocessable
from livestream.models import User, UserTag


class UserNotFound(NotFound):
    code = "user_not_found"
    title = "There is no such user"


class CannotBlockYourself(Unprocessable):
    code = "cannot_block_yourself"
    title = "You cannot block yourself"


def find_user(*, term: str) -> User:
    """Return the user with this id or this username; raises UserNotFound."""
    user = User.objects.filter(pk=term).first() or User.objects.filter(username=term).first()
    if user is None:
        raise UserNotFound(f"There is no user {term}.")
    return user


def blocked_by_tag(*, streamer_id: str) -> str:
    """Return the tag of the users whom the streamer blocked (spec section 1)."""
    return f"blocked-by:{streamer_id}"


def add_tag(*, user_id: str, tag: str) -> None:
    """Add `tag` to the user, unless the user has it."""
    UserTag.objects.bulk_create([UserTag(user_id=user_id, tag=tag)], ignore_conflicts=True)


def remove_tag(*, user_id: str, tag: str) -> None:
    """Remove `tag` from the user; a user without it is no error."""
    UserTag.objects.filter(user_id=user_id, tag=tag).delete()


def block(*, streamer_id: str, user_id: str) -> None:
    """Give the viewer `user_id` the tag `blocked-by:{streamer_id}`.

    Raises UserNotFound, and CannotBlockYourself.
    """
    if user_id == streamer_id:
        raise CannotBlockYourself
    if not User.objects.filter(pk=user_id).exists():
        raise UserNotFound(user_id=user_id)
    add_tag(user_id=user_id, tag=blocked_by_tag(streamer_id=streamer_id))


def unblock(*, streamer_id: str, user_id: str) -> None:
    """Take the tag `blocked-by:{streamer_id}` from the user; a user without it is no error."""
    remove_tag(user_id=user_id, tag=blocked_by_tag(streamer_id=streamer_id))


def is_blocked(*, user_id: str, streamer_id: str) -> bool:
    """Return whether the streamer blocked the user."""
    tag = blocked_by_tag(streamer_id=streamer_id)
    return UserTag.objects.filter(user_id=user_id, tag=tag).exists()
