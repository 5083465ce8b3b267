"""Wrong passwords are throttled by account and address, before any hashing."""

import pytest
from django.contrib.auth.backends import ModelBackend
from rest_framework.test import APIClient

from tests.support.clients import said
from tests.support.people import make_user
from tests.support.threads import at_once

pytestmark = pytest.mark.django_db
RIGHT = "a password"
THROTTLED, WRONG = (429, "throttled"), (401, "no_active_account")


@pytest.fixture
def hashed(monkeypatch):
    """Count the passwords that are looked at, also those of users whom nobody knows."""
    seen = []
    before = ModelBackend.authenticate

    def authenticate(self, request, **credentials):
        seen.append(credentials.get("username"))
        return before(self, request, **credentials)

    monkeypatch.setattr(ModelBackend, "authenticate", authenticate)
    return seen


def sign_in(client, password=RIGHT, *, name="mei", address="192.0.2.1"):
    return client.post("/auth/token", {"username": name, "password": password}, REMOTE_ADDR=address)


def test_of_forty_wrong_passwords_ten_are_looked_at(anonymous, user, hashed):
    answers = [sign_in(anonymous, f"guess {number}") for number in range(40)]
    assert [said(answer) for answer in answers] == [WRONG] * 10 + [THROTTLED] * 30
    assert len(hashed) == 10
    assert 60 <= int(answers[-1]["Retry-After"]) <= 90
    assert "RateLimit" in answers[0]
    assert "RateLimit" not in answers[-1]  # it would say that calls are left


def test_without_a_limit_of_calls_wrong_passwords_are_throttled_all_the_same(anonymous, user, settings):
    settings.THROTTLES = {**settings.THROTTLES, "sign-in": 0}
    answers = [said(sign_in(anonymous, f"guess {number}")) for number in range(11)]
    assert answers == [WRONG] * 10 + [THROTTLED]


def test_then_the_right_one_works_from_elsewhere_and_not_from_there(anonymous, user, hashed):
    for number in range(40):
        sign_in(anonymous, f"guess {number}")
    assert said(sign_in(anonymous)) == THROTTLED
    assert sign_in(anonymous, address="198.51.100.1").status_code == 200
    assert len(hashed) == 11


def test_nothing_shows_whether_the_account_exists(anonymous, user):
    known, unknown = ([said(sign_in(anonymous, "x", name=name)) for _ in range(12)] for name in ("mei", "nobody"))
    assert known == unknown


def test_others_at_the_same_address_sign_in(anonymous, user):
    other = make_user(name="lan")
    other.set_password(RIGHT)
    other.save()
    for _ in range(40):
        sign_in(anonymous, "wrong")
    assert sign_in(anonymous, name="lan").status_code == 200


def test_an_address_that_tries_one_password_on_many_accounts_is_throttled(anonymous, user, settings):
    settings.SIGN_IN_ATTEMPTS_ADDRESS = 20
    answers = [sign_in(anonymous, "123456", name=f"user-{number}") for number in range(25)]
    assert [said(answer) for answer in answers] == [WRONG] * 20 + [THROTTLED] * 5
    assert said(sign_in(anonymous)) == THROTTLED
    assert sign_in(anonymous, address="198.51.100.1").status_code == 200


def test_an_account_that_many_addresses_attack_leaves_each_two_attempts_and_its_owner_gets_in(
    anonymous, user, settings, hashed
):
    settings.SIGN_IN_ATTEMPTS_ACCOUNT = 15
    for number in range(15):
        sign_in(anonymous, "wrong", address=f"192.0.2.{number}")
    hashed.clear()
    for number in range(50, 60):
        assert [said(sign_in(anonymous, "x", address=f"192.0.2.{number}")) for _ in range(3)] == [
            *[WRONG] * 2,
            THROTTLED,
        ]
    assert len(hashed) == 20
    assert said(sign_in(anonymous, "a typo", address="198.51.100.1")) == WRONG
    assert sign_in(anonymous, address="198.51.100.1").status_code == 200


def test_right_passwords_are_not_counted(anonymous, user):
    assert {sign_in(anonymous).status_code for _ in range(30)} == {200}


@pytest.mark.django_db(transaction=True)
def test_attempts_at_the_same_moment_count_as_well(anonymous, user, hashed):
    answers = at_once(*[lambda: sign_in(APIClient(), "wrong")] * 20)
    assert sorted(answer.status_code for answer in answers) == [401] * 10 + [429] * 10
    assert len(hashed) == 10


def test_the_door_of_the_admin_is_guarded_as_well(client, user, hashed):
    def at_the_admin(password):
        form = {"username": "mei", "password": password}
        return client.post("/admin/login/", form, REMOTE_ADDR="192.0.2.1")

    answers = [at_the_admin("wrong") for _ in range(12)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 2
    assert answers[-1]["Content-Type"].startswith("text/html")
    assert int(answers[-1]["Retry-After"]) > 0
    assert len(hashed) == 10
