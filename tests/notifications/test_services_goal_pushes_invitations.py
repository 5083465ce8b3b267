"""Who is told that a private show or a 1-on-1 begins, and that it is over."""

from __future__ import annotations

import pytest

from goals.services import support
from goals.types import GoalType
from livestream import clock
from livestream.models import ViewVersion
from notifications import channels
from tests.notifications.audiences import ends_told, ids_of, let_in
from tests.notifications.shows import pushed, told
from tests.support.endings import cancel, done
from tests.support.invitations import agree, disagree, exclusive_of, invite
from tests.support.outbox import pass_time, run_due
from tests.support.people import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("offers_invitations")]


def own(user):
    return channels.user(user.pk)


def test_payers_of_a_private_show_are_let_in_when_it_is_agreed_to_and_not_when_it_is_over(
    moving, session, streamer, viewer
):
    goal, second = invite(session, viewer), make_user(coins=1000)
    invite(session, second)
    run_due()
    assert let_in() == []
    agree(goal)
    run_due()
    assert let_in() == ids_of(viewer, second)
    assert ends_told() == {clock.to_epoch(clock.now()) + 120}
    pass_time(moving, seconds=120)
    assert let_in() == ids_of(viewer, second)


def test_the_viewer_of_a_1_on_1_is_let_in_and_afterwards_everybody_is(moving, session, streamer, viewer):
    invite(session, make_user(coins=1000), kind=GoalType.TRIGGER_EXCLUSIVE)
    trigger = done(agree(invite(session, viewer, kind=GoalType.TRIGGER_EXCLUSIVE)))
    assert let_in() == [viewer.pk]
    assert ends_told() == {clock.to_epoch(clock.now()) + 120}
    own_channels = [
        channels.viewer(streamer_id=streamer.pk, quality=quality, viewer_id=viewer.pk) for quality in ("preview", "sd")
    ]
    assert told("stream.authorized") == own_channels
    cancel(exclusive_of(trigger))
    assert told("stream.authorized") == own_channels + channels.audience(streamer.pk)
    to_all = [data for channel, data in pushed("stream.authorized") if channel not in own_channels]
    assert {data["quality"] for data in to_all} == {"preview"}
    assert not any("token" in data for data in to_all)


def test_both_sides_hear_that_a_1_on_1_is_closed_each_as_they_may_see_it(moving, session, streamer, viewer):
    goal = exclusive_of(agree(invite(session, viewer, kind=GoalType.TRIGGER_EXCLUSIVE)))
    cancel(goal)
    closed = dict(pushed("exclusive.closed"))
    assert set(closed) == {own(streamer), own(viewer)}
    assert {data["goal"]["id"] for data in closed.values()} == {goal.id}
    assert closed[own(viewer)]["goal"]["breakdown"] == {viewer.pk: 200}


@pytest.mark.parametrize("kind", [GoalType.TRIGGER_PRIVATE, GoalType.TRIGGER_EXCLUSIVE], ids=["private", "exclusive"])
def test_after_an_agreed_invitation_the_viewers_are_worked_out_anew(moving, session, streamer, viewer, kind):
    agree(invite(session, viewer, kind=kind))
    run_due()
    pass_time(moving, seconds=120)
    [(channel, data)] = pushed("stream.viewers.updated")
    assert (channel, data["session_id"]) == (own(streamer), session.id)
    assert ViewVersion.objects.filter(pk=f"session-token:{session.id}").exists()


def test_an_agreed_private_show_that_support_gives_back_is_worked_out_anew_as_well(session, streamer, viewer):
    goal = agree(invite(session, viewer))
    run_due()
    support.refund_escrow(escrow_id=str(goal.escrow_id), triggerer="support lead", now=clock.now())
    run_due()
    goal.refresh_from_db()
    assert (goal.outcome, told("stream.viewers.updated")) == ("refunded", [own(streamer)])


def test_after_a_declined_one_nothing_changes_for_the_viewers(session, viewer):
    disagree(invite(session, viewer))
    run_due()
    assert told("stream.viewers.updated") == let_in() == []


def test_the_audience_and_the_parties_hear_of_an_agreement(session, streamer, viewer):
    agree(invite(session, viewer, kind=GoalType.TRIGGER_EXCLUSIVE))
    run_due()
    assert told("goal.agreed") == [*channels.audience(streamer.pk), own(streamer), own(viewer)]
    heard = dict(pushed("goal.agreed"))
    assert "exclusive_to" not in heard[channels.audience(streamer.pk)[0]]["goal"]["context"]
    assert heard[own(viewer)]["goal"]["context"]["exclusive_to"] == viewer.pk
