"""The wallet over HTTP: one's own coins and nobody else's; deposits by support."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from livestream import clock
from tests.support.escrows import give_back, new_escrow, paid_escrow, pay_in, pay_out, post
from tests.support.outbox import run_due
from tests.support.people import make_user
from wallet.models import Transfer
from wallet.selectors import balance_of

pytestmark = pytest.mark.django_db


def deposit(client, user, *, amount=100, transfer_id="payment-1", **headers):
    body = {"user_id": user.pk, "amount": amount, "transfer_id": transfer_id}
    return client.post("/wallet/deposits", body, **headers)


def listed(client, path="/wallet/transfers", **query):
    return client.get(path, query).json()["results"]


def test_the_balance_is_ones_own_and_zero_without_an_account(client_of):
    assert client_of(make_user(coins=7)).get("/wallet").json() == {"balance": 7, "version": 1}
    assert client_of(make_user()).get("/wallet").json() == {"balance": 0, "version": 0}


@pytest.mark.parametrize("path", ["/wallet", "/wallet/transfers", "/wallet/earnings"])
def test_only_who_is_signed_in_sees_a_wallet(anonymous, path):
    answer = anonymous.get(path)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


@pytest.mark.parametrize("path", ["/wallet", "/wallet/transfers", "/wallet/earnings"])
def test_a_parameter_nobody_knows_is_refused(client_of, path):
    answer = client_of(make_user()).get(path, {"user_id": "a"})
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_parameter")


def test_a_deposit_is_credited_and_answered_with_its_transfer(staff, client_of, moving):
    user = make_user()
    answer = deposit(staff, user)
    assert answer.status_code == 201
    assert answer.json() == {
        "transfer_id": "payment-1",
        "kind": "deposit",
        "from_user_id": None,
        "to_user_id": user.pk,
        "escrow_id": None,
        "amount": 100,
        "tags": [],
        "created_at": clock.to_epoch(moving.at),
        "reason": None,
    }
    assert client_of(user).get("/wallet").json()["balance"] == 100


def test_the_same_deposit_again_is_answered_and_not_done_again(staff, moving):
    user = make_user()
    first = deposit(staff, user)
    moving.advance(seconds=100)
    again = deposit(staff, user)
    assert (again.status_code, again.json()) == (201, first.json())
    assert balance_of(user_id=user.pk) == 100


def test_the_same_id_with_other_content_is_a_conflict_and_moves_nothing(staff):
    user, other = make_user(), make_user()
    deposit(staff, user)
    for changed in ({"user": user, "amount": 101}, {"user": other}):
        answer = deposit(staff, **changed)
        assert (answer.status_code, answer.json()["code"]) == (409, "transfer_id_reused")
    assert (balance_of(user_id=user.pk), balance_of(user_id=other.pk)) == (100, 0)


def test_an_idempotency_key_repeats_the_answer_and_belongs_to_one_body(staff):
    user = make_user()
    first = deposit(staff, user, HTTP_IDEMPOTENCY_KEY="k")
    again = deposit(staff, user, HTTP_IDEMPOTENCY_KEY="k")
    assert (again.content, again["Idempotency-Replayed"]) == (first.content, "true")
    other = deposit(staff, user, transfer_id="payment-2", HTTP_IDEMPOTENCY_KEY="k")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert balance_of(user_id=user.pk) == 100


def test_a_refused_deposit_leaves_its_key_free(staff):
    user = make_user()
    assert deposit(staff, user, amount=0, HTTP_IDEMPOTENCY_KEY="k").status_code == 400
    assert deposit(staff, user, HTTP_IDEMPOTENCY_KEY="k").status_code == 201


def test_movements_are_told_newest_first_with_both_ends(client_of, moving):
    payer, streamer = make_user(coins=50), make_user()
    escrow, back = new_escrow(streamer=streamer), new_escrow(streamer=streamer)
    for into, amount in ((escrow, 20), (back, 5)):
        moving.advance(seconds=1)
        pay_in(into, payer, amount)
    moving.advance(seconds=1)
    pay_out(escrow)
    give_back(back)
    run_due()

    seen = [
        (t["kind"], t["from_user_id"], t["to_user_id"], t["escrow_id"], t["amount"]) for t in listed(client_of(payer))
    ]
    assert seen == [
        ("refund", None, payer.pk, back.escrow_id, 5),
        ("hold", payer.pk, None, back.escrow_id, 5),
        ("hold", payer.pk, None, escrow.escrow_id, 20),
        ("deposit", None, payer.pk, None, 50),
    ]
    [paid] = listed(client_of(streamer))
    assert (paid["kind"], paid["to_user_id"], paid["amount"]) == ("payout", streamer.pk, 20)
    assert paid["tags"] == [f"escrow::{escrow.escrow_id}"]


def test_movements_come_in_pages_that_repeat_and_leave_out_nothing(client_of, moving):
    escrow, payer = new_escrow(), make_user(coins=50)
    for _ in range(7):  # all in one moment
        pay_in(escrow, payer, 1)
    client, url, seen = client_of(payer), "/wallet/transfers?page_size=3", []
    while url:
        page = client.get(url).json()
        seen += [each["transfer_id"] for each in page["results"]]
        url = page["next"] and "/wallet/transfers" + page["next"]
    assert len(seen) == len(set(seen)) == 8
    assert set(seen) == set(Transfer.objects.values_list("transfer_id", flat=True))


def test_a_page_takes_as_many_queries_for_many_movements_as_for_few(client_of, moving):
    escrow, payer = new_escrow(), make_user(coins=50)
    client, counts = client_of(payer), []
    for payments in (1, 8):
        for _ in range(payments):
            pay_in(escrow, payer, 1)
            refunded = new_escrow()
            pay_in(refunded, payer, 1)
            give_back(refunded)
        run_due()
        with CaptureQueriesContext(connection) as queries:
            listed(client)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_nobody_sees_what_others_moved_or_earned(client_of, moving):
    escrow, _ = paid_escrow([10])
    post(escrow)
    stranger = client_of(make_user(coins=3))
    assert [each["kind"] for each in listed(stranger)] == ["deposit"]
    assert listed(stranger, "/wallet/earnings") == []


def test_earnings_are_told_by_the_hour_newest_first(client_of, moving):
    streamer, payer = make_user(), make_user(coins=50)
    escrow = new_escrow(streamer=streamer)
    for amount in (1, 2):
        pay_in(escrow, payer, amount)
        post(escrow)
        moving.advance(seconds=3600)
    newest, oldest = listed(client_of(streamer), "/wallet/earnings")
    assert (newest["amount"], oldest["amount"]) == (2, 1)
    assert newest["hour"] - oldest["hour"] == 3600
    assert (newest["escrow_id"], newest["state"], newest["settled_at"]) == (escrow.escrow_id, "pending", None)

    pay_out(escrow, nbf=escrow.opened_at)
    run_due()
    settled = listed(client_of(streamer), "/wallet/earnings")
    assert {(each["state"], each["settled_at"]) for each in settled} == {("settled", clock.to_epoch(moving.at))}
