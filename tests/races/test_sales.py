"""A sale is given back, called off, shown, closed and blocked from while people buy: one side wins, whole."""

from __future__ import annotations

from functools import partial

import pytest

from goals.models import Goal
from goals.services import counting, giving_back, sales
from livestream import clock, users
from sessions_app.services import ending
from tests.races import rounds
from tests.races.rounds import COINS, ROUNDS, coins_of, race
from tests.support.people import TICKET_PRICE, make_funding, make_show
from tests.support.shows import buy
from tests.support.threads import refusals
from wallet import selectors
from wallet.models import Escrow
from wallet.services import early_refunds

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def to_give_back(receipt):
    return partial(
        giving_back.give_back,
        goal_id=receipt.goal_id,
        transfer_id=receipt.transfer_id,
        caller_id=receipt.payer_id,
        now=clock.now(),
    )


def to_call_off(funding):
    return partial(
        sales.cancel_goal, goal_id=funding.id, caller_id=funding.streamer_id, triggerer=None, now=clock.now()
    )


def to_count(funding):
    return partial(counting.count_contributions, escrow_id=funding.escrow_id)


def test_a_ticket_is_given_back_or_reaches_the_target(moving):
    for _ in range(ROUNDS):
        session, [first, second] = rounds.open_session(), rounds.make_viewers(2)
        funding = make_funding(session, target=2 * TICKET_PRICE, seconds=60)
        receipt = buy(funding, first)
        outcomes = race(to_give_back(receipt), partial(buy, funding, second), to_count(funding))
        counting.count_all_contributions(escrow_id=funding.escrow_id)
        funding.refresh_from_db()
        assert set(refusals(outcomes)) <= {"SaleReached"}
        given_back = not refusals(outcomes)
        assert funding.reached != given_back
        assert funding.progress == (1 if given_back else 2) * TICKET_PRICE
        assert [coins_of(first), coins_of(second)] == [COINS - (not given_back) * TICKET_PRICE, COINS - TICKET_PRICE]
    rounds.settle(moving)


def test_a_ticket_that_is_given_back_twice_at_once_is_given_back_once(moving):
    for _ in range(ROUNDS):
        session, [viewer] = rounds.open_session(), rounds.make_viewers(1)
        funding = make_funding(session, target=10 * TICKET_PRICE, seconds=60)
        receipt = buy(funding, viewer)
        assert refusals(race(*[to_give_back(receipt)] * 3, to_count(funding))) == []
        funding.refresh_from_db()
        assert (coins_of(viewer), funding.progress) == (COINS, 0)
    rounds.settle(moving)


def test_a_ticket_is_bought_before_the_session_s_end_or_not_at_all(moving):
    for _ in range(ROUNDS):
        session, [viewer, late] = rounds.open_session(), rounds.make_viewers(2)
        funding = make_funding(session, target=10 * TICKET_PRICE, seconds=60)
        end = partial(ending.deactivate_session, session_id=session.id, now=clock.now())
        outcomes = race(end, partial(buy, funding, viewer), to_count(funding))
        assert set(refusals(outcomes)) <= {"EscrowClosed"}
        assert refusals(race(partial(buy, funding, late))) == ["EscrowClosed"]
        rounds.do_what_is_due()
        assert [coins_of(viewer), coins_of(late)] == [COINS, COINS]
    rounds.settle(moving)


def test_a_sale_is_called_off_or_has_its_show(moving):
    for _ in range(ROUNDS):
        session, [viewer] = rounds.open_session(), rounds.make_viewers(1)
        funding = make_funding(session, target=TICKET_PRICE, seconds=60)
        buy(funding, viewer)
        counting.count_all_contributions(escrow_id=funding.escrow_id)
        outcomes = race(partial(make_show, funding), to_call_off(funding))
        assert refusals(outcomes) in (["GoalNotActive"], ["FundingNotReached"])
        called_off = refusals(outcomes) == ["FundingNotReached"]
        rounds.do_what_is_due()
        funding.refresh_from_db()
        assert coins_of(viewer) == COINS - (not called_off) * TICKET_PRICE
        assert (funding.outcome, funding.show_goal_id is None) == (
            ("cancelled", True) if called_off else ("completed", False)
        )
    rounds.settle(moving)


def test_a_sale_is_refunded_at_its_deadline_or_has_its_show(moving):
    for _ in range(ROUNDS):
        session, [viewer] = rounds.open_session(), rounds.make_viewers(1)
        funding = make_funding(session, target=TICKET_PRICE, seconds=60)
        buy(funding, viewer)
        counting.count_all_contributions(escrow_id=funding.escrow_id)
        funding.refresh_from_db()
        moving.move_to(funding.start_by)
        check = partial(sales.check_show_started, goal_id=funding.id, now=clock.now())
        outcomes = race(partial(make_show, funding), check)
        assert refusals(outcomes) in ([], ["StartsTooLate"])
        assert outcomes[1] is bool(refusals(outcomes))
    rounds.settle(moving)


def test_nobody_who_is_blocked_holds_a_ticket(moving):
    for _ in range(ROUNDS):
        session, [viewer] = rounds.open_session(), rounds.make_viewers(1)
        funding = make_funding(session, target=10 * TICKET_PRICE, seconds=60)

        def block(funding=funding, viewer=viewer):
            tag = users.blocked_by_tag(streamer_id=funding.streamer_id)
            users.add_tag(user_id=viewer.pk, tag=tag, now=clock.now())
            early_refunds.refund_payers(
                escrow_id=funding.escrow_id, payers=[viewer.pk], reason="blocked", now=clock.now()
            )

        outcomes = race(*[partial(buy, funding, viewer)] * 3, block, to_count(funding))
        assert set(refusals(outcomes)) <= {"BlockedByStreamer"}
        assert selectors.payments_held(escrow_id=funding.escrow_id) == []
        assert coins_of(viewer) == COINS
        counting.count_all_contributions(escrow_id=funding.escrow_id)
        assert Goal.objects.get(pk=funding.id).progress == 0
        assert Escrow.objects.get(pk=funding.escrow_id).state == "open"
    rounds.settle(moving)


def test_a_sale_that_is_reached_while_the_session_ends_is_reached_and_refunded(moving):
    for _ in range(ROUNDS):
        session, [viewer] = rounds.open_session(), rounds.make_viewers(1)
        funding = make_funding(session, target=TICKET_PRICE, seconds=60)
        buy(funding, viewer)
        over = partial(ending.deactivate_session, session_id=session.id, now=clock.now())
        assert refusals(race(to_count(funding), over, to_count(funding))) == []
        rounds.do_what_is_due()
        assert coins_of(viewer) == COINS
    rounds.settle(moving)
