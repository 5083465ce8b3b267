"""Support staff reads the ledger, and nobody writes it by hand."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.admin.utils import quote
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from livestream import clock
from tests.support.people import give_coins, make_user
from tests.support.plans import assert_found_through_indexes
from wallet import transfer_ids
from wallet.models import Account, Earning, Escrow, PendingCredit, PendingDebit, Transfer
from wallet.services import escrows, holding, posting, refunds

pytestmark = pytest.mark.django_db

PAGES = {
    "account": Account,
    "transfer": Transfer,
    "escrow": Escrow,
    "earning": Earning,
    "pendingcredit": PendingCredit,
    "pendingdebit": PendingDebit,
}
GOAL_ID = "68143584d6945d32e732cc21"
ESCROW_ID = f"show_funding:{GOAL_ID}"


@pytest.fixture
def desk(client):
    """A client of a member of staff who may look at everything and change nothing."""
    user = make_user(name="support", is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(codename__startswith="view_"))
    client.force_login(user)
    return client


@pytest.fixture
def people(db):
    """A streamer, whose escrow holds 200 coins that are counted and 300 that are not, and the payer."""
    streamer, payer = make_user(name="streaming-mei"), make_user(name="paying-kai", coins=1000)
    escrows.open_escrow(escrow_id=ESCROW_ID, user_id=streamer.pk, now=clock.now())
    hold(payer, 200)
    posting.post_pending(escrow=Escrow.objects.get())
    hold(payer, 300)
    return streamer, payer


def hold(payer, amount):
    transfer_id = f"goal:ticket:{GOAL_ID}:{payer.pk}:{amount}"
    holding.hold(transfer_id=transfer_id, payer_id=payer.pk, escrow_id=ESCROW_ID, amount=amount, now=clock.now())


def found(client, page, term="", **query):
    answer = client.get(f"/admin/wallet/{page}/", {"q": term} | query)
    assert answer.status_code == 200
    return list(answer.context["cl"].result_list)


def stored():
    return {name: list(model.objects.order_by("pk").values()) for name, model in PAGES.items()}


@pytest.mark.parametrize("page", PAGES)
def test_support_sees_the_list_and_each_row(desk, people, page):
    row = PAGES[page].objects.first()
    assert str(row.pk) in desk.get(f"/admin/wallet/{page}/").content.decode()
    assert desk.get(f"/admin/wallet/{page}/{quote(row.pk)}/change/").status_code == 200


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("who", ["desk", "admin_client"])
def test_a_request_made_by_hand_changes_nothing(request, people, page, who):
    client, row = request.getfixturevalue(who), PAGES[page].objects.first()
    before = stored()
    forged = {"balance": "9", "amount": "9", "state": "completed", "post": "yes", "_save": "Save"}
    paths = ("add/", f"{quote(row.pk)}/change/", f"{quote(row.pk)}/delete/")
    assert [client.post(f"/admin/wallet/{page}/{path}", forged).status_code for path in paths] == [403] * 3
    client.post(f"/admin/wallet/{page}/", {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})
    client.post(f"/admin/wallet/{page}/", {"form-0-id": row.pk, "form-0-amount": "9", "_save": "Save"})
    assert stored() == before


def test_who_is_not_staff_sees_nothing(client, people):
    client.force_login(people[1])
    for page in PAGES:
        assert client.get(f"/admin/wallet/{page}/").status_code == 302


def test_an_account_is_found_by_its_user_and_by_its_escrow(desk, people):
    _, payer = people
    for term in (payer.pk, "paying"):
        assert [account.pk for account in found(desk, "account", term)] == [payer.pk]
    assert [account.balance for account in found(desk, "account", ESCROW_ID)] == [200]
    assert found(desk, "account", "nobody") == []


def test_an_account_shows_the_coins_that_it_has_not_counted_yet(desk, people):
    def uncounted(account_id):
        page = desk.get(f"/admin/wallet/account/{quote(account_id)}/change/").content.decode()
        return re.search(r"not counted yet.*?>\s*(-?\d+)\s*<", page, re.DOTALL | re.IGNORECASE)[1]

    assert (uncounted(ESCROW_ID), uncounted(transfer_ids.DEPOSITS), uncounted(people[1].pk)) == ("300", "-1000", "0")
    posting.post_all_deposits()
    assert uncounted(transfer_ids.DEPOSITS) == "0"


def test_a_transfer_is_found_by_the_beginning_of_its_id(desk, people):
    give_coins(make_user(), 5)
    prefix = f"goal:ticket:{GOAL_ID}:"
    assert {each.amount for each in found(desk, "transfer", prefix)} == {200, 300}
    assert [each.amount for each in found(desk, "transfer", f"{prefix}{people[1].pk}:300")] == [300]
    assert found(desk, "transfer", GOAL_ID) == []


@pytest.mark.parametrize("prefix", ["_", "escrow::", f"swag::livestream.session:{GOAL_ID}."])
def test_the_money_of_an_escrow_is_found_by_a_tag_and_by_an_old_field_name(desk, people, prefix):
    for page, number in {"escrow": 1, "earning": 1, "account": 1, "transfer": 2, "pendingcredit": 1}.items():
        assert len(found(desk, page, prefix + ESCROW_ID)) == number, page


def test_transfers_are_found_by_who_sent_or_got_them_the_newest_first(desk, people):
    _, payer = people
    refunds.escrow_refund(escrow_id=ESCROW_ID, now=clock.now())
    refunds.refund_escrow_chunk(escrow_id=ESCROW_ID, now=clock.now())
    for term in (payer.pk, "paying-kai"):
        kinds = [each.kind for each in found(desk, "transfer", term)]
        assert kinds == ["refund", "hold", "hold", "deposit"]
    assert [each.kind for each in found(desk, "transfer", ESCROW_ID)] == ["refund", "hold", "hold"]


def test_an_escrow_is_found_by_its_goal_and_its_streamer_with_what_it_earned(desk, people):
    escrow = Escrow.objects.get()
    for term in (ESCROW_ID, GOAL_ID, people[0].pk, "streaming"):
        assert found(desk, "escrow", term) == [escrow]
    assert found(desk, "escrow", people[1].pk) == []
    page = desk.get(f"/admin/wallet/escrow/{quote(escrow.pk)}/change/").content.decode()
    assert Earning.objects.get().pk in page
    assert "/admin/wallet/transfer/?q=" in page


def test_escrows_that_are_decided_and_not_settled_can_be_picked_out(desk, people):
    assert [len(found(desk, "escrow", state=state)) for state in ("open", "unsettled", "refunded")] == [1, 0, 0]
    refunds.escrow_refund(escrow_id=ESCROW_ID, now=clock.now())
    assert [len(found(desk, "escrow", state=state)) for state in ("open", "unsettled", "refunded")] == [0, 1, 1]
    refunds.refund_escrow_chunk(escrow_id=ESCROW_ID, now=clock.now())
    assert [len(found(desk, "escrow", state=state)) for state in ("open", "unsettled", "refunded")] == [0, 0, 1]


def test_an_earning_is_found_by_each_id(desk, people):
    earning = Earning.objects.get()
    for term in (earning.pk, ESCROW_ID, people[0].pk, "streaming"):
        assert found(desk, "earning", term) == [earning]


def test_payments_that_wait_are_found_by_their_escrow(desk, people):
    assert [each.amount for each in found(desk, "pendingcredit", ESCROW_ID)] == [300]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("term", ["", ESCROW_ID])
def test_a_longer_list_takes_no_more_queries_and_is_never_counted(desk, people, page, term):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            found(desk, page, term)
        assert not [each for each in captured.captured_queries if "COUNT(" in each["sql"]]
        return len(captured)

    few = queries()
    for amount in (10, 20, 30):
        hold(people[1], amount)
        give_coins(make_user(), 5)
    assert queries() == few


@pytest.mark.parametrize("page", PAGES)
def test_no_column_invites_to_sort_by_it(desk, people, page):
    assert not re.search(r'href="\?([^"]*&amp;)?o=', desk.get(f"/admin/wallet/{page}/").content.decode())


@pytest.mark.postgres
@pytest.mark.parametrize("page", ["transfer", "account", "escrow", "earning"])
def test_every_search_goes_through_indexes(desk, people, page):
    with CaptureQueriesContext(connection) as captured:
        for term in (ESCROW_ID, people[1].pk, "paying"):
            found(desk, page, term)
    assert_found_through_indexes(
        [each["sql"] for each in captured.captured_queries if f'FROM "wallet_{page}"' in each["sql"]]
    )


def test_a_payment_that_a_slow_clock_dates_before_the_escrow_is_found(desk, people):
    opened_at = Escrow.objects.get().opened_at
    early = opened_at - timedelta(seconds=4)
    holding.hold(transfer_id="slow", payer_id=people[1].pk, escrow_id=ESCROW_ID, amount=1, now=early)
    assert "slow" in [each.pk for each in found(desk, "transfer", ESCROW_ID)]
