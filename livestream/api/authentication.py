"""Bearer tokens; only this module, `tokens` and `auth_views` know which library makes them."""

from __future__ import annotations

from typing import Any

from rest_framework_simplejwt.authentication import JWTAuthentication as LibraryAuthentication
from rest_framework_simplejwt.exceptions import InvalidToken
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import Token

from livestream import ids


class JWTAuthentication(LibraryAuthentication):
    """Reads `Authorization: Bearer …`; looks the user up, and refuses who is inactive (401)."""

    def get_user(self, validated_token: Token) -> Any:
        """Return the user of the token; one that names no id is worth as little as an expired one."""
        if not ids.is_valid(validated_token.get(api_settings.USER_ID_CLAIM)):
            raise InvalidToken
        return super().get_user(validated_token)
