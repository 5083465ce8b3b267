"""Services of sign-ins: each refresh token is used once, and a second use ends the sign-in (spec section 3)."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

import structlog
from django.db.models import Q

from livestream import context, ids
from livestream.errors import Unauthorized
from livestream.models import SignIn, User
from livestream.storage.compiled import CompiledQuery

log = structlog.get_logger(__name__)

PURGED_AT_ONCE = 1000
# What decides whether a sign-in is valid, and what requests read of its user. The id comes first.
_OF_USER = ("id", "username", "email", "password", "is_active", "is_staff", "is_superuser")
_COLUMNS = ("id", "user_id", "refresh_id", "fingerprint", "ended_at", *(f"user__{name}" for name in _OF_USER))
SignInState = tuple[Any, ...]
_state = attrgetter(*(column.replace("__", ".") for column in _COLUMNS))
_SIGN_IN = CompiledQuery(lambda sign_in_id: SignIn.objects.select_related("user").only(*_COLUMNS).filter(pk=sign_in_id))


class TokenRevoked(Unauthorized):
    """The sign-in of the token has ended.

    The user signed out or changed the password, a refresh token was used twice, the account was closed, or
    support ended the sign-in.
    """

    code = "token_revoked"
    title = "The sign-in of this token has ended; sign in again"
    advice = "Forget both tokens of the sign-in, and ask for the password again."


class RefreshReused(Unauthorized):
    """The refresh token was used before, so somebody else may have it. All tokens of its sign-in have ended."""

    code = "refresh_reused"
    title = "This refresh token was used before; its sign-in has been ended"
    advice = (
        "Forget both tokens, and ask for the password again. Store the new pair before you use it, and let only "
        "one tab or process refresh at a time."
    )


class UserInactive(Unauthorized):
    """The account of the token is closed."""

    code = "user_inactive"
    title = "The account is closed"
    advice = "Sign out. Support can open the account again."


def open_sign_in(*, user: User, lifetime: timedelta, now: datetime) -> SignIn:
    """Store a sign-in whose first refresh token has the id `refresh_id`; `lifetime` is that of its tokens."""
    return SignIn.objects.create(
        user=user,
        refresh_id=ids.new_token_id(),
        fingerprint=user.get_session_auth_hash(),
        client_id=context.client_id(),
        created_at=now,
        refreshed_at=now,
        expires_at=now + lifetime,
    )


def adopt(*, user_id: str, refresh_id: str, lifetime: timedelta, now: datetime) -> str:
    """Store the sign-in of a refresh token that an earlier release issued, and return its id.

    The id follows from the token's, so a second use of the token meets the same sign-in. Raises TokenRevoked
    for a user who is gone.
    """
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise TokenRevoked
    adopted = SignIn(
        id=refresh_id[:24],
        user=user,
        refresh_id=refresh_id,
        fingerprint=user.get_session_auth_hash(),
        created_at=now,
        refreshed_at=now,
        expires_at=now + lifetime,
    )
    SignIn.objects.bulk_create([adopted], ignore_conflicts=True)
    return adopted.id


def rotate(*, sign_in_id: str, refresh_id: str, lifetime: timedelta, now: datetime) -> SignIn:
    """Replace the refresh token `refresh_id` of a sign-in with a new one, whose id the answer has.

    Of several calls with one token, at the same moment or later, exactly one succeeds. The others end the sign-in.
    Raises RefreshReused, TokenRevoked and UserInactive.
    """
    sign_in = require(sign_in_id=sign_in_id, refresh_id=refresh_id, now=now)
    fresh = ids.new_token_id()
    unused = SignIn.objects.filter(pk=sign_in_id, refresh_id=refresh_id, ended_at=None)
    if not unused.update(refresh_id=fresh, refreshed_at=now, expires_at=now + lifetime):
        # Another call was faster, or the sign-in has just ended.
        require(sign_in_id=sign_in_id, refresh_id=refresh_id, now=now)
        raise TokenRevoked
    sign_in.refresh_id = fresh
    return sign_in


def require(*, sign_in_id: str, refresh_id: str | None = None, now: datetime) -> SignIn:
    """Return a sign-in that has not ended, with its user, in one query; with the unused refresh token, if given.

    Raises RefreshReused (and ends the sign-in), UserInactive and TokenRevoked.
    """
    sign_in = _SIGN_IN.first(sign_in_id=sign_in_id)
    if sign_in is None:
        raise TokenRevoked
    if refresh_id is not None and sign_in.refresh_id != refresh_id:
        if end(sign_in_id=sign_in_id, because=SignIn.REUSED, now=now):
            log.warning("refresh_token_reused", user_id=sign_in.user_id, sign_in_id=sign_in_id)
        raise RefreshReused
    if not sign_in.user.is_active:
        raise UserInactive
    if sign_in.ended_at is not None:
        raise TokenRevoked
    if not sign_in.has_current_password:
        end(sign_in_id=sign_in_id, because=SignIn.PASSWORD_CHANGED, now=now)
        raise TokenRevoked
    return sign_in


def state_of(sign_in: SignIn) -> SignInState:
    """Return the columns that decide whether a sign-in is valid, as they were read."""
    state: SignInState = _state(sign_in)
    return state


def states_of(*, sign_in_ids: Collection[str]) -> dict[str, SignInState]:
    """Return the current states of these sign-ins by id, in one query."""
    rows = _STATES.all(sign_in_ids=json.dumps(list(sign_in_ids)))
    return {row[0]: row for row in rows}


_STATES: CompiledQuery[SignInState] = CompiledQuery(
    lambda sign_in_ids: SignIn.objects.filter(pk__among=sign_in_ids).values_list(*_COLUMNS)
)


def end(*, sign_in_id: str, because: str, now: datetime) -> bool:
    """End a sign-in: none of its tokens is accepted any more. Returns whether this call did it."""
    return _end(Q(pk=sign_in_id), because=because, now=now) > 0


def end_all(*, user_id: str, because: str, now: datetime) -> int:
    """End all sign-ins of a user, and return how many they were."""
    return _end(Q(user_id=user_id), because=because, now=now)


def _end(which: Q, *, because: str, now: datetime) -> int:
    return SignIn.objects.filter(which, ended_at=None).update(ended_at=now, ended_because=because)


def purge(*, now: datetime) -> int:
    """Delete up to 1,000 sign-ins all of whose tokens have expired, and return how many they were."""
    old = SignIn.objects.filter(expires_at__lte=now).order_by("expires_at")
    some = list(old.values_list("pk", flat=True)[:PURGED_AT_ONCE])
    deleted, _ = SignIn.objects.filter(pk__in=some, expires_at__lte=now).delete()
    return deleted
