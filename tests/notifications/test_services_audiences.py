"""stream.authorized: who bought a ticket is let in (spec section 7, seed 004)."""

from datetime import timedelta

import pytest

from goals.endings import EndedBecause
from goals.models import Block
from goals.services import lifecycle
from goals.services.authorizing import grant_exp
from goals.types import GoalType
from livestream import clock, users
from livestream.models import OutboxMessage
from notifications import audience_selectors
from notifications.models import Admission, Audience
from notifications.services import audiences
from tests.notifications.audiences import audiences_of, ends_told, ids_of, let_in
from tests.notifications.shows import buy, funded, pushed, running_show, told
from tests.support.endings import cancel
from tests.support.invitations import agree, exclusive_of, invite
from tests.support.outbox import pass_time, run_due
from tests.support.people import make_show, make_user
from tests.support.stage import go_on_stage, leave_stage
from wallet.models import Transfer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("offers_invitations")]


@pytest.fixture
def holders(db):
    return [make_user(coins=1000) for _ in range(3)]


def times(viewers, count):
    return sorted(ids_of(*viewers) * count)


def test_every_ticket_holder_is_told_once_however_often_it_is_asked(session, moving, holders):
    show = running_show(session, moving, *holders)
    run_due()
    assert let_in() == ids_of(*holders)
    for _ in range(2):
        audiences.push_stream_authorized(goal_id=show.id, event_id="f" * 24, now=moving.at)
        run_due()
    assert let_in() == ids_of(*holders)
    assert not OutboxMessage.objects.filter(actor="send_stream_authorized").exists()


def test_the_grant_lasts_as_long_as_there_is_something_left_to_perform(session, moving, holders):
    nbf = moving.at + timedelta(seconds=100)
    show = running_show(session, moving, *holders, target=60, nbf=nbf)
    run_due()
    assert let_in() == []
    pass_time(moving, seconds=100)
    assert ends_told() == {int(nbf.timestamp()) + 60}
    show.refresh_from_db()
    show.progress, show.stage_started = 20, nbf + timedelta(seconds=10)
    assert grant_exp(goal=show, now=moving.at) == nbf + timedelta(seconds=10 + 40)
    show.progress = 80
    assert grant_exp(goal=show, now=moving.at) == nbf + timedelta(seconds=10)


@pytest.mark.parametrize(("progress", "left"), [(0, 60), (20, 40)])
def test_while_nobody_performs_a_show_can_take_all_that_is_left_of_it(session, moving, holders, progress, left):
    show = running_show(session, moving, *holders, target=60)
    show.progress = progress
    show.stage_started = show.stage_paused = moving.at if progress else None
    moving.advance(seconds=500)
    assert grant_exp(goal=show, now=moving.at) == moving.at + timedelta(seconds=left)


def test_everybody_is_told_anew_each_time_the_streamer_comes_on_stage(session, moving, holders):
    show = running_show(session, moving, *holders, target=60)
    run_due()
    started = clock.to_epoch(moving.at)
    moving.advance(seconds=30)
    go_on_stage(show)
    run_due()
    assert let_in() == times(holders, 2)
    moving.advance(seconds=20)
    leave_stage(show)
    run_due()
    moving.advance(seconds=100)
    assert let_in() == times(holders, 2)
    go_on_stage(show)
    run_due()
    assert let_in() == times(holders, 3)
    # From its start, from the first coming, and from the second with twenty seconds performed.
    assert ends_told() == {started + 60, started + 30 + 60, started + 150 + 40}


def test_who_is_on_stage_before_the_start_begins_once(session, moving, holders):
    nbf = moving.at + timedelta(seconds=100)
    show = running_show(session, moving, *holders, nbf=nbf)
    go_on_stage(show)
    pass_time(moving, seconds=101)
    assert let_in() == ids_of(*holders)


def test_a_beginning_that_is_over_gives_way_to_the_next(session, moving, holders):
    show = running_show(session, moving, *holders)
    audiences.push_stream_authorized(goal_id=show.id, event_id="a" * 24, now=moving.at)
    moving.advance(seconds=5)
    go_on_stage(show)
    show.refresh_from_db()
    audiences.push_stream_authorized(goal_id=show.id, event_id="b" * 24, now=moving.at)
    run_due()
    assert let_in() == ids_of(*holders)
    assert set(Audience.objects.values_list("event_id", "closed_at")) == {("a" * 24, moving.at), ("b" * 24, None)}


def test_an_ended_show_is_told_to_nobody(session, moving, holders):
    show = running_show(session, moving, *holders)
    audiences.push_stream_authorized(goal_id=show.id, event_id="a" * 24, now=moving.at)
    lifecycle.deactivate_goal(goal_id=show.id, because=EndedBecause.SESSION_ENDED, now=moving.at)
    run_due()
    audiences.push_stream_authorized(goal_id=show.id, event_id="b" * 24, now=moving.at)
    run_due()
    assert let_in() == []
    assert list(audience_selectors.audiences_to_notify()) == []


@pytest.mark.parametrize("few", [0, 100])
def test_whom_the_streamer_blocked_or_we_closed_the_account_of_is_not_let_in(
    session, moving, streamer, holders, monkeypatch, few
):
    monkeypatch.setattr(audience_selectors, "_FEW", few)  # a few are asked for by name, many by where they lie
    blocked, closed, welcome = holders
    show = running_show(session, moving, *holders)
    users.block(streamer_id=streamer.pk, user_id=blocked.pk, now=clock.now())
    closed.is_active = False
    closed.save()
    run_due()
    assert let_in() == [welcome.pk]
    viewers = ids_of(*holders)
    reasons = audience_selectors.unwelcome(streamer_id=streamer.pk, escrow_id=show.escrow_id, viewers=viewers)
    assert reasons == {blocked.pk: "The streamer blocked this viewer.", closed.pk: "The account is closed."}
    assert [row.told for row in audiences_of(show.id)] == [1]


def test_a_ticket_bought_while_the_show_runs_lets_its_buyer_in_and_nobody_else_once(session, moving, holders):
    show = running_show(session, moving, *holders)
    run_due()
    late = buy(show.funding_goal)
    run_due()
    assert let_in() == ids_of(late, *holders)
    buy(show.funding_goal, late)
    buy(show.funding_goal, holders[0])
    run_due()
    assert let_in() == ids_of(late, *holders)


def test_a_late_buyer_is_told_of_all_that_is_left_and_of_each_coming_on_stage(session, moving, holders):
    show = running_show(session, moving, *holders, target=60)
    run_due()
    moving.advance(seconds=200)
    late = buy(show.funding_goal)
    run_due()
    assert clock.to_epoch(Admission.objects.get(viewer_id=late.pk).exp) == clock.to_epoch(moving.at) + 60
    go_on_stage(show)
    run_due()
    assert let_in() == times([late, *holders], 2)


def test_a_ticket_bought_before_there_is_a_show_lets_nobody_in(session, moving, holders):
    funded(session, moving, *holders)
    assert let_in() == []


def test_a_ticket_bought_for_a_show_that_is_only_scheduled_waits_for_its_start(session, moving, holders):
    funding = funded(session, moving, *holders)
    make_show(funding, nbf=moving.at + timedelta(seconds=60))
    late = buy(funding)
    run_due()
    assert let_in() == []
    pass_time(moving, seconds=60)
    assert let_in() == ids_of(late, *holders)


def test_who_joins_a_private_show_that_runs_is_let_in_once(session, moving, viewer, holders):
    goal = agree(invite(session, viewer))
    run_due()
    assert let_in() == [viewer.pk]
    moving.advance(seconds=20)
    for late in holders:
        invite(session, late)
    run_due()
    run_due()
    assert let_in() == ids_of(viewer, *holders)
    # Who comes later has the time that they pay for, from then on.
    assert ends_told() == {clock.to_epoch(goal.agreed_at) + seconds for seconds in (120, 140)}


def pay_for(goal, viewer, seconds):
    """Add a block that follows the viewer's last one, as asking again does."""
    holds = Transfer.objects.filter(credit_id=goal.escrow_id, kind=Transfer.Kind.HOLD, debit_id=viewer.pk)
    Block.objects.filter(hold__in=holds).delete()
    Block.objects.create(
        hold=holds.get(),
        goal=goal,
        payer=viewer,
        duration=seconds,
        amount=goal.price,
        starts_at=goal.agreed_at,
        created_at=clock.now(),
    )


def test_each_payer_of_a_private_show_is_let_in_until_their_own_block_ends_and_again_when_they_extend_it(
    session, moving, viewer
):
    goal, other = invite(session, viewer), make_user(coins=1000)
    invite(session, other)
    agree(goal)
    pay_for(goal, viewer, 60)
    run_due()
    ends = dict(Admission.objects.values_list("viewer_id", "exp"))
    assert ends == {viewer.pk: goal.agreed_at + timedelta(seconds=60), other.pk: goal.exp}
    moving.advance(seconds=30)
    pay_for(goal, viewer, 100)
    run_due()
    run_due()
    assert Admission.objects.get(viewer_id=viewer.pk).exp == goal.agreed_at + timedelta(seconds=100)
    assert [data["exp"] for channel, data in pushed("stream.authorized") if f"sd.{viewer.pk}" in channel] == [
        clock.to_epoch(goal.agreed_at) + seconds for seconds in (60, 100)
    ]
    assert len([channel for channel in told("stream.authorized") if other.pk in channel]) == 2


def test_who_paid_again_after_they_were_unblocked_is_let_in(session, moving, streamer, holders):
    show = running_show(session, moving, *holders)
    users.block(streamer_id=streamer.pk, user_id=holders[0].pk, now=clock.now())
    run_due()
    assert let_in() == ids_of(*holders[1:])
    users.unblock(streamer_id=streamer.pk, user_id=holders[0].pk)
    buy(show.funding_goal, holders[0])
    run_due()
    assert let_in() == ids_of(*holders)


def test_who_was_let_in_and_blocked_and_pays_again_is_let_in_again(session, moving, streamer, holders):
    show = running_show(session, moving, *holders)
    run_due()
    users.block(streamer_id=streamer.pk, user_id=holders[0].pk, now=clock.now())
    run_due()
    users.unblock(streamer_id=streamer.pk, user_id=holders[0].pk)
    moving.advance(seconds=1)
    for _ in range(2):
        buy(show.funding_goal, holders[0])
        run_due()
    assert let_in() == ids_of(*holders)
    heard = [len([channel for channel in told("stream.authorized") if each.pk in channel]) for each in holders]
    assert heard == [4, 2, 2]  # on two channels each time


def test_who_was_blocked_in_a_private_show_is_not_asked_about_for_ever(session, moving, streamer, viewer):
    agree(invite(session, viewer))
    run_due()
    late = make_user(coins=1000)
    invite(session, late)
    users.block(streamer_id=streamer.pk, user_id=late.pk, now=clock.now())
    run_due()
    assert let_in() == [viewer.pk]
    assert audience_selectors.joined_privately() == []


def test_who_pays_again_for_less_of_a_private_show_after_a_block_is_let_in_again(session, moving, streamer, viewer):
    late = make_user(coins=1000)
    invite(session, viewer, duration=600)
    goal = agree(invite(session, late, duration=600))
    run_due()
    users.block(streamer_id=streamer.pk, user_id=late.pk, now=clock.now())
    moving.advance(seconds=1)
    run_due()
    users.unblock(streamer_id=streamer.pk, user_id=late.pk)
    moving.advance(seconds=1)
    invite(session, late, duration=60)
    for _ in range(3):
        moving.advance(seconds=1)
        run_due()
    heard = [len([each for each in told("stream.authorized") if who.pk in each]) for who in (viewer, late)]
    assert (goal.active, heard) == (True, [2, 4])


def test_the_viewer_of_a_1_on_1_is_told_anew_when_the_streamer_comes(session, moving, viewer):
    trigger = agree(invite(session, viewer, kind=GoalType.TRIGGER_EXCLUSIVE))
    run_due()
    exclusive = exclusive_of(trigger)
    moving.advance(seconds=10)
    go_on_stage(exclusive)
    run_due()
    assert let_in() == [viewer.pk] * 2
    assert ends_told() == {clock.to_epoch(moving.at) + seconds for seconds in (110, 120)}
    assert [row.subject for row in audiences_of(exclusive.id)] == [trigger.id, exclusive.id]
    assert [row.goal_id for row in audiences_of(trigger.id)] == [exclusive.id]
    cancel(exclusive)
    assert let_in() == [viewer.pk] * 2
