"""A world with goals of all types in most of their states, which six streamers and their viewers bring about.

Each object has a name, such as `sale that is open`, which questions and recorded answers use in place of its id.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from goals.models import Goal
from goals.services import giving_back
from goals.types import GoalType
from livestream import clock, users
from livestream.models import User
from sessions_app.models import Session
from sessions_app.services import ending, opening
from tests.recorded.maker import Maker
from tests.support.endings import cancel
from tests.support.invitations import agree, disagree, exclusive_of, invite
from tests.support.outbox import run_due
from tests.support.stage import go_on_stage, leave_stage

PRICES = {"sd": 60, "exclusive": 100}
# Who is in a stream, or pays, without ever asking.
_OTHERS = {"fan": 50_000}
STREAMERS = ("mei", "luca", "nora", "omar", "rosa", "pia")
VIEWERS = {"payer": 50_000, "inviter": 20_000, "viewer": 0, "blocked": 5_000, "closed": 5_000}
STAFF = "staff"
# Goals that do not change any more.
FINISHED = (
    "sale that was missed",
    "sale of the show cut short",
    "show cut short",
    "sale of the show performed",
    "show performed",
)


def build(maker: Maker) -> None:
    """Make everything, the past first: what runs in the end began a moment ago."""
    maker.step()
    for name in STREAMERS:
        maker.person(name, first_name="First", email=f"{name}@example.com")
    for name, coins in (VIEWERS | _OTHERS).items():
        maker.person(name, coins=coins)
    maker.person(STAFF, coins=500, is_staff=True)
    _evening_that_is_over(maker, _user(maker, "pia"))
    _one_on_one(maker, _user(maker, "nora"))
    _show_in_a_pause(maker, _user(maker, "luca"))
    _scheduled_show(maker, _user(maker, "rosa"))
    _private_show(maker, _user(maker, "omar"))
    _sales(maker, _user(maker, "mei"))


def go_on(maker: Maker) -> None:
    """Change something in each session, and the names of two people."""
    maker.wait(3)
    maker.step()
    opened = _goal(maker, "sale that is open")
    maker.buy(opened, payer=2, fan=1)
    leave_stage(_goal(maker, "show on stage"))
    go_on_stage(_goal(maker, "show in a pause"))
    cancel(_goal(maker, "one-on-one"))
    disagree(_goal(maker, "private invitation"))
    changes = {"title": "Another title", "prices": {"sd": 90}}
    opening.change_session(session_id=maker.named["in private"], caller_id=maker.named["omar"], changes=changes)
    opening.start_session(session_id=maker.named["planned"], caller_id=maker.named["pia"], now=clock.now())
    users.unblock(streamer_id=maker.named["mei"], user_id=maker.named["blocked"])
    for name in ("luca", "payer"):
        User.objects.filter(username=name).update(username=f"{name}-by-another-name")
    maker.wait(2)
    maker.step()
    maker.buy(opened, fan=3)


def _evening_that_is_over(maker: Maker, streamer: User) -> None:
    """A sale that was missed, a show that was cut short, one that was performed, and a session that is only planned."""
    session = maker.session("over", streamer, prices=PRICES)
    maker.buy(maker.sale("sale that was missed", session, 1000, seconds=60), payer=1, closed=2)
    maker.wait(61)
    short = _funded(maker, "cut short", session, 40, payer=2, fan=1)
    _perform(maker, short, seconds=10)
    cancel(short)
    whole = _funded(maker, "performed", session, 20, 30, payer=1, inviter=2)
    _perform(maker, whole, seconds=35)
    ending.end_session(session_id=session.id, caller_id=streamer.pk, now=clock.now())
    maker.wait(120)
    maker.session("planned", streamer, live=False)


def _one_on_one(maker: Maker, streamer: User) -> None:
    """A karaoke that is over, an invitation that was declined, and a 1-on-1 on stage."""
    session = maker.session("alone", streamer, prices=PRICES)
    _perform(maker, maker.karaoke("karaoke that is over", session, 10, 25), seconds=30)
    declined = _invitation(maker, "private invitation that was declined", session, "inviter")
    disagree(declined)
    exclusive = GoalType.TRIGGER_EXCLUSIVE
    chosen = _invitation(maker, "exclusive invitation that was agreed", session, "inviter", kind=exclusive)
    _invitation(maker, "exclusive invitation that lost", session, "fan", kind=exclusive)
    maker.wait(2)
    maker.step()
    alone = maker.goal("one-on-one", exclusive_of(agree(chosen)))
    go_on_stage(alone)
    maker.wait(5)


def _show_in_a_pause(maker: Maker, streamer: User) -> None:
    """A show in a pause, for which a ticket was sold late."""
    session = maker.session("paused", streamer, prices={"sd": 30})
    paused = _funded(maker, "in a pause", session, 60, 120, payer=2, fan=1)
    _perform(maker, paused, seconds=70)
    maker.buy(_goal(maker, "sale of the show in a pause"), fan=1)
    maker.wait(1)


def _scheduled_show(maker: Maker, streamer: User) -> None:
    """A show that begins in a quarter of an hour."""
    session = maker.session("soon", streamer, preset=Session.Preset.PUBLIC)
    _funded(maker, "scheduled", session, 60, nbf=clock.now() + timedelta(seconds=900), fan=2)


def _private_show(maker: Maker, streamer: User) -> None:
    """A private show to which one viewer invited, and which another one joined."""
    session = maker.session("in private", streamer, prices=PRICES)
    goal = _invitation(maker, "private show", session, "inviter")
    invite(session, _user(maker, "payer"), duration=300)
    agree(goal)
    maker.wait(8)


def _sales(maker: Maker, streamer: User) -> None:
    """Sales in all states with counted, waiting, returned and refunded tickets; a show; unanswered invitations."""
    session = maker.session("evening", streamer, prices=PRICES)
    _perform(maker, maker.karaoke("karaoke", session, 10, 300), seconds=12)
    _invitation(maker, "private invitation", session, "inviter")
    _invitation(maker, "exclusive invitation", session, "payer", kind=GoalType.TRIGGER_EXCLUSIVE)
    called_off = maker.sale("sale that was called off", session, 800)
    maker.buy(called_off, payer=1, fan=2)
    maker.wait(1)
    cancel(called_off)
    reached = maker.sale("sale that is reached", session, 400, 800, start_within=1200)
    maker.buy(reached, payer=2, staff=1, inviter=1)
    maker.wait(1)
    opened = maker.sale("sale that is open", session, 400, 1200, 4000)
    [*_, returned] = maker.buy(opened, payer=1, fan=3, blocked=2, closed=1, inviter=1)
    go_on_stage(_funded(maker, "on stage", session, 30, 300, payer=1, fan=1))
    maker.wait(20)
    _some_leave(maker, opened, returned.transfer_id)
    maker.buy(opened, payer=1)
    run_due()
    maker.moving.advance(seconds=1)
    maker.buy(opened, payer=1, inviter=2, staff=1)  # which nobody counts


def _some_leave(maker: Maker, sale: Goal, returned: str) -> None:
    """One viewer is blocked, the account of another one is closed, and one returns their tickets."""
    users.block(streamer_id=sale.streamer_id, user_id=maker.named["blocked"], now=clock.now())
    users.close_account(user_id=maker.named["closed"], now=clock.now())
    giving_back.give_back(goal_id=sale.id, transfer_id=returned, caller_id=maker.named["inviter"], now=clock.now())
    maker.wait(1)


def _funded(
    maker: Maker, name: str, session: Session, *targets: int, nbf: datetime | None = None, **buyers: int
) -> Goal:
    """Make a show of this name, and before it the sale that pays for it."""
    sale = maker.sale(f"sale of the show {name}", session, 200 * sum(buyers.values()), start_within=3600)
    maker.buy(sale, **buyers)
    return maker.show(f"show {name}", sale, *targets, nbf=nbf)


def _perform(maker: Maker, goal: Goal, *, seconds: float) -> None:
    go_on_stage(goal)
    maker.wait(seconds)
    leave_stage(goal)
    maker.wait(1)


def _invitation(
    maker: Maker, name: str, session: Session, who: str, *, kind: GoalType = GoalType.TRIGGER_PRIVATE
) -> Goal:
    """Have a viewer invite to ten minutes, to be answered within an hour."""
    maker.step()
    goal = maker.goal(name, invite(session, _user(maker, who), kind=kind, duration=600, seconds=3600))
    maker.wait(1)
    return goal


def _user(maker: Maker, name: str) -> User:
    return User.objects.get(pk=maker.named[name])


def _goal(maker: Maker, name: str) -> Goal:
    return Goal.objects.get(pk=maker.named[name])
