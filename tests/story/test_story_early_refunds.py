"""A story says of each early refund why it was made, and of money that waits why it waits."""

from __future__ import annotations

import pytest

from livestream import clock
from livestream.models import User
from tests.support.desk import page_of
from tests.support.escrows import give_back, give_back_payers, give_back_payments, paid_escrow, pay_out
from tests.support.outbox import run_due
from wallet.models import EarlyRefund
from wallet.selectors import payments_held
from wallet.services import early_refunds

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(moving):
    """An escrow that two of three payers left: one wholly, the other in part."""
    escrow, (back, cut, other) = paid_escrow([100, 60, 40])
    give_back_payers(escrow, [back])
    [payment] = payments_held(escrow_id=escrow.pk, payer_id=cut.pk)
    give_back_payments(escrow, {payment.transfer_id: 20}, reason="blocked")
    return escrow, back, cut, other


def test_each_early_refund_is_told_with_its_reason(desk, world):
    escrow, back, cut, _ = world
    story = desk.story(escrow_id=escrow.pk)
    assert f"Given back to {back.username}: the payer took it back" in story.titles
    assert f"Given back to {cut.username}: the streamer blocked the payer" in story.titles
    assert story.fact("Given back") == "140 coins in 2 refunds"
    assert story.fact("Given back early") == (
        "40 coins of 1 payment because the streamer blocked the payer;"
        " 100 coins of 1 payment because the payer took it back"
    )
    assert "60 coins are held in escrow: it is not decided yet who gets them. 140 coins were given back before." in (
        story.headlines
    )


def test_the_end_counts_what_left_before(desk, world):
    escrow, *_ = world
    pay_out(escrow)
    run_due()
    streamer = User.objects.get(pk=escrow.user_id)
    assert f"60 coins were paid out to {streamer.username}, 140 coins were given back." in (
        desk.story(escrow_id=escrow.pk).headlines
    )


@pytest.mark.parametrize(
    ("settle", "said"),
    [
        (None, "{back}: All 100 coins|{cut}: 40 coins were given back; 20 coins are held in escrow"),
        (pay_out, "{back}: All 100 coins|{cut}: 40 coins were given back; 20 coins were paid out"),
        (give_back, "{back}: All 100 coins|{cut}: All 60 coins"),
    ],
)
def test_a_payer_is_told_what_became_of_the_own_coins(desk, world, settle, said):
    escrow, back, cut, _ = world
    if settle:
        settle(escrow)
        run_due()
    for line in said.format(back=back.username, cut=cut.username).split("|"):
        name, wanted = line.split(": ", 1)
        assert wanted in desk.story(escrow_id=escrow.pk, payer=name).answer


def test_a_payer_is_told_why_they_have_it_back(desk, world):
    escrow, back, _, _ = world
    asked = desk.story(escrow_id=escrow.pk, payer=back.username)
    assert "Was given back 100 coins: the payer took it back" in asked.text


def test_an_unknown_reason_is_told_as_it_is_called(desk, moving):
    escrow, [payer] = paid_escrow([100])
    give_back_payers(escrow, [payer], reason="session_ended")
    assert f"Given back to {payer.username}: session ended" in desk.story(escrow_id=escrow.pk).titles


def test_money_of_a_closed_account_is_told_to_wait(desk, world):
    escrow, *_ = world
    User.objects.filter(pk=escrow.user_id).update(is_active=False)
    pay_out(escrow)
    run_due()
    said = desk.story(escrow_id=escrow.pk).headlines
    assert "whose account is closed: they wait for support." in said


def test_the_page_of_the_escrow_lists_them(desk, world):
    escrow, *_ = world
    text = desk.client.get(page_of(escrow)).content.decode()
    assert "Payments that were given back early" in text
    for refund in EarlyRefund.objects.all():
        assert refund.hold_id in text
    assert "the payer took it back" in text


def test_a_crowd_takes_as_many_queries_as_a_few(desk, moving):
    counts = []
    for number in (2, 12):
        escrow, payers = paid_escrow([10] * number)
        early_refunds.refund_payers(
            escrow_id=escrow.pk, payers=[each.pk for each in payers], reason="blocked", now=clock.now()
        )
        run_due()
        counts.append(len(desk.queries(escrow_id=escrow.pk)))
    assert counts[0] == counts[1]
