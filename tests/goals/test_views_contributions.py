"""Tickets over HTTP: bought once for each key, listed for those concerned (spec section 3)."""

from __future__ import annotations

import pytest

from goals.endings import EndedBecause
from goals.models import Contribution
from goals.services import lifecycle
from livestream import clock, ids
from livestream.models import User
from tests.goals.snapshot import assert_refused, everything
from tests.goals.stories import count, quick_show
from tests.support.people import give_coins, make_funding, make_session, make_user
from tests.support.shows import buy
from tests.support.unchanged import nothing_changes
from wallet.selectors import balance_of

pytestmark = pytest.mark.django_db

EIGHT = 1777665600


def order(client, goal, quantity=1, key=None):
    headers = {"Idempotency-Key": key} if key else None
    return client.post(f"/goals/{goal.id}/contributions", {"quantity": quantity}, headers=headers)


def test_buying_answers_with_the_transfer_and_the_progress(buyer, funding, viewer):
    response = order(buyer, funding, 3)
    bought = Contribution.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "transfer": {
            "transfer_id": bought.transfer_id,
            "from_user_id": viewer.id,
            "to_user_id": None,
            "amount": 600,
            "escrow_id": f"show_funding:{funding.id}",
            "created_at": EIGHT,
        },
        "goal_id": funding.id,
        "quantity": 3,
        "progress": 600,
    }
    assert balance_of(user_id=viewer.pk) == 400


def test_the_same_key_and_body_is_answered_byte_for_byte_as_at_first(buyer, funding, viewer, moving):
    first = order(buyer, funding, 2, key="a")
    assert "Idempotency-Replayed" not in first
    moving.advance(seconds=5)
    buy(funding, make_user(coins=1000), 5)
    assert count(funding).progress == 1400
    for _ in range(2):
        again = order(buyer, funding, 2, key="a")
        assert (again.status_code, again.content) == (201, first.content)
        assert again["Idempotency-Replayed"] == "true"
    assert balance_of(user_id=viewer.pk) == 600


def test_the_same_key_is_answered_as_at_first_also_after_the_sale(buyer, funding, moving):
    first = order(buyer, funding, key="a")
    moving.advance(seconds=600)
    lifecycle.deactivate_goal(goal_id=funding.id, because=EndedBecause.EXPIRED, now=clock.now())
    assert order(buyer, funding, key="a").content == first.content
    assert_refused(order(buyer, funding, key="b"), 409, "escrow_closed")


def test_the_same_key_with_another_quantity_is_refused(buyer, funding):
    order(buyer, funding, key="a")
    before = everything()
    assert_refused(order(buyer, funding, 2, key="a"), 422, "idempotency_key_reused")
    assert everything() == before


def test_two_buyers_may_have_the_same_key(buyer, client_of, funding):
    other = client_of(make_user(coins=200))
    bodies = [order(client, funding, key="a").json() for client in (buyer, other)]
    assert len({body["transfer"]["transfer_id"] for body in bodies}) == 2
    assert count(funding).progress == 400


@pytest.mark.parametrize("key", ["a", "x" * 255, "!~", "3f1c9b1e-9d0c-4b7e-8f6e-2d6f3f0c7a11"])
def test_a_key_is_up_to_255_visible_characters(buyer, funding, key):
    assert order(buyer, funding, key=key).status_code == order(buyer, funding, key=key).status_code == 201
    assert Contribution.objects.count() == 1


REFUSED = {
    "insufficient_balance": (403, lambda funding: (funding, make_user(coins=199))),
    "own_goal": (403, lambda funding: (funding, funding.streamer)),
    "escrow_closed": (409, lambda funding: (ended(funding), None)),
    "not_for_sale": (409, lambda funding: (quick_show(make_session()), None)),
    "goal_not_found": (404, lambda funding: (type(funding)(id=ids.new_id()), None)),
}


def ended(funding):
    lifecycle.deactivate_goal(goal_id=funding.id, because=EndedBecause.SESSION_ENDED, now=clock.now())
    return funding


@pytest.mark.parametrize("code", REFUSED)
def test_a_purchase_that_cannot_be_is_refused_with_a_code(client_of, funding, viewer, code):
    status, story = REFUSED[code]
    goal, user = story(funding)
    give_coins(funding.streamer, 1000)
    before = everything()
    assert_refused(order(client_of(user or viewer), goal, key="a"), status, code)
    assert everything() == before


def test_a_purchase_leaves_one_contribution_and_one_transfer(buyer, funding):
    before = everything()
    order(buyer, funding)
    changed = {name for name, value in everything().items() if before[name] != value}
    assert changed == {"Account", "Contribution", "PendingCredit", "Transfer"}


@pytest.fixture
def bought(funding, moving):
    """Five purchases of five viewers, oldest first."""
    receipts = []
    for _ in range(5):
        moving.advance(seconds=1)
        receipts.append(buy(funding, make_user(coins=200)))
    return receipts


def test_the_streamer_sees_who_bought_what(api, funding, bought):
    answer = api.get(f"/goals/{funding.id}/contributions").json()
    assert answer["results"] == [
        {
            "transfer_id": each.transfer_id,
            "user_id": each.payer_id,
            "user_name": User.objects.get(pk=each.payer_id).username,
            "quantity": 1,
            "amount": 200,
            "returned": 0,
            "created_at": clock.to_epoch(each.created_at),
        }
        for each in bought
    ]


def test_the_list_goes_on_where_its_page_ended_and_back(api, funding, bought):
    page = api.get(f"/goals/{funding.id}/contributions?page_size=2").json()
    pages = [page]
    while page["next"]:
        page = api.get(f"/goals/{funding.id}/contributions{page['next']}").json()
        pages.append(page)
    assert [len(each["results"]) for each in pages] == [2, 2, 1]
    found = [row["transfer_id"] for each in pages for row in each["results"]]
    assert found == [each.transfer_id for each in bought]
    assert api.get(f"/goals/{funding.id}/contributions{pages[1]['previous']}").json()["results"] == pages[0]["results"]


def test_the_list_is_of_one_goal(api, session, funding, bought):
    other = make_funding(session)
    buy(other, make_user(coins=200))
    assert len(api.get(f"/goals/{other.id}/contributions").json()["results"]) == 1


@pytest.mark.parametrize("max_price", [600, 601, 2**63 - 1])
def test_a_price_that_the_buyer_agreed_to_is_paid(buyer, funding, viewer, max_price):
    body = {"quantity": 3, "max_price": max_price}
    assert buyer.post(f"/goals/{funding.id}/contributions", body).status_code == 201
    assert balance_of(user_id=viewer.pk) == 400


def test_above_the_price_that_the_buyer_agreed_to_nothing_moves(buyer, funding):
    before = everything()
    response = buyer.post(f"/goals/{funding.id}/contributions", {"quantity": 3, "max_price": 599})
    assert_refused(response, 409, "price_changed")
    assert response.json()["price"] == 600
    assert everything() == before


@pytest.mark.parametrize(
    ("first", "second"), [({}, {"max_price": 400}), ({"max_price": 400}, {}), ({"max_price": 400}, {"max_price": 401})]
)
def test_the_same_key_with_another_price_is_refused(buyer, funding, viewer, first, second):
    path, headers = f"/goals/{funding.id}/contributions", {"Idempotency-Key": "a"}
    assert buyer.post(path, {"quantity": 2, **first}, headers=headers).status_code == 201
    with nothing_changes():
        again = buyer.post(path, {"quantity": 2, **second}, headers=headers)
    assert_refused(again, 422, "idempotency_key_reused")


def test_a_purchase_of_an_earlier_release_did_not_keep_its_price(buyer, funding, viewer):
    first = order(buyer, funding, 2, key="a")
    Contribution.objects.update(max_price=None)
    body, headers = {"quantity": 2, "max_price": 400}, {"Idempotency-Key": "a"}
    again = buyer.post(f"/goals/{funding.id}/contributions", body, headers=headers)
    assert (again.status_code, again.content) == (201, first.content)
    assert balance_of(user_id=viewer.pk) == 600


@pytest.mark.parametrize(("wrong", "code"), [(0, "min_value"), ("600", "invalid"), (None, "null"), (1.5, "invalid")])
def test_a_price_that_is_none_is_refused(buyer, funding, wrong, code):
    response = buyer.post(f"/goals/{funding.id}/contributions", {"quantity": 1, "max_price": wrong})
    [error] = response.json()["errors"]
    assert (response.status_code, error["pointer"], error["code"]) == (400, "/max_price", code)


def give_back(client, goal, transfer_id):
    return client.delete(f"/goals/{goal.id}/contributions/{transfer_id}")


def test_giving_a_ticket_back_answers_with_the_goal_as_its_reader_sees_it(buyer, funding, viewer):
    bought = [buy(funding, viewer, quantity) for quantity in (2, 1)]
    for _ in range(2):
        response = give_back(buyer, funding, bought[0].transfer_id)
        assert response.status_code == 200
        assert (response.json()["progress"], response.json()["breakdown"]) == (200, {viewer.pk: 200})
    assert give_back(buyer, funding, bought[1].transfer_id).json()["progress"] == 0
    assert "breakdown" not in buyer.get(f"/goals/{funding.id}").json()
    assert balance_of(user_id=viewer.pk) == 1000


def test_the_streamer_sees_what_was_given_back(api, buyer, funding, viewer):
    give_back(buyer, funding, buy(funding, viewer).transfer_id)
    [row] = api.get(f"/goals/{funding.id}/contributions").json()["results"]
    assert (row["amount"], row["returned"]) == (200, 200)


@pytest.mark.parametrize(
    ("transfer_id", "status", "code"),
    [
        ("goal:ticket:unknown", 404, "contribution_not_found"),
        ("a%00b", 404, "not_found"),
        ("x" * 129, 404, "not_found"),
    ],
)
def test_a_purchase_that_there_is_not_is_not_found(buyer, funding, transfer_id, status, code):
    assert_refused(give_back(buyer, funding, transfer_id), status, code)


def test_giving_back_what_is_final_or_somebody_else_s_is_refused(buyer, api, funding, viewer):
    receipt = buy(funding, viewer, 5)
    assert_refused(give_back(api, funding, receipt.transfer_id), 403, "not_your_contribution")
    buy(funding, make_user(coins=1000), 5)
    before = everything()
    assert_refused(give_back(buyer, funding, receipt.transfer_id), 409, "sale_reached")
    assert everything() == before
