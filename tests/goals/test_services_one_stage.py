"""One stage a streamer: what is sold, agreed to or shown gives way to what takes the stage (spec section 5)."""

from __future__ import annotations

import pytest
from django.conf import settings

from goals.errors import ShorterThanSold, StageTaken
from goals.models import Goal
from goals.types import GoalType
from livestream import clock
from sessions_app.services import ending
from tests.goals.stories import call_off, in_seconds, sell
from tests.support import endings
from tests.support.invitations import agree, exclusive_of, invite
from tests.support.outbox import pass_time
from tests.support.people import make_funding, make_session, make_show, make_user
from tests.support.stage import go_on_stage
from wallet.selectors import balance_of

pytestmark = pytest.mark.django_db

QUARTER = 900


def two_sales(session):
    return [sell(session, make_user(coins=1000)) for _ in range(2)]


@pytest.mark.parametrize("nbf", [None, 60])
def test_of_two_sales_one_has_its_show_at_a_time(session, moving, nbf):
    first, second = two_sales(session)
    show = make_show(first, nbf=nbf and in_seconds(nbf))
    with pytest.raises(StageTaken):
        make_show(second)
    call_off(show)
    assert make_show(second).active


def test_both_audiences_of_two_sales_are_served_one_after_the_other(session, moving):
    for sale in two_sales(session):
        show = make_show(sale, target=60)
        go_on_stage(show)
        pass_time(moving, seconds=90)
        show.refresh_from_db()
        assert (show.outcome, show.progress) == ("completed", 60)
    assert balance_of(user_id=session.streamer_id) == 800


def test_the_sale_whose_show_finds_the_stage_taken_is_refunded_in_time(session, moving):
    first, second = two_sales(session)
    go_on_stage(make_show(first, target=2 * QUARTER))
    pass_time(moving, seconds=QUARTER)
    second.refresh_from_db()
    assert (second.ended_because, second.outcome) == ("not_started", "refunded")


def test_what_the_sale_itself_refuses_comes_before_the_stage(session, moving):
    first, second = two_sales(session)
    make_show(first)
    with pytest.raises(ShorterThanSold):
        make_show(second, target=10)


def test_a_show_that_outlives_its_session_keeps_the_streamer_s_stage(session, moving, viewer):
    show = make_show(sell(session, viewer), target=200)
    go_on_stage(show)
    ending.deactivate_session(session_id=session.id, now=clock.now())
    pass_time(moving, seconds=1)
    later = make_session(session.streamer)
    sale = sell(later, make_user(coins=1000))
    with pytest.raises(StageTaken):
        make_show(sale)
    pass_time(moving, seconds=settings.SHOW_END_GRACE)
    assert make_show(sale).active


@pytest.mark.parametrize("kind", [GoalType.TRIGGER_PRIVATE, GoalType.TRIGGER_EXCLUSIVE])
def test_nothing_is_sold_shown_or_agreed_to_during_what_was_agreed_to(moving, kind):
    session, viewer = endings.offering_session(), make_user(coins=1000)
    other = invite(session, make_user(coins=1000), kind=GoalType.TRIGGER_EXCLUSIVE)
    goal = invite(session, viewer, kind=kind)
    sale = sell(session, make_user(coins=1000))
    agree(goal)
    for refused in (lambda: make_show(sale), lambda: make_funding(session), lambda: agree(other)):
        with pytest.raises(StageTaken):
            refused()
    running = exclusive_of(goal) if kind == GoalType.TRIGGER_EXCLUSIVE else goal
    assert Goal.objects.filter(streamer=session.streamer, active=True).exclude(pk=other.pk).get() == running


@pytest.mark.parametrize("kind", [GoalType.TRIGGER_PRIVATE, GoalType.TRIGGER_EXCLUSIVE])
def test_no_invitation_is_agreed_to_while_a_show_is_scheduled(moving, kind):
    session = endings.offering_session()
    goal = invite(session, make_user(coins=1000), kind=kind)
    make_show(sell(session, make_user(coins=1000)), nbf=in_seconds(60))
    with pytest.raises(StageTaken):
        agree(goal)
