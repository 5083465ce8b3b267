"""The admin page of sign-ins."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import admin
from django.db.models import Q

from livestream.desk.search import LookedUpAdmin
from livestream.models import SignIn


@admin.register(SignIn)
class SignInAdmin(LookedUpAdmin):
    """Who is signed in where, since when, and why a sign-in ended. Tokens are not stored."""

    list_display = ["id", "user_id", "client_id", "created_at", "refreshed_at", "ended_at", "ended_because"]
    fields = ["id", "user_id", "client_id", "created_at", "refreshed_at", "expires_at", "ended_at", "ended_because"]
    ordering = ["-created_at", "-id"]
    search_help_text = "Id of a user, or the beginning of their name"

    def wanted(self, term: str, people: list[str]) -> Sequence[Q]:
        return [Q(pk=term), *(Q(user_id=each) for each in people or [term])]
