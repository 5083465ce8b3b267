"""Viewers who paid for something of a streamer's, and lose access to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from goals.models import Goal
from goals.types import GoalType
from livestream import clock, users
from livestream.models import User
from sessions_app.models import Session
from tests.support.endings import offering_session
from tests.support.invitations import agree, exclusive_of, invite
from tests.support.outbox import pass_time, run_due
from tests.support.people import make_funding, make_show, make_user
from tests.support.shows import buy
from tests.support.stage import come_online, go_on_stage
from wallet.selectors import balance_of

COINS = 1000
Moving = clock.MovableClock


@dataclass
class Scene:
    """Somebody who leaves, somebody who stays, and the goal that both paid for.

    `leaves_with` and `stays_with` are their coins once all is over, where the streamer performs on.
    """

    goal: Goal
    leaves_with: int
    stays_with: int = COINS
    leaver: User = field(default_factory=lambda: make_user(coins=COINS))
    stayer: User = field(default_factory=lambda: make_user(coins=COINS))

    @property
    def session(self) -> Session:
        return self.goal.session

    def again(self) -> Goal:
        """Return the goal as it is now."""
        return Goal.objects.get(pk=self.goal.pk)


def coins_of(*people: User) -> list[int]:
    """Return the coins of each."""
    return [balance_of(user_id=person.pk) for person in people]


def _people() -> tuple[User, User]:
    return make_user(coins=COINS), make_user(coins=COINS)


def open_sale(moving: Moving) -> Scene:
    """Buy a ticket of 200 each of a sale that is not reached, and never will be."""
    leaver, stayer = _people()
    funding = make_funding(offering_session(), target=1000, seconds=60)
    buy(funding, leaver)
    buy(funding, stayer)
    return Scene(funding, COINS, COINS, leaver, stayer)


def reached_sale(moving: Moving) -> Scene:
    """Buy the tickets of a sale that is reached, and has no show yet."""
    leaver, stayer = _people()
    funding = make_funding(offering_session(), target=400, seconds=60)
    buy(funding, leaver)
    buy(funding, stayer)
    run_due()
    moving.advance(seconds=1)
    return Scene(funding, COINS, COINS, leaver, stayer)


def running_show(moving: Moving) -> Scene:
    """Have a show of 60 s on stage, 10 s of it performed."""
    sold = reached_sale(moving)
    sold.goal.refresh_from_db()
    show = make_show(sold.goal, target=60)
    run_due()
    go_on_stage(show)
    pass_time(moving, seconds=10)
    return Scene(show, COINS, COINS - 200, sold.leaver, sold.stayer)


def unanswered_invitation(moving: Moving) -> Scene:
    """Invite to a private show, alone."""
    leaver, stayer = _people()
    return Scene(invite(offering_session(), leaver), COINS, COINS, leaver, stayer)


def joined_invitation(moving: Moving) -> Scene:
    """Invite to a private show, which somebody else has joined."""
    scene = unanswered_invitation(moving)
    invite(scene.session, scene.stayer)
    return scene


def second_payer(moving: Moving) -> Scene:
    """Join what somebody else has invited to."""
    leaver, stayer = _people()
    goal = invite(offering_session(), stayer)
    invite(goal.session, leaver)
    return Scene(goal, COINS, COINS, leaver, stayer)


def invitation_to_one(moving: Moving) -> Scene:
    """Invite to a 1-on-1."""
    leaver, stayer = _people()
    return Scene(invite(offering_session(), leaver, kind=GoalType.TRIGGER_EXCLUSIVE), COINS, COINS, leaver, stayer)


def private_show(moving: Moving) -> Scene:
    """Run a private show of 60 s for one, 15 s of it performed; whoever leaves has paid 60 coins."""
    leaver, stayer = _people()
    session = offering_session()
    come_online(session.streamer_id)
    goal = agree(invite(session, leaver, duration=60))
    pass_time(moving, seconds=15)
    return Scene(goal, COINS - 15, COINS, leaver, stayer)


def private_show_of_two(moving: Moving) -> Scene:
    """Run a private show of an hour for one and a minute for the other, 15 s of it performed."""
    leaver, stayer = _people()
    session = offering_session()
    come_online(session.streamer_id)
    goal = invite(session, stayer, duration=60)
    invite(session, leaver, duration=600)
    agree(goal)
    pass_time(moving, seconds=15)
    return Scene(goal, COINS - 15, COINS - 60, leaver, stayer)


def one_on_one(moving: Moving) -> Scene:
    """Run a 1-on-1 of 60 s for 100 coins, 15 s of it performed."""
    leaver, stayer = _people()
    trigger = invite(offering_session(), leaver, kind=GoalType.TRIGGER_EXCLUSIVE, duration=60)
    goal = exclusive_of(agree(trigger))
    go_on_stage(goal)
    pass_time(moving, seconds=15)
    return Scene(goal, COINS - 25, COINS, leaver, stayer)


# All that a viewer can have paid for.
SCENES = (
    open_sale,
    reached_sale,
    running_show,
    unanswered_invitation,
    joined_invitation,
    second_payer,
    invitation_to_one,
    private_show,
    private_show_of_two,
    one_on_one,
)


def block(scene: Scene) -> None:
    """Let the streamer block whoever leaves."""
    users.block(streamer_id=scene.session.streamer_id, user_id=scene.leaver.pk, now=clock.now())


def close_viewer(scene: Scene) -> None:
    """Close the account of whoever leaves."""
    users.close_account(user_id=scene.leaver.pk, now=clock.now())


Losing = Callable[[Scene], None]
# Every way for a viewer to lose access, and the reason that goals which end with it give.
WAYS: dict[Losing, str] = {block: "blocked", close_viewer: "account_closed"}
