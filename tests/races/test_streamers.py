"""The streamer ends, blocks, sells and shows while viewers act: nothing is made twice, nothing is stranded."""

from __future__ import annotations

from functools import partial

import pytest

from goals.models import Goal
from goals.types import GoalType, facts_of
from livestream import clock, users
from sessions_app.services import ending
from tests.races import rounds
from tests.races.rounds import COINS, ROUNDS, coins_of, race
from tests.support.people import make_funding, make_show
from tests.support.shows import buy
from tests.support.threads import refusals

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

both_kinds = pytest.mark.parametrize("kind", [GoalType.TRIGGER_PRIVATE, GoalType.TRIGGER_EXCLUSIVE])


def to_end(session):
    """Return the act of the session's end, as far as its goals."""

    def end():
        ending.deactivate_session(session_id=session.id, now=clock.now())
        rounds.do_what_is_due()

    return end


@both_kinds
@pytest.mark.parametrize("answer", [rounds.to_agree, rounds.to_decline])
def test_an_answer_while_the_session_ends_holds_or_comes_too_late(moving, kind, answer):
    for _ in range(ROUNDS // 2):
        goal = rounds.invited(kind)
        outcomes = race(answer(goal), to_end(goal.session))
        goal.refresh_from_db()
        assert set(refusals(outcomes)) <= {"GoalNotActive"}
        answered = goal.agreed_at if answer is rounds.to_agree else goal.cooldown_until
        assert not refusals(outcomes) or not answered
    rounds.settle(moving)


@both_kinds
def test_an_invitation_while_the_session_ends_is_refunded_or_refused(moving, kind):
    for _ in range(ROUNDS):
        session, [viewer] = rounds.open_session(), rounds.make_viewers(1)
        outcomes = race(rounds.to_invite(session, viewer, kind), to_end(session))
        assert set(refusals(outcomes)) <= {"SessionNotActive"}
        rounds.do_what_is_due()
        assert coins_of(viewer) == COINS
    rounds.settle(moving)


@both_kinds
def test_an_invitation_while_the_viewer_is_blocked_is_paid_or_refused(moving, kind):
    for _ in range(ROUNDS):
        session, [viewer] = rounds.open_session(), rounds.make_viewers(1)
        block = partial(users.block, now=clock.now(), streamer_id=session.streamer_id, user_id=viewer.pk)
        outcomes = race(rounds.to_invite(session, viewer, kind), block)
        assert set(refusals(outcomes)) <= {"BlockedByStreamer"}
        paid = 0 if refusals(outcomes) else session.get_price(str(facts_of(kind).invited_by))
        assert coins_of(viewer) == COINS - paid
        assert refusals(race(rounds.to_invite(session, viewer, kind))) == ["BlockedByStreamer"]
    rounds.settle(moving)


@both_kinds
def test_an_invitation_while_tickets_go_on_sale_is_before_it_or_refused(moving, kind):
    for _ in range(ROUNDS):
        session, [viewer] = rounds.open_session(), rounds.make_viewers(1)
        outcomes = race(rounds.to_invite(session, viewer, kind), partial(make_funding, session))
        assert set(refusals(outcomes)) <= {"ShowInProgress"}
        assert Goal.objects.filter(session=session).count() == 2 - len(refusals(outcomes))
    rounds.settle(moving)


def test_an_agreement_to_a_1_on_1_while_tickets_go_on_sale_is_one_of_both(moving):
    for _ in range(ROUNDS):
        goal = rounds.invited(GoalType.TRIGGER_EXCLUSIVE)
        outcomes = race(rounds.to_agree(goal), partial(make_funding, goal.session))
        assert refusals(outcomes) == ["StageTaken"]
    rounds.settle(moving)


def test_a_show_that_is_made_twice_at_once_is_one_show(moving):
    for _ in range(ROUNDS):
        session, [viewer] = rounds.open_session(), rounds.make_viewers(1)
        funding = make_funding(session, target=200, seconds=60)
        buy(funding, viewer)
        moving.move_to(funding.exp)
        outcomes = race(*[partial(make_show, funding)] * 2, rounds.to_expire(funding))
        assert refusals(outcomes) == ["ShowAlreadyCreated"]
    assert Goal.objects.filter(type="show").count() == ROUNDS
    rounds.settle(moving)


def test_a_ticket_that_is_bought_while_the_show_ends_is_refunded_with_it_or_refused(moving):
    for _ in range(ROUNDS):
        session, [early, late] = rounds.open_session(), rounds.make_viewers(2)
        funding = make_funding(session, target=200, seconds=60)
        buy(funding, early)
        moving.move_to(funding.exp)
        show = make_show(funding)
        outcomes = race(partial(buy, funding, late), rounds.to_cancel(show))
        assert set(refusals(outcomes)) <= {"EscrowClosed"}
        rounds.do_what_is_due()
        assert [coins_of(early), coins_of(late)] == [COINS, COINS]
    rounds.settle(moving)
