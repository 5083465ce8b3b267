"""The workers are away for a while, people go on, and what was due in between is made good."""

from __future__ import annotations

import pytest
from django.conf import settings

from goals.endings import EndedBecause
from goals.errors import GoalNotActive
from goals.models import Goal
from goals.services import lifecycle
from goals.types import GoalType
from livestream import clock
from sessions_app.services import ending
from tests.support.endings import offering_session
from tests.support.invitations import DURATION, agree, exclusive_of, invite
from tests.support.outbox import run_due
from tests.support.people import make_funding, make_session, make_show, make_user
from tests.support.shows import buy, running_show
from tests.support.stage import PATIENCE, go_on_stage
from wallet.errors import EscrowClosed
from wallet.models import Escrow
from wallet.selectors import balance_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(moving):
    return offering_session()


def cancel(goal):
    lifecycle.cancel_goal(goal_id=goal.id, caller_id=goal.streamer_id, triggerer=None, now=clock.now())


def preset_of(session):
    session.refresh_from_db()
    return session.preset


def test_a_sale_that_is_closed_late_leaves_the_sale_of_its_show_open(moving):
    funding, buyer = make_funding(make_session(), target=200, seconds=60), make_user(coins=1000)
    buy(funding, buyer)
    moving.advance(seconds=60)
    show = make_show(funding)
    run_due()
    assert buy(funding, buyer).amount == 200
    assert Goal.objects.get(pk=funding.id).outcome == "completed"
    assert Goal.objects.get(pk=show.id).state == "active"


def test_no_ticket_is_sold_after_the_session_though_its_show_is_settled_hours_later(moving):
    show = running_show(moving, target=60)
    go_on_stage(show)
    ending.deactivate_session(session_id=show.session_id, now=clock.now())
    late = make_user(coins=1000)
    for seconds in (0, 3 * 3600):
        moving.advance(seconds=seconds)
        with pytest.raises(EscrowClosed):
            buy(show.funding_goal, late)
    run_due()
    escrow = Escrow.objects.get()
    assert (escrow.state, escrow.received, escrow.settled_at) == ("completed", 400, clock.now())
    assert (balance_of(user_id=show.streamer_id), balance_of(user_id=late.pk)) == (400, 1000)


def test_a_show_that_is_called_off_after_its_last_second_completes(moving):
    show = running_show(moving, target=60)
    go_on_stage(show)
    moving.advance(seconds=60 + PATIENCE)
    cancel(show)
    assert Goal.objects.get(pk=show.id).state == "active"
    run_due()
    with pytest.raises(GoalNotActive):
        cancel(show)
    assert Goal.objects.get(pk=show.id).outcome == "completed"


def test_an_agreement_ends_no_invitation_that_was_made_after_it(moving, session):
    viewers = [make_user(coins=1000) for _ in range(2)]
    one_on_one = exclusive_of(agree(invite(session, viewers[0], kind=GoalType.TRIGGER_EXCLUSIVE)))
    moving.advance(seconds=10)
    cancel(one_on_one)
    waiting = [
        invite(session, viewers[1], kind=kind) for kind in (GoalType.TRIGGER_PRIVATE, GoalType.TRIGGER_EXCLUSIVE)
    ]
    run_due()
    assert not Goal.objects.filter(pk__in=[goal.id for goal in waiting], active=False).exists()


@pytest.mark.parametrize("kind", [GoalType.TRIGGER_PRIVATE, GoalType.TRIGGER_EXCLUSIVE])
def test_the_preset_is_that_of_the_show_that_is_on_though_the_one_before_gives_it_back_late(moving, session, kind):
    viewer = make_user(coins=1000)
    before = agree(invite(session, viewer))
    moving.advance(seconds=DURATION)
    lifecycle.deactivate_goal(goal_id=before.id, because=EndedBecause.EXPIRED, now=clock.now())
    following = agree(invite(session, viewer, kind=kind))
    run_due()
    assert preset_of(session) == ("private" if kind is GoalType.TRIGGER_PRIVATE else "exclusive")
    cancel(exclusive_of(following)) if kind is GoalType.TRIGGER_EXCLUSIVE else moving.advance(seconds=DURATION)
    run_due()
    assert preset_of(session) == "public"


def test_a_preset_that_the_streamer_changed_meanwhile_stays(moving, session):
    agree(invite(session, make_user(coins=1000), kind=GoalType.TRIGGER_EXCLUSIVE))
    session.preset = "private"
    session.save(update_fields=["preset"])
    moving.advance(seconds=DURATION + settings.SHOW_MAX_WAIT)
    run_due()
    assert preset_of(session) == "private"
