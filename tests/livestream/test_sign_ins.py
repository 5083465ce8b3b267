"""The family of tokens of one sign-in: used once, and ended together."""

from operator import itemgetter

import jwt
import pytest
from django.contrib.auth.hashers import PBKDF2SHA1PasswordHasher
from rest_framework.test import APIClient

from livestream import clock, sign_ins, sweeps, users
from livestream.api.tokens import AccessToken, RefreshToken, sign_in_user
from livestream.models import SignIn, User
from tests.support.clients import said
from tests.support.threads import at_once

pytestmark = pytest.mark.django_db
_BAD = (401, "token_revoked")


def me(client, pair):
    return client.get("/users/me", HTTP_AUTHORIZATION=f"Bearer {pair['access']}")


def refresh(client, pair):
    return client.post("/auth/token/refresh", {"refresh": pair["refresh"]})


def test_a_pair_says_what_it_is_and_how_long_it_lasts(anonymous, user):
    pair = anonymous.post("/auth/token", {"username": "mei", "password": "a password"}).json()
    assert pair.keys() == {"access", "refresh", "token_type", "expires_in", "refresh_expires_in"}
    assert (pair["token_type"], pair["expires_in"], pair["refresh_expires_in"]) == ("Bearer", 3600, 1_209_600)
    access, next_one = (jwt.decode(pair[name], options={"verify_signature": False}) for name in ("access", "refresh"))
    assert access["exp"] - access["iat"] == 3600
    assert next_one["exp"] - next_one["iat"] == 1_209_600
    assert access["sid"] == next_one["sid"] == SignIn.objects.get().pk


def test_a_sign_in_is_refreshed_as_often_as_one_likes_and_its_older_access_tokens_last(anonymous, user):
    pairs = [sign_in_user(user=user)]
    for _ in range(4):
        pairs.append(refresh(anonymous, pairs[-1]).json())
    assert {me(anonymous, pair).status_code for pair in pairs} == {200}
    assert len(set(map(itemgetter("refresh"), pairs))) == 5
    assert SignIn.objects.count() == 1


@pytest.mark.parametrize("generations", [1, 3])
def test_a_refresh_token_that_is_used_twice_ends_its_family_and_no_other(anonymous, user, generations):
    first, elsewhere = sign_in_user(user=user), sign_in_user(user=user)
    last = first
    for _ in range(generations):
        last = refresh(anonymous, last).json()
    assert said(refresh(anonymous, first)) == (401, "refresh_reused")
    assert said(me(anonymous, first)) == said(me(anonymous, last)) == _BAD
    assert said(refresh(anonymous, last)) == _BAD
    assert said(refresh(anonymous, first)) == (401, "refresh_reused")
    assert me(anonymous, elsewhere).status_code == refresh(anonymous, elsewhere).status_code == 200
    assert SignIn.objects.get(ended_at__isnull=False).ended_because == "reused"


@pytest.mark.django_db(transaction=True)
def test_of_refreshes_at_the_same_moment_one_wins_and_the_family_ends(anonymous, user):
    pair = sign_in_user(user=user)
    answers = at_once(*[lambda: refresh(APIClient(), pair)] * 6)
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200, *[401] * 5]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 401} == {"refresh_reused"}
    [won] = [answer.json() for answer in answers if answer.status_code == 200]
    assert said(me(anonymous, won)) == said(refresh(anonymous, won)) == _BAD


def test_logout_by_a_refresh_token_ends_the_family_and_may_be_repeated(anonymous, user):
    pair = sign_in_user(user=user)
    for _ in range(2):
        assert anonymous.post("/auth/logout", {"refresh": pair["refresh"]}).status_code == 204
    assert said(me(anonymous, pair)) == said(refresh(anonymous, pair)) == _BAD
    assert SignIn.objects.get().ended_because == "logout"


def test_logout_by_an_access_token_ends_the_family(anonymous, user):
    pair = sign_in_user(user=user)
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {pair['access']}"}
    assert anonymous.post("/auth/logout", {}, **bearer).status_code == 204
    assert said(me(anonymous, pair)) == said(refresh(anonymous, pair)) == _BAD
    assert said(anonymous.post("/auth/logout", {}, **bearer)) == _BAD


def test_logout_by_a_refresh_token_needs_no_valid_access_token(anonymous, user):
    pair = sign_in_user(user=user)
    response = anonymous.post("/auth/logout", {"refresh": pair["refresh"]}, HTTP_AUTHORIZATION="Bearer x")
    assert response.status_code == 204
    assert said(me(anonymous, pair)) == _BAD


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({}, (401, "not_authenticated")),
        ({"refresh": "x"}, (401, "refresh_invalid")),
        ({"refresh": 1}, (400, "validation_error")),
        ({"other": "x"}, (400, "validation_error")),
    ],
)
def test_logout_of_nobody_is_refused(anonymous, user, body, refusal):
    pair = sign_in_user(user=user)
    assert said(anonymous.post("/auth/logout", body)) == refusal
    assert me(anonymous, pair).status_code == 200


def test_an_expired_refresh_token_has_nothing_left_to_end(anonymous, user):
    with clock.frozen() as moving:
        pair = sign_in_user(user=user)
        moving.advance(seconds=1_209_600)
        assert anonymous.post("/auth/logout", {"refresh": pair["refresh"]}).status_code == 204


@pytest.mark.parametrize("by", ["form", "sql"])
def test_another_password_ends_all_sign_ins_however_it_was_changed(anonymous, user, by):
    pairs = [sign_in_user(user=user) for _ in range(2)]
    user.set_password("another password")
    if by == "form":
        user.save()
    else:
        User.objects.update(password=user.password)
    assert said(me(anonymous, pairs[0])) == said(refresh(anonymous, pairs[0])) == _BAD
    assert said(refresh(anonymous, pairs[1])) == said(me(anonymous, pairs[1])) == _BAD
    assert anonymous.post("/auth/token", {"username": "mei", "password": "another password"}).status_code == 200
    assert set(SignIn.objects.filter(ended_at__isnull=False).values_list("ended_because", flat=True)) == {
        "password_changed"
    }


@pytest.fixture
def weak_hash(user, settings):
    """A hash of the user's password that the next right password replaces by a stronger one."""
    settings.PASSWORD_HASHERS = [*settings.PASSWORD_HASHERS, "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher"]
    weak = PBKDF2SHA1PasswordHasher().encode("a password", "salt", iterations=1)
    User.objects.update(password=weak)
    return weak


def test_a_stronger_hash_of_the_same_password_ends_no_sign_in(anonymous, weak_hash):
    first = sign_in_user(user=User.objects.get())
    second = anonymous.post("/auth/token", {"username": "mei", "password": "a password"}).json()
    assert User.objects.get().password != weak_hash
    assert [me(anonymous, pair).status_code for pair in (first, second)] == [200, 200]
    assert refresh(anonymous, first).status_code == 200


def test_of_two_sign_ins_that_replace_a_weak_hash_at_one_moment_both_stay_valid(anonymous, user, weak_hash):
    at_one_moment = [User.objects.get(), User.objects.get()]
    assert [each.check_password("a password") for each in at_one_moment] == [True, True]
    assert at_one_moment[0].password == at_one_moment[1].password == User.objects.get().password != weak_hash
    pairs = [sign_in_user(user=each) for each in at_one_moment]
    assert [me(anonymous, pair).status_code for pair in pairs] == [200, 200]


def test_a_password_that_is_replaced_while_its_weak_hash_is_checked_is_not_the_password(user, weak_hash):
    reading = User.objects.get()
    user.set_password("another one")
    user.save()
    assert not reading.check_password("a password")
    assert User.objects.get().check_password("another one")


def test_closing_an_account_ends_its_sign_ins_for_good(anonymous, user):
    pair = sign_in_user(user=user)
    users.close_account(user_id=user.pk, now=clock.now())
    assert said(me(anonymous, pair)) == said(refresh(anonymous, pair)) == (401, "user_inactive")
    users.reopen_account(user_id=user.pk)
    assert said(me(anonymous, pair)) == said(refresh(anonymous, pair)) == _BAD
    assert anonymous.post("/auth/token", {"username": "mei", "password": "a password"}).status_code == 200


def test_an_account_that_is_closed_without_the_service_loses_its_sign_ins_by_the_sweep(anonymous, user):
    pair = sign_in_user(user=user)
    User.objects.update(is_active=False)
    sweeps.closed_accounts()
    User.objects.update(is_active=True)
    assert said(me(anonymous, pair)) == _BAD


def test_user_and_sign_in_are_looked_up_in_one_query(user, django_assert_num_queries):
    sign_in_user(user=user)
    sign_in_id = SignIn.objects.get().pk
    with django_assert_num_queries(1):
        assert sign_ins.require(sign_in_id=sign_in_id, now=clock.now()).user == user


def test_tokens_of_the_previous_release_are_taken_over(anonymous, user):
    """They belong to no sign-in: an access token lasts until it expires, a refresh token is exchanged once."""
    earlier = RefreshToken.for_user(user)
    assert me(anonymous, {"access": AccessToken.for_user(user)}).status_code == 200
    pair = refresh(anonymous, {"refresh": str(earlier)}).json()
    assert me(anonymous, pair).status_code == 200
    pair = refresh(anonymous, pair).json()
    assert said(refresh(anonymous, {"refresh": str(earlier)})) == (401, "refresh_reused")
    assert said(me(anonymous, pair)) == _BAD


def test_logout_by_a_token_of_the_previous_release_ends_nothing_of_a_user_who_is_gone(anonymous, user):
    earlier = str(RefreshToken.for_user(user))
    User.objects.filter(pk=user.pk).delete()
    assert anonymous.post("/auth/logout", {"refresh": earlier}).status_code == 204


def test_sign_ins_are_purged_once_all_their_tokens_have_expired(anonymous, user):
    with clock.frozen() as moving:
        kept, gone = sign_in_user(user=user), sign_in_user(user=user)
        moving.advance(seconds=1_000_000)
        kept = refresh(anonymous, kept).json()
        moving.advance(seconds=209_600)
        sweeps.purge_sign_ins()
        assert SignIn.objects.count() == 1
        assert refresh(anonymous, kept).status_code == 200
        assert said(refresh(anonymous, gone)) == (401, "refresh_expired")


def test_a_sign_in_names_the_app_that_asked_for_it(anonymous, user):
    anonymous.post("/auth/token", {"username": "mei", "password": "a password"}, HTTP_X_CLIENT_ID="console/1")
    assert SignIn.objects.get().client_id == "console/1"
