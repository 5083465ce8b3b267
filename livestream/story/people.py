"""Users by what support staff has in hand: an id, a username, or how one begins."""

from __future__ import annotations

from collections.abc import Collection

from livestream.models import User
from livestream.storage.text import is_storable
from livestream.story.subjects import Thing

_MOST_CANDIDATES = 10


def names_of(user_ids: Collection[str]) -> dict[str, str]:
    """Return usernames by id, in one question (none for nobody)."""
    return dict(User.objects.filter(pk__in=user_ids).values_list("pk", "username"))


def person(user_id: str, names: dict[str, str]) -> Thing:
    """Return the user as a thing to look up; one who is gone goes by the id."""
    return Thing(model="livestream.user", pk=user_id, name=names.get(user_id, user_id))


def called(term: str) -> list[User]:
    """Return the one user of this id or username, else up to 10 whose usernames begin with it."""
    term = term.strip()
    if not term or not is_storable(term):
        return []
    beginning = User.objects.filter(username__startswith=term).order_by("username")[:_MOST_CANDIDATES]
    exact = User.objects.filter(pk=term).union(User.objects.filter(username=term))
    return list(exact)[:1] or list(beginning)
