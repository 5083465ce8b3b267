"""The user of a token is looked up once a second in each process, and what ends a sign-in is seen by then."""

import time

import pytest
from django.contrib.auth.models import Permission

from livestream import clock, sign_ins, users
from livestream.api import known_tokens
from livestream.api.tokens import SIGN_IN, AccessToken, sign_in_user
from livestream.models import SignIn, User
from tests.support.clients import said
from tests.support.people import make_user

pytestmark = pytest.mark.django_db


class Seconds:
    """Monotonic seconds that pass when a test says so."""

    now = 1000.0

    def monotonic(self):
        return self.now


@pytest.fixture
def seconds(settings, monkeypatch):
    settings.TOKEN_REMEMBERED = 1
    seconds = Seconds()
    monkeypatch.setattr(known_tokens, "time", seconds)
    monkeypatch.setattr(known_tokens, "_by_token", {})
    monkeypatch.setattr(known_tokens, "_evicted_at", 0.0)
    return seconds


def test_a_token_is_looked_up_once_a_second(seconds, api, django_assert_num_queries):
    with django_assert_num_queries(2):  # the sign-in with its user, and the wallet
        assert api.get("/wallet").status_code == 200
    for _ in range(3):
        with django_assert_num_queries(1):
            assert api.get("/wallet").status_code == 200
    seconds.now += 1
    with django_assert_num_queries(2):
        assert api.get("/wallet").status_code == 200


def test_who_changes_something_is_looked_up_each_time(seconds, api, user):
    assert api.get("/wallet").status_code == 200
    users.close_account(user_id=user.pk, now=clock.now())
    assert api.get("/wallet").status_code == 200  # for less than a second
    assert said(api.post("/sessions", {})) == (401, "user_inactive")


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (lambda user: users.close_account(user_id=user.pk, now=clock.now()), "user_inactive"),
        (lambda user: User.objects.filter(pk=user.pk).update(is_active=False), "user_inactive"),
        (lambda user: sign_ins.end_all(user_id=user.pk, because=SignIn.LOGOUT, now=clock.now()), "token_revoked"),
        (lambda user: User.objects.filter(pk=user.pk).update(password="another"), "token_revoked"),
    ],
)
def test_what_ends_a_sign_in_is_seen_after_a_second(seconds, api, user, end, code):
    assert api.get("/wallet").status_code == 200
    end(user)
    seconds.now += 1
    assert said(api.get("/wallet")) == (401, code)


def test_a_remembered_token_expires_at_its_time(seconds, anonymous, user, moving):
    header = {"HTTP_AUTHORIZATION": f"Bearer {sign_in_user(user=user)['access']}"}
    moving.advance(seconds=3599)
    assert anonymous.get("/wallet", **header).status_code == 200
    moving.advance(seconds=1)
    assert said(anonymous.get("/wallet", **header)) == (401, "token_expired")


def sign_in(user):
    return SignIn.objects.get(pk=AccessToken(sign_in_user(user=user)["access"])[SIGN_IN])


def test_what_one_request_learns_of_a_user_is_not_known_to_the_next(seconds, user):
    known_tokens.keep(b"Bearer token", sign_in(user), {"exp": time.time() + 60}, seen=seconds.now)
    first, _ = known_tokens.get(b"Bearer token")
    assert not first.has_perm("wallet.deposit")
    user.user_permissions.add(Permission.objects.get(codename="deposit"))
    assert known_tokens.get(b"Bearer token")[0].has_perm("wallet.deposit")
    assert not first.has_perm("wallet.deposit")  # which is why each request has an object of its own


def test_all_that_are_remembered_are_looked_up_again_in_one_query(seconds, client_of, django_assert_num_queries):
    users = [make_user() for _ in range(4)]
    clients = [client_of(each) for each in users]
    for client in clients:
        assert client.get("/wallet").status_code == 200
    seconds.now += 1
    User.objects.filter(pk=users[0].pk).update(username="another")
    sign_ins.end_all(user_id=users[1].pk, because=SignIn.LOGOUT, now=clock.now())
    with django_assert_num_queries(2):  # what has changed, and the wallet
        assert clients[3].get("/wallet").status_code == 200
    with django_assert_num_queries(1):
        assert clients[2].get("/wallet").status_code == 200
    with django_assert_num_queries(2):  # the user has changed: looked up again
        assert clients[0].get("/wallet").status_code == 200
    assert clients[0].get("/users/me").json()["username"] == "another"
    assert said(clients[1].get("/wallet")) == (401, "token_revoked")


def test_while_one_thread_refreshes_the_cache_others_look_up_their_own_token(seconds, api, django_assert_num_queries):
    assert api.get("/wallet").status_code == 200
    seconds.now += 1
    with known_tokens._refreshing, django_assert_num_queries(2):
        assert api.get("/wallet").status_code == 200


def test_those_beyond_a_query_are_looked_up_when_they_are_sent(
    seconds, client_of, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(known_tokens, "_REFRESHED_AT_ONCE", 1)
    clients = [client_of(make_user()) for _ in range(3)]
    for client in clients:
        assert client.get("/wallet").status_code == 200
    seconds.now += 1
    for client in clients:  # each is the one that was sent last
        seconds.now += 0.1
        with django_assert_num_queries(2):
            assert client.get("/wallet").status_code == 200


def test_more_tokens_than_a_batch_take_few_queries(seconds, user, monkeypatch):
    monkeypatch.setattr(known_tokens, "_REFRESHED_AT_ONCE", 10)
    asked, states_of = [], sign_ins.states_of
    monkeypatch.setattr(sign_ins, "states_of", lambda **ids: [asked.append(ids), states_of(**ids)][1])
    tokens, of_all = [b"%d" % number for number in range(25)], sign_in(user)
    for each in tokens:
        known_tokens.keep(each, of_all, {"exp": time.time() + 60}, seen=seconds.now)
    for second in range(1, 4):
        seconds.now += 1
        assert all(known_tokens.get(each) for each in tokens)
        assert len(asked) <= 3 * second


def test_tokens_that_nobody_sends_any_more_are_forgotten(seconds, user):
    for number in range(5):
        known_tokens.keep(b"%d" % number, sign_in(user), {"exp": time.time() + 60}, seen=seconds.now)
        seconds.now += 4
    assert sorted(known_tokens._by_token) == [b"2", b"3", b"4"]


def test_tokens_beyond_the_limit_are_forgotten(seconds, monkeypatch, user):
    monkeypatch.setattr(known_tokens, "_MOST_TOKENS", 3)
    for number in range(5):
        known_tokens.keep(b"%d" % number, sign_in(user), {"exp": time.time() + 60}, seen=seconds.now)
    assert [known_tokens.get(b"%d" % number) is not None for number in range(5)] == [False, False, True, True, True]


def test_a_stream_token_is_refused_as_soon_as_the_account_is_closed(seconds, api, user):
    assert api.get("/wallet").status_code == 200
    users.close_account(user_id=user.pk, now=clock.now())
    assert said(api.get(f"/sessions/{'6' * 24}/token?quality=sd")) == (401, "user_inactive")
