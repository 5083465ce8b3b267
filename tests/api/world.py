"""A world in which every answer of the API can be had: goals of all types, in all states."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from goals.models import Contribution, Goal
from livestream import clock
from livestream.models import User
from tests.support import desk, endings
from tests.support.invitations import agree, exclusive_of, invite
from tests.support.outbox import run_due
from tests.support.people import give_coins, make_show, make_user
from tests.support.shows import reached_funding
from wallet.models import Transfer

PASSWORD = "a long password"
ROLES = ("anonymous", "viewer", "streamer", "support")


@dataclass(frozen=True)
class House:
    """One streamer's session and its goals, with somebody of each role; the viewer paid, where anybody did."""

    name: str
    goal: Goal
    people: dict[str, User | None]

    @property
    def ids(self) -> dict[str, str]:
        """What paths name."""
        goal = self.goal
        bought = Contribution.objects.filter(goal=goal).values_list("transfer_id", flat=True).first()
        named = {"goal_id": goal.id, "session_id": goal.session_id, "user_id": goal.streamer_id}
        return named | {"transfer_id": bought or "goal:ticket:unknown"}

    @property
    def goals(self) -> list[Goal]:
        """All goals of the session."""
        return list(Goal.objects.filter(session_id=self.goal.session_id))


def build(moving: clock.MovableClock) -> list[House]:
    """Build all houses; the first has goals of five types that run, and is where things are done."""
    makers = {
        "full": lambda: endings.full_house(moving)[0].goals.get(type="funding", ended_at=None),
        "one-on-one": lambda: exclusive_of(endings.one_on_one_agreed(moving)),
        "private show": lambda: endings.done(agree(invite(endings.offering_session(), make_user(coins=1000)))),
        "sale reached": lambda: endings.funding_reached(moving),
        "scheduled show": lambda: _scheduled_show(moving),
        "show performed": lambda: endings.show_performed(moving),
        "show cut short": lambda: endings.show_cut_short(moving),
        "karaoke sung": lambda: endings.karaoke_sung(moving),
        "sale missed": lambda: endings.funding_missed(moving),
        "private declined": lambda: endings.private_declined(moving),
        "one-on-one cut short": lambda: endings.one_on_one_cut_short(moving),
    }
    support = desk.staff("support-lead")
    return [_house(name, make(), support) for name, make in makers.items()]


def _house(name: str, goal: Goal, support: User) -> House:
    run_due()
    goal.refresh_from_db()
    payer_id = Transfer.objects.filter(credit_id=goal.escrow_id, kind="hold").values_list("debit_id", flat=True).first()
    viewer = User.objects.get(pk=payer_id) if payer_id else make_user()
    give_coins(viewer, 5000)
    people: dict[str, User | None] = {
        "anonymous": None,
        "viewer": viewer,
        "streamer": goal.streamer,
        "support": support,
    }
    for person in filter(None, people.values()):
        person.set_password(PASSWORD)
        person.save()
    return House(name, goal, people)


def _scheduled_show(moving: clock.MovableClock) -> Goal:
    return make_show(reached_funding(moving), nbf=moving.at + timedelta(minutes=5))
