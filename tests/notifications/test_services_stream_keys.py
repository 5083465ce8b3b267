"""The keys of stream tokens: published, replaced without refusing a token, and derived where none is set."""

from __future__ import annotations

import base64
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import jwt
import pytest

from goals.services.authorizing import Grant
from livestream import clock
from notifications.services import stream_keys, stream_tokens
from tests.notifications.stream_tokens import claims_of, published_keys
from tests.support.clients import client_of

OLD, NEW = b"o" * 32, b"n" * 32
# The key and its thumbprint in RFC 8037, appendix A.
RFC_SEED = base64.urlsafe_b64decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")
RFC_KEY = {
    "kty": "OKP",
    "crv": "Ed25519",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    "kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
    "use": "sig",
    "alg": "EdDSA",
}


@pytest.fixture
def grant():
    exp = clock.now() + timedelta(seconds=60)
    return Grant(session_id="a" * 24, user_id="b" * 24, quality="sd", exp=exp, goal_id="c" * 24)


def sign(grant):
    return stream_tokens.sign(grant=grant, now=clock.now())


def published():
    return client_of().get("/.well-known/jwks.json").json()["keys"]


def test_a_key_is_published_as_the_standard_writes_it(settings):
    settings.STREAM_TOKEN_KEYS = (RFC_SEED,)
    assert published() == [RFC_KEY]


def test_anybody_may_read_the_keys_and_keep_them_for_a_while():
    response = client_of().get("/.well-known/jwks.json")
    assert response.status_code == 200
    assert response["Cache-Control"] == "public, max-age=300"
    assert not {"d", "k"} & set(response.json()["keys"][0])


def test_the_first_key_signs_and_all_are_published(settings, grant):
    settings.STREAM_TOKEN_KEYS = (OLD,)
    old = sign(grant)
    settings.STREAM_TOKEN_KEYS = (NEW, OLD)
    new = sign(grant)
    assert claims_of(old) == claims_of(new)
    assert jwt.get_unverified_header(new)["kid"] == published()[0]["kid"] != jwt.get_unverified_header(old)["kid"]
    settings.STREAM_TOKEN_KEYS = (NEW,)
    with pytest.raises(KeyError):
        claims_of(old)


def test_without_a_key_one_is_derived_from_the_secret_key_and_outlives_its_replacement(settings, grant):
    settings.STREAM_TOKEN_KEYS = ()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "first" * 20, []
    token, [first] = sign(grant), published()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "second" * 20, ["first" * 20]
    assert published()[1] == first != published()[0]
    assert claims_of(token) == claims_of(sign(grant))
    settings.STREAM_TOKEN_KEYS = (NEW,)
    assert len(published()) == 1


def test_a_token_that_was_changed_is_refused(grant):
    head, claims, signature = sign(grant).split(".")
    forged = stream_keys.base64url(base64.urlsafe_b64decode(claims + "==").replace(b"sd", b"hd"))
    with pytest.raises(jwt.InvalidSignatureError):
        claims_of(f"{head}.{forged}.{signature}")


@pytest.mark.parametrize(("seconds", "is_valid"), [(60, True), (-1, False)])
def test_a_token_ends_with_its_grant_by_the_time_of_day(seconds, is_valid):
    key, now = published_keys().keys[0], datetime.now(UTC)
    grant = Grant("a" * 24, "b" * 24, "sd", now + timedelta(seconds=seconds))
    token = stream_tokens.sign(grant=grant, now=now)
    with nullcontext() if is_valid else pytest.raises(jwt.ExpiredSignatureError):
        jwt.decode(token, key, algorithms=["EdDSA"])
