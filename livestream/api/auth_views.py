"""Signing in: username and password for a pair of tokens (spec section 3)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework_simplejwt.exceptions import InvalidToken
from rest_framework_simplejwt.serializers import TokenObtainPairSerializer, TokenRefreshSerializer
from rest_framework_simplejwt.views import TokenObtainPairView, TokenRefreshView

from livestream.api.fields import StrictTextField
from livestream.api.tokens import RefreshToken


class CredentialsSerializer(TokenObtainPairSerializer):
    """`{username, password}`; both texts, of limited length, since hashing takes time."""

    token_class = RefreshToken

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"] = StrictTextField(write_only=True, max_length=150)
        self.fields["password"] = StrictTextField(write_only=True, max_length=128, trim_whitespace=False)


class RefreshSerializer(TokenRefreshSerializer):
    """`{refresh}`; a token whose user is gone is as invalid as an expired one."""

    token_class = RefreshToken
    refresh = StrictTextField(max_length=4096)

    def validate(self, attrs: dict[str, Any]) -> dict[str, str]:
        try:
            return super().validate(attrs)
        except get_user_model().DoesNotExist as error:
            raise InvalidToken from error


class TokenPair(serializers.Serializer[Any]):
    access = serializers.CharField()
    refresh = serializers.CharField()


class Credentials(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=128)


class Refresh(serializers.Serializer[Any]):
    refresh = serializers.CharField()


class Access(serializers.Serializer[Any]):
    access = serializers.CharField()


class TokenView(TokenObtainPairView):
    """POST /auth/token"""

    permission_classes: Any = (AllowAny,)
    serializer_class = CredentialsSerializer

    @extend_schema(operation_id="create_token", request=Credentials, responses=TokenPair, auth=[])
    def post(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Sign in with username and password; 401 where they do not belong together."""
        return super().post(request, *args, **kwargs)


class RefreshView(TokenRefreshView):
    """POST /auth/token/refresh"""

    permission_classes: Any = (AllowAny,)
    serializer_class = RefreshSerializer

    @extend_schema(operation_id="refresh_token", request=Refresh, responses=Access, auth=[])
    def post(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Exchange a refresh token for a fresh access token; 401 where it is not valid."""
        return super().post(request, *args, **kwargs)
