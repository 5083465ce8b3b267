"""A goal of each type, brought to each end that it can come to, as people bring it there."""

from __future__ import annotations

from goals.models import Goal
from goals.services import creation, lifecycle
from goals.types import GoalType
from livestream import clock
from livestream.models import User
from sessions_app.models import Session
from tests.support.invitations import agree, disagree, exclusive_of, invite
from tests.support.outbox import pass_time, run_due
from tests.support.people import make_funding, make_session, make_show, make_user
from tests.support.shows import buy, completed_show, reached_funding, running_show
from tests.support.stage import PATIENCE, come_online, go_on_stage, leave_stage

SONGS = ({"title": "First song", "target": 10}, {"title": "Second song", "target": 30})
Moving = clock.MovableClock


def offering_session() -> Session:
    """Open a session that offers everything: 60 coins a minute for sd, 100 for a 1-on-1."""
    session = make_session()
    session.prices = {"sd": 60, "exclusive": 100}
    session.save(update_fields=["prices"])
    return session


def make_karaoke(session: Session) -> Goal:
    """Make a session's karaoke of two songs, of 10 and 20 seconds."""
    return creation.create_karaoke_goal(
        streamer_id=session.streamer_id,
        session_id=session.id,
        levels=[dict(song) for song in SONGS],
        nbf=None,
        now=clock.now(),
    )


def full_house(moving: Moving) -> tuple[Session, list[User]]:
    """Fill a session with goals of five types at once, which three viewers with 1,000 coins paid for.

    The sixth, a 1-on-1, cannot be there while tickets are sold.
    """
    session, viewers = offering_session(), [make_user(coins=1000) for _ in range(3)]
    make_karaoke(session)
    invite(session, viewers[0])
    invite(session, viewers[1], kind=GoalType.TRIGGER_EXCLUSIVE)
    funding = make_funding(session, target=200)
    buy(funding, viewers[2])
    run_due()
    moving.advance(seconds=1)
    funding.refresh_from_db()
    make_show(funding)
    buy(make_funding(session, target=1000), viewers[2])
    run_due()
    return session, viewers


def cancel(goal: Goal) -> Goal:
    """Let the goal's streamer end it before its time, and do what follows."""
    lifecycle.cancel_goal(goal_id=goal.id, caller_id=goal.streamer_id, triggerer=None, now=clock.now())
    return done(goal)


def done(goal: Goal) -> Goal:
    """Do what is due, and read the goal again."""
    run_due()
    goal.refresh_from_db()
    return goal


def perform(moving: Moving, goal: Goal, *, seconds: int) -> Goal:
    """Have the streamer on stage for some seconds."""
    go_on_stage(goal)
    pass_time(moving, seconds=seconds)
    leave_stage(goal)
    return done(goal)


def funding_reached(moving: Moving) -> Goal:
    """Sell all tickets."""
    return done(reached_funding(moving))


def funding_missed(moving: Moving) -> Goal:
    """Sell one ticket of several."""
    funding = make_funding(make_session(), target=1000, seconds=60)
    buy(funding, make_user(coins=200))
    pass_time(moving, seconds=60)
    return done(funding)


def show_performed(moving: Moving) -> Goal:
    """Perform a show to its end."""
    return done(completed_show(moving))


def show_cut_short(moving: Moving) -> Goal:
    """Perform some of a show, and end it."""
    return cancel(perform(moving, running_show(moving), seconds=10))


def karaoke_sung(moving: Moving) -> Goal:
    """Sing both songs."""
    goal = make_karaoke(offering_session())
    perform(moving, goal, seconds=10)
    return perform(moving, goal, seconds=20)


def karaoke_cut_short(moving: Moving) -> Goal:
    """Sing one song of two."""
    return cancel(perform(moving, make_karaoke(offering_session()), seconds=10))


def private_agreed(moving: Moving) -> Goal:
    """Play a private show to its end."""
    session = offering_session()
    come_online(session.streamer_id)
    goal = agree(invite(session, make_user(coins=1000)))
    pass_time(moving, seconds=goal.prepaid_duration + PATIENCE)
    return done(goal)


def private_declined(moving: Moving) -> Goal:
    """Decline an invitation to a private show."""
    return done(disagree(invite(offering_session(), make_user(coins=1000))))


def exclusive_invitation() -> Goal:
    """Invite to a 1-on-1."""
    return invite(offering_session(), make_user(coins=1000), kind=GoalType.TRIGGER_EXCLUSIVE)


def one_on_one_agreed(moving: Moving) -> Goal:
    """Agree to a 1-on-1; the goal is the invitation."""
    return done(agree(exclusive_invitation()))


def one_on_one_declined(moving: Moving) -> Goal:
    """Decline a 1-on-1."""
    return done(disagree(exclusive_invitation()))


def one_on_one_performed(moving: Moving) -> Goal:
    """Perform a 1-on-1 to its end."""
    goal = exclusive_of(one_on_one_agreed(moving))
    return perform(moving, goal, seconds=goal.target)


def one_on_one_cut_short(moving: Moving) -> Goal:
    """Perform some of a 1-on-1, and end it."""
    return cancel(perform(moving, exclusive_of(one_on_one_agreed(moving)), seconds=10))


def one_on_one_missed(moving: Moving) -> Goal:
    """Agree to a 1-on-1, and never come on stage."""
    return cancel(exclusive_of(one_on_one_agreed(moving)))
