"""Signing in, and who a token lets in."""

from datetime import timedelta

import jwt
import pytest

from livestream import clock
from livestream.api.tokens import AccessToken, sign_in_user
from livestream.models import User
from tests.support.clients import said

pytestmark = pytest.mark.django_db


def bearer(token):
    return {"HTTP_AUTHORIZATION": f"Bearer {token}"}


def test_username_and_password_give_a_pair_that_lets_in(anonymous, user):
    pair = anonymous.post("/auth/token", {"username": "mei", "password": "a password"})
    assert pair.status_code == 200
    assert anonymous.get("/users/me", **bearer(pair.json()["access"])).json()["id"] == user.id


def test_a_refresh_token_gives_an_access_token_that_lets_in(anonymous, user):
    pair = anonymous.post("/auth/token", {"username": "mei", "password": "a password"}).json()
    fresh = anonymous.post("/auth/token/refresh", {"refresh": pair["refresh"]}).json()
    assert anonymous.get("/users/me", **bearer(fresh["access"])).status_code == 200


@pytest.mark.parametrize(
    "credentials",
    [
        {"username": "mei", "password": "wrong"},
        {"username": "nobody", "password": "a password"},
        {"username": "mei", "password": "a password "},
    ],
)
def test_what_does_not_belong_together_is_401_and_does_not_say_which(anonymous, user, credentials):
    response = anonymous.post("/auth/token", credentials)
    assert (response.status_code, response.json()["code"]) == (401, "no_active_account")
    assert response["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"password": "x"}, "/username", "required"),
        ({"username": "mei"}, "/password", "required"),
        ({"username": 1, "password": "x"}, "/username", "invalid"),
        ({"username": "mei", "password": True}, "/password", "invalid"),
        ({"username": None, "password": "x"}, "/username", "null"),
        ({"username": "", "password": "x"}, "/username", "blank"),
        ({"username": "m" * 151, "password": "x"}, "/username", "max_length"),
        ({"username": "mei", "password": "x" * 129}, "/password", "max_length"),
        ({"username": ["mei"], "password": "x"}, "/username", "invalid"),
    ],
)
def test_credentials_of_another_shape_are_pointed_at(anonymous, body, pointer, code):
    response = anonymous.post("/auth/token", body)
    assert (response.status_code, response.json()["code"]) == (400, "validation_error")
    assert {"pointer": pointer, "code": code}.items() <= response.json()["errors"][0].items()


@pytest.mark.parametrize("refresh", ["x", "a.b.c", "ü", "e30.e30.e30"])
def test_a_refresh_token_that_is_none_is_401(anonymous, refresh):
    response = anonymous.post("/auth/token/refresh", {"refresh": refresh})
    assert (response.status_code, response.json()["code"]) == (401, "refresh_invalid")


def test_an_access_token_does_not_refresh_and_a_refresh_token_does_not_let_in(anonymous, user):
    pair = sign_in_user(user=user)
    assert said(anonymous.post("/auth/token/refresh", {"refresh": pair["access"]})) == (401, "refresh_invalid")
    assert said(anonymous.get("/users/me", **bearer(pair["refresh"]))) == (401, "token_invalid")


def test_a_deactivated_user_is_let_in_nowhere_at_once(anonymous, user, api):
    refresh = sign_in_user(user=user)["refresh"]
    User.objects.update(is_active=False)
    credentials = {"username": "mei", "password": "a password"}
    assert api.get("/users/me").json()["code"] == "user_inactive"
    assert anonymous.post("/auth/token", credentials).status_code == 401
    assert said(anonymous.post("/auth/token/refresh", {"refresh": refresh})) == (401, "user_inactive")


def test_the_tokens_of_a_user_who_is_gone_are_worth_nothing(anonymous, user, api):
    refresh = sign_in_user(user=user)["refresh"]
    user.delete()
    assert said(api.get("/users/me")) == (401, "token_revoked")
    assert said(anonymous.post("/auth/token/refresh", {"refresh": refresh})) == (401, "token_revoked")


def token(user, **changed):
    made = AccessToken.for_user(user)
    made.payload.update(changed)
    return str(made)


@pytest.mark.parametrize("subject", ["", "x", "68143584d6945d32e732cc21", None, 1, ["a"], "\0"])
def test_a_token_for_nobody_is_401(anonymous, user, subject):
    response = anonymous.get("/users/me", **bearer(token(user, user_id=subject)))
    assert response.status_code == 401


def test_an_expired_token_is_401(anonymous, user):
    expired = AccessToken.for_user(user)
    expired.set_exp(lifetime=-timedelta(seconds=1))
    response = anonymous.get("/users/me", **bearer(expired))
    assert 'error="invalid_token"' in response["WWW-Authenticate"]
    assert (response.status_code, response.json()["code"]) == (401, "token_expired")
    assert "errors" not in response.json()


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "not_authenticated"),
        ("", "not_authenticated"),
        ("Basic bWVpOng=", "not_authenticated"),
        ("Bearer", "bad_authorization_header"),
        ("Bearer a b", "bad_authorization_header"),
        ("Bearer x", "token_invalid"),
        ("Bearer \xff\xfe", "token_invalid"),
    ],
)
def test_no_token_and_a_broken_one_are_401_with_a_challenge(anonymous, header, code):
    headers = {} if header is None else {"HTTP_AUTHORIZATION": header}
    response = anonymous.get("/users/me", **headers)
    assert (response.status_code, response.json()["code"]) == (401, code)
    assert response["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
def test_the_authorization_scheme_is_case_insensitive(anonymous, user, scheme):
    token = sign_in_user(user=user)["access"]
    assert anonymous.get("/users/me", HTTP_AUTHORIZATION=f"{scheme} {token}").status_code == 200


def test_a_session_of_the_admin_is_no_way_into_the_api(client, admin_user):
    client.force_login(admin_user)
    assert client.get("/users/me").status_code == 401


def test_tokens_are_issued_and_checked_by_the_one_clock_whatever_the_machines_clock(anonymous, user):
    """The machine's clock is months off; a library that read it would find these tokens expired, or not issued yet."""
    for at in (clock.now() - timedelta(days=100), clock.now() + timedelta(days=100)):
        with clock.frozen(at) as moving:
            pair = anonymous.post("/auth/token", {"username": "mei", "password": "a password"}).json()
            claims = jwt.decode(pair["access"], options={"verify_signature": False})
            assert (claims["iat"], claims["exp"]) == (clock.to_epoch(at), clock.to_epoch(at) + 3600)
            moving.advance(seconds=3599)
            assert anonymous.get("/users/me", **bearer(pair["access"])).status_code == 200
            fresh = anonymous.post("/auth/token/refresh", {"refresh": pair["refresh"]}).json()["access"]
            moving.advance(seconds=1)
            assert anonymous.get("/users/me", **bearer(pair["access"])).json()["code"] == "token_expired"
            moving.advance(seconds=3598)
            assert anonymous.get("/users/me", **bearer(fresh)).status_code == 200
            moving.advance(seconds=1)
            assert anonymous.get("/users/me", **bearer(fresh)).json()["code"] == "token_expired"


def test_a_refresh_token_expires_by_the_one_clock(anonymous, user):
    with clock.frozen() as moving:
        refresh = sign_in_user(user=user)["refresh"]
        moving.advance(seconds=14 * 24 * 3600)
        assert said(anonymous.post("/auth/token/refresh", {"refresh": refresh})) == (401, "refresh_expired")


def test_a_token_that_somebody_else_signed_is_401(anonymous, user):
    claims = jwt.decode(str(AccessToken.for_user(user)), options={"verify_signature": False})
    forged = jwt.encode(claims, "another key of at least thirty-two bytes", algorithm="HS256")
    assert anonymous.get("/users/me", **bearer(forged)).status_code == 401
    unsigned = jwt.encode(claims, None, algorithm="none")
    assert anonymous.get("/users/me", **bearer(unsigned)).status_code == 401
