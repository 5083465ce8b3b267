"""Stream tokens as an edge checks them: with the published keys, and by a library that the service does not use."""

from __future__ import annotations

from typing import Any

import jwt

from tests.support.clients import client_of


def published_keys() -> jwt.PyJWKSet:
    """Return the keys that anybody can read."""
    return jwt.PyJWKSet.from_dict(client_of().get("/.well-known/jwks.json").json())


def claims_of(token: str) -> dict[str, Any]:
    """Return what a token says, after its signature was checked; the clock of the tests is not the library's."""
    key = published_keys()[jwt.get_unverified_header(token)["kid"]]
    options = {"verify_exp": False, "verify_iat": False, "require": ["sub", "iat", "exp"]}
    return jwt.decode(token, key, algorithms=["EdDSA"], options=options)
