"""What is owed to a closed account waits for a person: for support, or for who opens the account again."""

from __future__ import annotations

import json

import pytest
from django.core.management import call_command

from goals.services import support
from livestream import clock
from livestream.models import OutboxMessage, User
from tests.support.desk import act, at_the_desk, page_of, staff
from tests.support.escrows import balances, coins_in, give_back, give_back_payers, paid_escrow, pay_out, split
from tests.support.outbox import pass_time, run_due
from tests.support.scraping import scrape
from wallet.models import Earning
from wallet.selectors import balance_of, payments_held
from wallet.services import payouts, recovery
from wallet.verification import verify_ledger

pytestmark = pytest.mark.django_db


def close(user):
    user.is_active = False
    user.save(update_fields=["is_active"])


def owed(moving, *amounts, settle=pay_out):
    """An escrow that is decided for a streamer whose account is closed, after all tasks have run."""
    escrow, viewers = paid_escrow(amounts)
    close(streamer_of(escrow))
    settle(escrow)
    run_due()
    pass_time(moving, seconds=120)
    escrow.refresh_from_db()
    return escrow, viewers


def streamer_of(escrow):
    return User.objects.get(pk=escrow.user_id)


def half(escrow):
    kept = {each.transfer_id: each.amount // 2 for each in payments_held(escrow_id=escrow.escrow_id)}
    return split(escrow, kept)


@pytest.mark.parametrize(("settle", "state", "left"), [(pay_out, "completed", 30), (half, "split", 15)])
def test_a_payout_or_a_share_waits_and_the_payers_do_not(moving, settle, state, left):
    escrow, viewers = owed(moving, 10, 20, settle=settle)
    assert (escrow.state, escrow.settled_at, coins_in(escrow)) == (state, None, left)
    assert [earning.state for earning in Earning.objects.all()] == ["pending"]
    assert (balance_of(user_id=escrow.user_id), sum(balances(viewers))) == (0, 30 - left)
    assert not OutboxMessage.objects.exists()
    assert verify_ledger() == []


def test_a_refund_of_a_closed_streamer_does_not_wait(moving):
    escrow, viewers = owed(moving, 10, 20, settle=give_back)
    assert (escrow.settled_at is not None, balances(viewers)) == (True, [10, 20])


def test_an_account_that_is_owed_nothing_keeps_nothing_waiting(moving):
    escrow, viewers = paid_escrow([10])
    give_back_payers(escrow, viewers)
    close(streamer_of(escrow))
    pay_out(escrow)
    run_due()
    escrow.refresh_from_db()
    assert escrow.settled_at is not None


def test_what_waits_is_not_due_for_the_command(moving, capsys):
    escrow, _ = owed(moving, 10)
    assert list(recovery.unfinished(before=clock.now())) == []
    call_command("settle_escrows", apply=True)
    run_due()
    assert (balance_of(user_id=escrow.user_id), coins_in(escrow)) == (0, 10)


def test_support_settles_it_all_the_same(moving):
    escrow, _ = owed(moving, 10)
    act(at_the_desk(staff("support-lead")), "settle_escrows", escrow, reason="Paid to the heirs")
    run_due()
    escrow.refresh_from_db()
    assert (balance_of(user_id=escrow.user_id), coins_in(escrow)) == (10, 0)
    assert escrow.settled_at == moving.at
    assert verify_ledger() == []


def test_support_hears_what_it_settled(moving):
    escrow, _ = owed(moving, 10)
    assert support.settle_escrow(escrow_id=escrow.pk, now=clock.now()) == [f"finish what was completed ({escrow.pk})"]


@pytest.mark.parametrize("by", ["save", "fields"])
def test_an_account_that_is_open_again_is_paid(moving, by):
    escrow, _ = owed(moving, 10)
    streamer = streamer_of(escrow)
    streamer.is_active = True
    streamer.save(**({"update_fields": ["is_active"]} if by == "fields" else {}))
    run_due()
    assert (balance_of(user_id=escrow.user_id), coins_in(escrow)) == (10, 0)
    assert recovery.resume_of_user(user_id=streamer.pk) == 0


def test_an_administrator_who_opens_the_account_again_has_it_paid(moving, admin_client):
    escrow, _ = owed(moving, 10)
    streamer = streamer_of(escrow)
    form = admin_client.get(page_of(streamer)).context["adminform"].form
    filled = {name: value for name, value in form.initial.items() if isinstance(value, str)}
    joined = {"date_joined_0": f"{streamer.date_joined:%Y-%m-%d}", "date_joined_1": f"{streamer.date_joined:%H:%M:%S}"}
    inline = {"tag_rows-TOTAL_FORMS": 0, "tag_rows-INITIAL_FORMS": 0}
    answer = admin_client.post(page_of(streamer), filled | joined | inline | {"is_active": "on"})
    assert answer.status_code == 302, answer.context["errors"]
    run_due()
    assert balance_of(user_id=escrow.user_id) == 10


def test_nothing_is_resumed_for_somebody_who_only_signs_in(moving):
    escrow, _ = owed(moving, 10)
    streamer = streamer_of(escrow)
    streamer.save(update_fields=["last_login"])
    assert not OutboxMessage.objects.exists()


def test_a_payout_that_was_resumed_twice_pays_once(moving):
    escrow, _ = owed(moving, 10)
    for _ in range(2):
        assert recovery.resume(escrow_id=escrow.escrow_id, although_closed=True)
    run_due()
    assert (balance_of(user_id=escrow.user_id), verify_ledger()) == (10, [])


def test_a_link_of_the_chain_that_was_stored_before_waits_as_well(moving):
    escrow, _ = owed(moving, 10)
    payouts.pay_earning(earning_id=Earning.objects.get().id, now=moving.at)
    run_due()
    assert coins_in(escrow) == 10


def test_its_page_says_what_it_waits_for(moving):
    desk = at_the_desk(staff("support"))
    waiting, _ = owed(moving, 10)
    done, _ = paid_escrow([10])
    assert "The account of the streamer is closed." in desk.get(page_of(waiting)).content.decode()
    assert "The account of the streamer is closed." not in desk.get(page_of(done)).content.decode()


def test_operators_see_that_it_waits_and_not_that_it_hangs(moving, client):
    owed(moving, 10)
    figures = scrape(client)
    assert figures["livestream_escrows_of_closed_accounts"] == 1
    assert figures["livestream_escrows_unsettled"] == 0
    assert figures["livestream_escrows_oldest_unsettled_seconds"] == 0


def test_the_feed_of_tasks_can_be_read_by_the_release_before(moving):
    """Only a decision of support names what that release does not know."""
    escrow, _ = paid_escrow([10])
    pay_out(escrow)
    stored = OutboxMessage.objects.get(actor="update_bi_escrow").kwargs
    assert json.loads(json.dumps(stored)) == {"earning_id": Earning.objects.get().id}
