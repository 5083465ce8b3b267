"""Whatever is sent, the answer is a problem with a code, and nothing has moved."""

from __future__ import annotations

import json

import pytest

from livestream import ids
from tests.support.people import make_user
from wallet.models import Account, Transfer
from wallet.serializers import LARGEST_DEPOSIT

pytestmark = pytest.mark.django_db

WHOLE = {"user_id": "…", "amount": 100, "transfer_id": "payment-1"}
INVALID = "validation_error"


@pytest.fixture
def user():
    return make_user()


def refused(client, body, *, status=400):
    """Send a body as it is and return the problem; nothing has moved."""
    answer = client.post("/wallet/deposits", json.dumps(body), content_type="application/json")
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert (Transfer.objects.count(), Account.objects.exclude(balance=0).count()) == (0, 0)
    return answer.json()


@pytest.mark.parametrize("missing", WHOLE)
def test_no_member_may_be_missing(staff, user, missing):
    body = {**WHOLE, "user_id": user.pk}
    del body[missing]
    problem = refused(staff, body)
    assert [(e["pointer"], e["code"]) for e in problem["errors"]] == [(f"/{missing}", "required")]


WRONG_AMOUNTS = [
    (0, "min_value"),
    (-1, "min_value"),
    (-(2**63), "min_value"),
    (-(2**70), "min_value"),
    (LARGEST_DEPOSIT + 1, "max_value"),
    (2**63 - 1, "max_value"),
    (2**63, "max_value"),
    (10**30, "max_value"),
    (True, "invalid"),
    (False, "invalid"),
    (1.0, "invalid"),
    (1.5, "invalid"),
    (1e400, None),
    ("100", "invalid"),
    ("", "invalid"),
    ([], "invalid"),
    ({}, "invalid"),
    (None, "null"),
]
WRONG_USERS = [
    ("", "invalid_id"),
    ("a" * 23, "invalid_id"),
    ("A" * 24, "invalid_id"),
    ("a" * 24 + "\n", "invalid_id"),
    ("system:deposits", "invalid_id"),
    (1, "invalid_id"),
    (True, "invalid_id"),
    (["a" * 24], "invalid_id"),
    (None, "null"),
]
WRONG_TRANSFERS = [
    ("", "blank"),
    ("   ", "blank"),
    ("t" * 151, "max_length"),
    (1, "invalid"),
    (False, "invalid"),
    (["t"], "invalid"),
    (None, "null"),
    ("nul \0", None),
    ("half \ud800", None),
]


@pytest.mark.parametrize(("amount", "code"), WRONG_AMOUNTS)
def test_an_amount_is_a_whole_number_within_bounds(staff, user, amount, code):
    check(staff, {**WHOLE, "user_id": user.pk, "amount": amount}, "/amount", code)


@pytest.mark.parametrize(("user_id", "code"), WRONG_USERS)
def test_a_user_is_named_by_an_id(staff, user_id, code):
    check(staff, {**WHOLE, "user_id": user_id}, "/user_id", code)


@pytest.mark.parametrize(("transfer_id", "code"), WRONG_TRANSFERS)
def test_a_transfer_is_named_by_a_short_text(staff, user, transfer_id, code):
    check(staff, {**WHOLE, "user_id": user.pk, "transfer_id": transfer_id}, "/transfer_id", code)


def check(client, body, pointer, code):
    """Refused for this member alone; without a code, for the body as a whole."""
    problem = refused(client, body)
    if code is None:
        assert problem["code"] in {"text_not_storable", "number_not_finite"}
    else:
        assert [(e["pointer"], e["code"]) for e in problem["errors"]] == [(pointer, code)]
        assert problem["code"] == INVALID


def test_a_member_nobody_knows_is_refused(staff, user):
    problem = refused(staff, {**WHOLE, "user_id": user.pk, "kind": "payout"})
    assert [(e["pointer"], e["code"]) for e in problem["errors"]] == [("/kind", "unknown_member")]


@pytest.mark.parametrize("body", ["[]", "null", "1", '"text"', "{", "", '{"amount": 1, "amount": 2}'])
def test_a_body_is_one_json_object(staff, body):
    answer = staff.post("/wallet/deposits", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["code"] in {"malformed_json", "not_an_object", "duplicate_member", INVALID}


def test_a_user_who_does_not_exist_is_not_paid(staff):
    assert refused(staff, {**WHOLE, "user_id": ids.new_id()}, status=422)["code"] == "unknown_user"


def test_only_support_deposits(client_of, anonymous, user):
    body = {**WHOLE, "user_id": user.pk}
    assert refused(client_of(user), body, status=403)["code"] == "permission_denied"
    assert refused(client_of(make_user()), body, status=403)["code"] == "permission_denied"
    assert refused(anonymous, body, status=401)["code"] == "not_authenticated"


def test_who_may_not_deposit_learns_nothing_of_their_body(client_of, user):
    assert refused(client_of(user), {"amount": "?"}, status=403)["code"] == "permission_denied"


@pytest.mark.parametrize("prefix", ["escrow-", "refund-", "goal:ticket:", "session:trigger-private:", "demo:welcome:"])
def test_a_payment_cannot_take_the_name_of_a_transfer_of_the_service(staff, user, prefix):
    """A payout whose name is taken could never be made."""
    problem = refused(staff, {**WHOLE, "user_id": user.pk, "transfer_id": f"{prefix}x"})
    assert [(e["pointer"], e["code"]) for e in problem["errors"]] == [("/transfer_id", "reserved")]


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_deposits_are_made_and_nothing_else(staff, method):
    answer = getattr(staff, method)("/wallet/deposits")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


@pytest.mark.parametrize("path", ["/wallet", "/wallet/transfers", "/wallet/earnings"])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_wallet_is_only_read(client_of, path, method):
    answer = getattr(client_of(make_user()), method)(path)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


@pytest.mark.parametrize("path", ["/wallet/transfers", "/wallet/earnings"])
@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"page_size": 0}, "invalid_page_size"),
        ({"page_size": "x"}, "invalid_page_size"),
        ({"cursor": "x"}, "invalid_cursor"),
    ],
)
def test_a_page_that_cannot_be_is_refused(client_of, path, query, code):
    answer = client_of(make_user()).get(path, query)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
