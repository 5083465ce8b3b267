"""Clients over HTTP, signed in with real tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from rest_framework.response import Response
from rest_framework.test import APIClient

from livestream import clock, sign_ins
from livestream.api import tokens
from livestream.models import User

# Tests move the clock by days.
_LONG = timedelta(days=10_000)


def issue_access_token(*, user: User) -> str:
    """Make an access token for `user`, as POST /auth/token would, but one that does not expire in a test."""
    sign_in = sign_ins.open_sign_in(user=user, lifetime=_LONG, now=clock.now())
    token = tokens.access_token_of(sign_in=sign_in)
    token.set_exp(lifetime=_LONG)
    return str(token)


def client_of(user: User | None = None, **headers: str) -> APIClient:
    """Return a client of this user, or of nobody; a crash is an answer, as clients see it."""
    client = APIClient(raise_request_exception=False)
    signed = {"HTTP_AUTHORIZATION": f"Bearer {issue_access_token(user=user)}"} if user else {}
    client.credentials(**signed, **headers)
    return client


def said(response: Response) -> tuple[int, Any]:
    """Return status and code of a problem; None as code of anything that is no problem."""
    is_problem = response.get("Content-Type", "").startswith("application/problem+json")
    return response.status_code, response.json()["code"] if is_problem else None
