"""Signing in and out: username and password for a pair of tokens (spec section 3)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import authenticate
from django.views.decorators.debug import sensitive_variables
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from livestream import clock, sign_ins
from livestream.api import tokens
from livestream.api.bodies import ClosedSerializer, validated
from livestream.api.caching import SecretAnswers
from livestream.api.common_errors import Throttled
from livestream.api.fields import ConstField, StrictTextField
from livestream.api.headers import RATE_LIMIT, RATE_LIMIT_POLICY
from livestream.api.operations import Tag, operation
from livestream.api.throttles import RENEW, SIGN_IN
from livestream.errors import Unauthorized
from livestream.models import SignIn
from livestream.sign_ins import RefreshReused, TokenRevoked, UserInactive

_LONGEST_TOKEN = 4096


class NoActiveAccount(Unauthorized):
    """The username and the password do not match, or the account is closed. The answer does not say which."""

    code = "no_active_account"
    title = "Username and password do not belong to an active account"
    advice = "Ask the user for both again."


@extend_schema_serializer(component_name="CredentialsRequest")
class Credentials(ClosedSerializer):
    """`{username, password}`; both texts, of limited length, since hashing takes time."""

    username = StrictTextField(max_length=150, trim_whitespace=False)
    password = StrictTextField(max_length=128, trim_whitespace=False)


@extend_schema_serializer(component_name="RefreshRequest")
class Refresh(ClosedSerializer):
    refresh = StrictTextField(max_length=_LONGEST_TOKEN)


@extend_schema_serializer(component_name="LogoutRequest")
class Logout(ClosedSerializer):
    refresh = StrictTextField(max_length=_LONGEST_TOKEN, required=False)


class TokenPair(serializers.Serializer[Any]):
    """An access token for `Authorization`, and the refresh token that is exchanged, once, for the next pair."""

    access = serializers.CharField()
    refresh = serializers.CharField()
    token_type = ConstField("Bearer")
    expires_in = serializers.IntegerField(help_text="Seconds for which the access token is valid")
    refresh_expires_in = serializers.IntegerField(help_text="Seconds for which the refresh token is valid")


_PAIR = {
    "access": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ0b2tlbl90eXBlIjoiYWNjZXNzIn0.c2lnbmF0dXJl",
    "refresh": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ0b2tlbl90eXBlIjoicmVmcmVzaCJ9.c2lnbmF0dXJl",
    "token_type": "Bearer",
    "expires_in": 3600,
    "refresh_expires_in": 1_209_600,
}
_REFRESH = {"refresh": _PAIR["refresh"]}
_OF_REFRESH = (tokens.RefreshExpired, tokens.RefreshInvalid, RefreshReused, TokenRevoked, UserInactive)


class _OpenView(SecretAnswers, APIView):
    """A call that needs no access token."""

    authentication_classes: Any = ()
    permission_classes: Any = (AllowAny,)

    def get_authenticate_header(self, request: Request) -> str:
        """Return the challenge of a 401, which the framework takes from the authentication classes."""
        return Unauthorized.challenge


class TokenView(_OpenView):
    """POST /auth/token"""

    throttle_scope = SIGN_IN

    @sensitive_variables()
    @operation(
        "create_token",
        tag=Tag.AUTHENTICATION,
        request=Credentials,
        answers={200: TokenPair},
        errors=(NoActiveAccount,),
        request_examples={"A user of the demo": {"username": "viewer1", "password": "demo"}},
        answer_examples={"A pair of tokens": _PAIR},
    )
    def post(self, request: Request) -> Response:
        """Sign in with username and password.

        Send `access` as `Authorization: Bearer <access>` with each call, for `expires_in` seconds. Then exchange
        `refresh` for the next pair.

        After several wrong passwords for one account, 429 `throttled` refuses the right one as well, until
        `Retry-After` has passed. From another address it is accepted.
        """
        credentials = validated(request, Credentials)
        try:
            user = authenticate(request._request, **credentials)
        except Throttled:
            for name in (RATE_LIMIT, RATE_LIMIT_POLICY):
                self.headers.pop(name, None)  # they describe the limit of calls, which was not exceeded
            raise
        if user is None:
            raise NoActiveAccount
        return Response(tokens.sign_in_user(user=user))


class RefreshView(_OpenView):
    """POST /auth/token/refresh"""

    throttle_scope = RENEW

    @operation(
        "refresh_token",
        tag=Tag.AUTHENTICATION,
        request=Refresh,
        answers={200: TokenPair},
        errors=_OF_REFRESH,
        request_examples={"The refresh token of the last pair": _REFRESH},
        answer_examples={"The next pair": _PAIR},
    )
    def post(self, request: Request) -> Response:
        """Exchange a refresh token for the next pair.

        A refresh token is used once. A second use, also at the same moment, means that somebody else may have it:
        the answer is 401 `refresh_reused`, and all tokens of that sign-in end. So let only one tab or process refresh
        at a time (in browsers: `navigator.locks`), and store the new pair before you use it. The earlier access token
        stays valid until it expires. If the answer is lost on its way, sign in again.
        """
        return Response(tokens.exchange(**validated(request, Refresh)))


class LogoutView(SecretAnswers, APIView):
    """POST /auth/logout"""

    throttle_scope = RENEW
    permission_classes: Any = (AllowAny,)

    def perform_authentication(self, request: Request) -> None:
        """Leave it to the call: an access token that has expired is no obstacle beside a refresh token."""

    @operation(
        "logout",
        tag=Tag.AUTHENTICATION,
        request=Logout,
        answers={204: None},
        errors=(tokens.RefreshInvalid, Unauthorized),
        request_examples={"The refresh token of the last pair": _REFRESH},
    )
    def post(self, request: Request) -> Response:
        """Sign out.

        It ends the sign-in of the refresh token in the body or, without one, that of the access token in the header:
        all tokens of that sign-in are refused with 401 `token_revoked` from then on, or at most a second later by calls
        that only read. Other sign-ins of the user go on. Signing out again with the same refresh token changes nothing.
        """
        body = validated(request, Logout)
        if body:
            tokens.sign_out(**body)
        else:
            _sign_out_caller(request)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _sign_out_caller(request: Request) -> None:
    if not request.user.is_authenticated:
        raise Unauthorized
    token: Any = request.auth
    sign_in_id = token.get(tokens.SIGN_IN)
    if sign_in_id is not None:
        sign_ins.end(sign_in_id=sign_in_id, because=SignIn.LOGOUT, now=clock.now())
