"""The users of a story: references to them, and how support looks one up."""

from __future__ import annotations

from livestream.models import User
from livestream.storage.text import is_storable
from livestream.story.subjects import RowRef

_MAX_CANDIDATES = 10


def user_ref(user_id: str, names: dict[str, str]) -> RowRef:
    """Return a reference to the user; a user without a row is named by the id."""
    return RowRef(model="livestream.user", pk=user_id, name=names.get(user_id, user_id))


def find_users(term: str) -> list[User]:
    """Return the one user with this id or username, else up to 10 whose usernames begin with it."""
    term = term.strip()
    if not term or not is_storable(term):
        return []
    beginning = User.objects.filter(username__startswith=term).order_by("username")[:_MAX_CANDIDATES]
    exact = User.objects.filter(pk=term).union(User.objects.filter(username=term))
    return list(exact)[:1] or list(beginning)
