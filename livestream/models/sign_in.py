"""Sign-ins: what all tokens of one sign-in have in common (spec section 3)."""

from __future__ import annotations

from django.db import models
from django.utils.crypto import constant_time_compare

from livestream.fields import ObjectIdField
from livestream.models.user import User


class SignIn(models.Model):
    """One sign-in of one user, and the family of tokens that came from it.

    All of them carry its id in the claim `sid`. `refresh_id` names the one refresh token that has not been
    used yet. Once `ended_at` is set, none of them is accepted any more.
    """

    LOGOUT, REUSED, PASSWORD_CHANGED = "logout", "reused", "password_changed"
    ACCOUNT_CLOSED, ENDED_BY_SUPPORT = "account_closed", "ended_by_support"

    id = ObjectIdField(primary_key=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="sign_ins")
    refresh_id = models.CharField(max_length=32)
    # Of the password that was given. A user whose password changed since has another one.
    fingerprint = models.CharField(max_length=64)
    # The `X-Client-Id` of the app that signed in.
    client_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    refreshed_at = models.DateTimeField()
    # When the last of its tokens expires.
    expires_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return self.id

    @property
    def has_current_password(self) -> bool:
        """Return whether the user still has the password with which they signed in."""
        return constant_time_compare(self.fingerprint, self.user.get_session_auth_hash())
