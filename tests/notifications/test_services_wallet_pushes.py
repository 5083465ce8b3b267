"""A client that shows a wallet is right without asking: what a push says is what GET /wallet answers."""

from __future__ import annotations

import pytest

from goals.services import leaving
from goals.types import GoalType
from notifications.models import Push
from notifications.services import wallet_pushes
from tests.notifications.shows import buy, enter_stage, pushed, running_show
from tests.support.clients import client_of
from tests.support.invitations import agree, disagree, invite
from tests.support.outbox import pass_time, run_due
from tests.support.people import make_funding

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("offers_invitations")]


def heard_by(user):
    """Return the wallets that somebody was pushed, in order."""
    pushes = Push.objects.order_by("id")
    return [
        push.data["wallet"] for push in pushes if push.channels == [f"private-user@{user.pk}"] and "wallet" in push.data
    ]


def shown_to(user):
    """Return the wallet of which a client keeps the highest version."""
    return max(heard_by(user), key=lambda wallet: wallet["version"])


def asked(user):
    return client_of(user).get("/wallet").json()


def test_a_buyer_hears_what_is_left_and_nobody_else_does(session, viewer):
    buy(make_funding(session, target=100_000), viewer, quantity=2)
    run_due()
    assert [channel for channel, _ in pushed("wallet.updated")] == [f"private-user@{viewer.pk}"]
    assert shown_to(viewer) == asked(viewer) == {"balance": 9_600, "version": 2}


@pytest.mark.parametrize("kind", [GoalType.TRIGGER_PRIVATE, GoalType.TRIGGER_EXCLUSIVE])
def test_who_invites_and_is_declined_sees_the_coins_go_and_come_back(session, viewer, moving, kind):
    goal = invite(session, viewer, kind=kind)
    run_due()
    paid = shown_to(viewer)
    assert paid == asked(viewer)
    disagree(goal)
    run_due()
    pass_time(moving, seconds=1)
    assert shown_to(viewer) == asked(viewer)
    assert (shown_to(viewer)["balance"], paid["balance"] < 10_000) == (10_000, True)


def test_who_takes_an_invitation_back_sees_it(session, viewer, moving):
    goal = invite(session, viewer)
    leaving.withdraw(goal_id=goal.id, caller_id=viewer.pk, triggerer=None, now=moving.at)
    run_due()
    pass_time(moving, seconds=1)
    assert shown_to(viewer) == asked(viewer)
    assert asked(viewer)["balance"] == 10_000


def test_a_streamer_who_is_paid_and_the_viewer_of_a_split_show_see_it(session, streamer, viewer, moving):
    agree(invite(session, viewer))
    run_due()
    pass_time(moving, seconds=300)
    assert shown_to(viewer) == asked(viewer)
    assert asked(streamer)["balance"] == (shown_to(streamer)["balance"] if heard_by(streamer) else 0)


def test_the_earning_of_a_show_arrives_with_the_balance(session, streamer, viewer, moving):
    enter_stage(running_show(session, moving, viewer, target=5))
    pass_time(moving, seconds=30)
    [(channel, data)] = pushed("escrow.completed.individual")
    assert channel == f"private-user@{streamer.pk}"
    assert data["wallet"] == asked(streamer)
    assert data["wallet"]["balance"] == data["amount"] == 200


def test_a_crowd_that_pays_at_once_is_not_pushed_to(session):
    sale = make_funding(session, target=100_000)
    for _ in range(wallet_pushes.MOST_PAYERS + 1):
        buy(sale)
    run_due()
    assert pushed("wallet.updated") == []
    assert len(pushed("goal.progress.updated")) <= 3
