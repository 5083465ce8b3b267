"""A viewer is blocked, or an account is closed: nobody pays for what they are kept from (spec section 6)."""

from __future__ import annotations

import pytest

from goals.endings import EndedBecause
from goals.errors import BlockedByStreamer, GoalNotActive
from goals.models import Block, Goal
from goals.types import GoalType
from livestream import clock, users
from livestream.events import replaying
from livestream.models import EventRecord, User
from sessions_app.models import FeedEntry, Session
from tests.support import leaving
from tests.support.clients import client_of, issue_access_token, said
from tests.support.invitations import agree, exclusive_of, invite
from tests.support.leaving import COINS, SCENES, WAYS, block, coins_of
from tests.support.outbox import pass_time, pending_actors, run_due
from tests.support.people import make_user
from tests.support.shows import buy
from tests.support.unchanged import nothing_changes
from wallet.errors import EscrowClosed
from wallet.models import Escrow
from wallet.verification import verify_ledger

pytestmark = pytest.mark.django_db

scenes = pytest.mark.parametrize("make", SCENES, ids=lambda each: each.__name__)
ways = pytest.mark.parametrize("lose", WAYS, ids=lambda each: each.__name__)
# These end where whoever leaves was the only one to pay for them.
ALONE = (leaving.unanswered_invitation, leaving.invitation_to_one, leaving.private_show, leaving.one_on_one)


def finish(moving):
    """Let everything come to its end, and see that every coin is somewhere."""
    pass_time(moving, seconds=100)
    for session in Session.objects.filter(active=True):
        client_of(session.streamer).delete(f"/sessions/{session.id}")
    pass_time(moving, seconds=400)
    assert verify_ledger() == []
    assert not Escrow.objects.filter(settled_at=None).exists()


@scenes
@ways
def test_the_viewer_is_given_back_what_they_are_kept_from_and_the_others_go_on(moving, make, lose):
    scene = make(moving)
    lose(scene)
    run_due()
    assert coins_of(scene.leaver) == [scene.leaves_with]  # at once
    goal = scene.again()
    if make in ALONE:
        assert (goal.active, goal.ended_because) == (False, WAYS[lose])
    elif make is leaving.reached_sale:
        assert goal.outcome == "completed"  # reached, it stays reached
    else:
        assert goal.active
    if make in (leaving.joined_invitation, leaving.second_payer):
        agree(goal)
    finish(moving)
    assert coins_of(scene.leaver, scene.stayer) == [scene.leaves_with, scene.stays_with]


@pytest.mark.parametrize("make", [leaving.running_show, leaving.private_show_of_two, leaving.one_on_one])
@ways
def test_the_viewer_watches_no_more(moving, make, lose):
    scene = make(moving)
    before = {"HTTP_AUTHORIZATION": f"Bearer {issue_access_token(user=scene.leaver)}"}
    lose(scene)
    run_due()
    client = client_of()
    client.credentials(**before)
    answers = [said(client.get(f"/sessions/{scene.session.id}/token?quality={each}")) for each in ("preview", "sd")]
    expected = {"blocked": (403, "blocked_by_streamer"), "account_closed": (401, "user_inactive")}[WAYS[lose]]
    assert answers == [expected] * 2


@scenes
def test_doing_it_again_changes_nothing(moving, make):
    scene = make(moving)
    block(scene)
    run_due()
    with nothing_changes():
        block(scene)
    before = coins_of(scene.leaver, scene.stayer, scene.session.streamer)
    replaying.replay_event(event_id=EventRecord.objects.get(name="user.blocked").event_id)
    run_due()
    assert coins_of(scene.leaver, scene.stayer, scene.session.streamer) == before
    assert verify_ledger() == []


@scenes
def test_who_is_unblocked_in_time_keeps_everything(moving, make):
    scene = make(moving)
    before = coins_of(scene.leaver)
    block(scene)
    users.unblock(streamer_id=scene.session.streamer_id, user_id=scene.leaver.pk)
    run_due()
    assert coins_of(scene.leaver) == before


@scenes
def test_a_streamer_whose_account_is_closed_gives_back_what_is_not_performed(moving, make):
    scene = make(moving)
    users.close_account(user_id=scene.session.streamer_id, now=clock.now())
    run_due()
    goal = scene.again()
    assert goal.ended_because == EndedBecause.ACCOUNT_CLOSED
    assert not Session.objects.get(pk=goal.session_id).active
    assert not FeedEntry.objects.filter(session_id=goal.session_id).exists()
    # Of what was performed the streamer's share waits; of what was not, everybody has everything.
    performed = {leaving.private_show: (15, 0), leaving.private_show_of_two: (15, 15), leaving.one_on_one: (25, 0)}
    left, stayed = performed.get(make, (0, 0))
    assert coins_of(scene.leaver, scene.stayer) == [COINS - left, COINS - stayed]
    assert coins_of(scene.session.streamer) == [0]
    assert verify_ledger() == []


def test_an_account_that_another_program_closes_has_the_same_consequences(moving):
    scene = leaving.private_show_of_two(moving)
    User.objects.filter(pk=scene.leaver.pk).update(is_active=False)
    run_due()
    assert coins_of(scene.leaver) == [scene.leaves_with]


def test_a_closed_account_sells_nothing_more(moving):
    scene = leaving.running_show(moving)
    users.close_account(user_id=scene.session.streamer_id, now=clock.now())
    run_due()
    with nothing_changes(), pytest.raises(EscrowClosed):
        buy(scene.goal.funding_goal, scene.stayer)


def test_agreeing_to_a_blocked_viewer_gives_them_their_coins_back_instead(moving):
    """Also where nothing of what follows the block was done yet."""
    scene = leaving.unanswered_invitation(moving)
    block(scene)
    with pytest.raises(GoalNotActive):
        agree(scene.goal)
    assert (scene.again().ended_because, coins_of(scene.leaver)) == ("blocked", [COINS])
    run_due()
    assert verify_ledger() == []


@pytest.mark.parametrize("kind", [GoalType.TRIGGER_PRIVATE, GoalType.TRIGGER_EXCLUSIVE])
def test_nobody_agrees_to_an_account_that_is_closed(moving, kind):
    scene = {GoalType.TRIGGER_PRIVATE: leaving.unanswered_invitation}.get(kind, leaving.invitation_to_one)(moving)
    leaving.close_viewer(scene)
    with pytest.raises(GoalNotActive):
        agree(scene.goal)
    assert (scene.again().ended_because, coins_of(scene.leaver)) == ("account_closed", [COINS])
    assert not Goal.objects.filter(trigger_goal=scene.goal).exists()


def test_agreeing_with_one_of_two_blocked_runs_for_the_other(moving):
    scene = leaving.joined_invitation(moving)
    block(scene)
    goal = agree(scene.goal)
    assert (goal.active, coins_of(scene.leaver, scene.stayer)) == (True, [COINS, COINS - 120])
    assert {each.payer_id for each in Block.objects.exclude(starts_at=None)} == {scene.stayer.pk}


def test_the_end_of_a_private_show_is_that_of_the_longest_block_that_is_left(moving):
    scene = leaving.private_show_of_two(moving)
    assert scene.again().target == 600
    block(scene)
    run_due()
    goal = scene.again()
    assert (goal.target, (goal.exp - goal.agreed_at).total_seconds()) == (60, 60)
    pass_time(moving, seconds=50)
    assert (scene.again().state, scene.again().outcome) == ("ended", "agreed")
    assert coins_of(scene.leaver, scene.stayer, scene.session.streamer) == [COINS - 15, COINS - 60, 75]
    assert [each for each in pending_actors() if each == "escrow_split"] == []


def test_who_was_blocked_buys_and_invites_no_more(moving):
    scene = leaving.running_show(moving)
    block(scene)
    run_due()
    with pytest.raises(BlockedByStreamer):
        buy(scene.goal.funding_goal, scene.leaver)
    other = leaving.joined_invitation(moving)
    block(other)
    run_due()
    with pytest.raises(BlockedByStreamer):
        invite(other.session, other.leaver)


def test_what_is_completed_stays_paid(moving):
    scene = leaving.running_show(moving)
    pass_time(moving, seconds=60)
    block(scene)
    run_due()
    assert coins_of(scene.leaver, scene.stayer, scene.session.streamer) == [COINS - 200, COINS - 200, 400]


def test_another_streamers_things_go_on(moving):
    scene, other = leaving.unanswered_invitation(moving), leaving.unanswered_invitation(moving)
    goal = invite(other.session, scene.leaver)
    block(scene)
    run_due()
    assert Goal.objects.get(pk=goal.pk).active
    assert coins_of(scene.leaver) == [COINS - 120]


def test_a_1_on_1_that_was_agreed_a_moment_before_the_block_costs_nothing(moving):
    leaver = make_user(coins=COINS)
    scene = leaving.invitation_to_one(moving)
    goal = exclusive_of(agree(invite(scene.session, leaver, kind=GoalType.TRIGGER_EXCLUSIVE)))
    users.block(streamer_id=goal.streamer_id, user_id=leaver.pk, now=clock.now())
    run_due()
    assert (coins_of(leaver), Goal.objects.get(pk=goal.pk).outcome) == ([COINS], "refunded")
