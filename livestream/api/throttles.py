"""Throttling: each call has a class, and each caller a number of calls a minute in it (settings THROTTLE_…)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from livestream import rate_limits
from livestream.api.addresses import client_address
from livestream.api.common_errors import Throttled
from livestream.api.headers import RATE_LIMIT, RATE_LIMIT_POLICY
from livestream.rate_limits import Policy, Usage

if TYPE_CHECKING:  # its module reads the setting that names this one
    from rest_framework.views import APIView

PAY, CHANNEL_AUTH, SIGN_IN, RENEW = "pay", "channel-auth", "sign-in", "renew"
_MINUTE = 60


class CallThrottle(BaseThrottle):
    """Counts each call, and says in two headers what is left (draft-ietf-httpapi-ratelimit-headers).

    A view names the class of its calls in `throttle_scope`: one for all methods, or a dictionary by method. By
    default the class is `read` or `write`.
    """

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count the call; raises Throttled (429) where it is one too many."""
        scope = _scope_of(request, view)
        quota = settings.THROTTLES.get(scope, 0)
        if not quota:
            return True
        policy = Policy(name=scope, quota=quota, window=_MINUTE)
        usage = rate_limits.take(policy=policy, caller=_caller_of(request, scope))
        view.headers.update(_headers(policy, usage))
        if not usage.allowed:
            raise Throttled(retry_after=usage.retry_after)
        return True


def _scope_of(request: Request, view: APIView) -> str:
    usual = "read" if request.method in SAFE_METHODS else "write"
    named = getattr(view, "throttle_scope", usual)
    return named.get(request.method, usual) if isinstance(named, dict) else named


def _caller_of(request: Request, scope: str) -> str:
    # Nobody has signed in yet, or an access token that has expired comes with it.
    if scope not in (SIGN_IN, RENEW) and request.user.is_authenticated:
        return str(request.user.pk)
    return client_address(request._request)


def _headers(policy: Policy, usage: Usage) -> dict[str, str]:
    return {
        RATE_LIMIT_POLICY: f'"{policy.name}";q={policy.quota};w={policy.window}',
        RATE_LIMIT: f'"{policy.name}";r={usage.remaining};t={usage.reset_after}',
    }
