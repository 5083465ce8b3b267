"""The people of a whole life, and all that they can do, each through the service of its view."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from hypothesis import event

from goals import event_log, representation, selectors
from goals.demo import TICKET, create_ticket_products
from goals.endings import Outcome
from goals.models import Contribution, Goal
from goals.services import answering, contributions, creation, giving_back, inviting, leaving
from goals.types import GoalType
from livestream import clock, realtime, users
from livestream.errors import DomainError
from livestream.events import delivering
from livestream.models import EventRecord, OutboxMessage, User
from livestream.outbox import enqueue
from notifications.channels import QUALITIES
from notifications.services import stream_tokens
from sessions_app import embedded
from sessions_app import selectors as sessions
from sessions_app.models import Session
from sessions_app.services import ending, opening
from tests.domain.chance import seeded_ids
from tests.domain.purse import Payment, Purse
from tests.domain.pusher import Pusher, Server
from tests.domain.versions import Versions
from tests.domain.witness import Witness
from tests.support.outbox import run_due
from tests.support.people import TICKET_PRICE, make_user
from wallet.models import Transfer
from wallet.selectors import balance_of

STREAMERS, VIEWERS, COINS = 2, 3, 5000
START = datetime(2026, 5, 1, 20, 0, tzinfo=UTC)
PRICES, OTHER_PRICES = {"sd": 60, "exclusive": 90}, {"sd": 77, "exclusive": 7}
INVITATIONS, STAGED = (
    (GoalType.TRIGGER_PRIVATE, GoalType.TRIGGER_EXCLUSIVE),
    (GoalType.SHOW, GoalType.KARAOKE, GoalType.EXCLUSIVE),
)

# By which argument of a service it is known who does it.
_WHO = ("caller_id", "viewer_id", "payer_id", "user_id", "streamer_id")


class World:
    """Streamers and viewers with coins, Pusher, and a witness of everything."""

    def __init__(self, seed: int) -> None:
        self._open = ExitStack()
        self._open.enter_context(transaction.atomic())
        self._open.callback(transaction.set_rollback, True)
        self.moving = self._open.enter_context(clock.frozen(START))
        self._open.enter_context(seeded_ids(seed))
        create_ticket_products()
        self.streamers = [make_user() for _ in range(STREAMERS)]
        self.viewers = [make_user(coins=COINS) for _ in range(VIEWERS)]
        self.pusher = Pusher()
        self.witness = Witness(self.pusher)
        self.purse = Purse(self.viewers)
        self.versions = Versions()
        self.changed: set[str] = set()
        server = Server(self.pusher)
        realtime.register(server)
        self._open.callback(realtime.register, server.real)
        for streamer in self.streamers:
            opening.open_session(streamer_id=streamer.pk, prices=PRICES, now=clock.now())

    def close(self) -> None:
        """Let the clock run again, and leave no trace."""
        self._open.close()

    def session_of(self, streamer: User) -> Session:
        """Return the streamer's newest session."""
        return Session.objects.filter(streamer=streamer).latest("created_at", "id")

    def pick(self, which: int, *types: str) -> Goal | None:
        """Return one of the goals that have not ended, or the one that ended last."""
        goals = Goal.objects.filter(type__in=types) if types else Goal.objects.all()
        found = list(goals.filter(ended_at=None).order_by("-created_at", "-id"))
        found += goals.exclude(ended_at=None).order_by("-ended_at", "-id")[:1]
        return found[which % len(found)] if found else None

    def pick_sold(self, which: int) -> Goal:
        """Return one of the newest funding goals, whether it has ended or not."""
        newest = list(Goal.objects.filter(type=GoalType.FUNDING).order_by("-created_at", "-id")[:2])
        return newest[which % len(newest)]

    def change(self, session: Session, act: str) -> None:
        """Do what `act` says to a session; the streamer of an ended one opens another."""
        whose = {"session_id": session.id, "caller_id": session.streamer_id}
        if act == "open":
            self._try(opening.open_session, streamer_id=session.streamer_id, prices=PRICES, now=clock.now())
        elif act == "go live":
            self._try(opening.start_session, **whose, now=clock.now())
        elif act == "end":
            self._try(ending.end_session, **whose, now=clock.now())
            self.witness.ending.add(session.id)
        else:
            self.changed.add(session.id)
            changes = {"make private": {"preset": "private"}, "make cheap": {"prices": OTHER_PRICES}}
            self._try(opening.change_session, **whose, changes=changes[act])

    def invite(self, viewer: User, session: Session, kind: GoalType, duration: int, seconds: float) -> None:
        before = balance_of(user_id=viewer.pk)
        exp = clock.now() + timedelta(seconds=seconds)
        about = {"kind": kind, "session_id": session.id, "viewer_id": viewer.pk, "exp": exp, "duration": duration}
        goal = self._try(inviting.invite, **about, now=clock.now())
        if goal is not None:
            paid = before - balance_of(user_id=viewer.pk)
            self.purse.note(Payment(goal.id, viewer.pk, paid, clock.now(), duration))

    def agree(self, goal: Goal) -> None:
        if self._try(answering.agree, **self._answer(goal)):
            self.purse.agreed.add(goal.id)

    def disagree(self, goal: Goal) -> None:
        if self._try(answering.disagree, **self._answer(goal)):
            self.witness.declined.add(goal.id)

    def cancel(self, goal: Goal) -> None:
        """End a goal, or call off a sale that was reached."""
        self._try(leaving.end_or_withdraw, **self._answer(goal))

    def withdraw(self, viewer: User, goal: Goal) -> None:
        """Take an unanswered invitation back."""
        if self._try(leaving.end_or_withdraw, **self._answer(goal) | {"caller_id": viewer.pk}):
            self.purse.lose([goal.id], viewer.pk, clock.now())
            self.witness.withdrawn.add(goal.id)

    def give_back(self, viewer: User, which: int) -> None:
        """Give a ticket back."""
        bought = list(Contribution.objects.filter(payer=viewer).order_by("-created_at", "-pk")[:3])
        if not bought:
            return
        ticket = bought[which % len(bought)]
        about = {"goal_id": ticket.goal_id, "transfer_id": ticket.pk, "caller_id": viewer.pk, "now": clock.now()}
        if self._try(giving_back.give_back, **about):
            self.purse.give_back(ticket.pk, clock.now())

    def open_sale(self, session: Session, target: int, seconds: float) -> None:
        self._try(
            creation.create_funding_goal,
            **self._about(session, target),
            exp=clock.now() + timedelta(seconds=seconds),
            duration=1,
        )

    def buy(self, viewer: User, funding: Goal, quantity: int, key: str | None) -> None:
        before = balance_of(user_id=viewer.pk)
        about = {"goal_id": funding.id, "payer_id": viewer.pk, "quantity": quantity, "key": key}
        if self._try(contributions.contribute, **about, now=clock.now()):
            if paid := before - balance_of(user_id=viewer.pk):  # a repeat of the same key pays nothing
                transfer = Transfer.objects.filter(debit=viewer.pk, credit=funding.escrow_id).latest("created_at")
                self.purse.note(Payment(funding.id, viewer.pk, paid, clock.now(), transfer_id=transfer.pk))
        elif self._sells(viewer, funding):
            assert before < TICKET_PRICE * quantity, "a running show takes late buyers"

    def _sells(self, viewer: User, funding: Goal) -> bool:
        show = Goal.objects.filter(funding_goal=funding, ended_at=None, session__active=True)
        return show.exists() and not users.is_blocked(user_id=viewer.pk, streamer_id=funding.streamer_id)

    def make_show(self, funding: Goal, target: int, wait: float | None) -> None:
        nbf = None if wait is None else clock.now() + timedelta(seconds=wait)
        self._try(
            creation.create_show_goal, **self._about(funding.session, target), funding_goal_id=funding.id, nbf=nbf
        )

    def make_karaoke(self, session: Session, targets: list[int], wait: float | None) -> None:
        nbf = None if wait is None else clock.now() + timedelta(seconds=wait)
        levels = [{"title": f"Song {n}", "target": target} for n, target in enumerate(targets)]
        who = {"streamer_id": session.streamer_id, "session_id": session.id}
        self._try(creation.create_karaoke_goal, **who, levels=levels, nbf=nbf, now=clock.now())

    def replay(self, which: int) -> None:
        """Have the effects of something that happened done once more (architecture: replay)."""
        positions = list(EventRecord.objects.order_by("-position").values_list("position", flat=True)[: which + 1])
        with transaction.atomic():
            for position in positions[-1:]:
                enqueue(delivering.deliver_event, position=position)

    def meet(self, viewer: User, streamer: User, act: str) -> None:
        """Block the viewer, let them in again, or let them read what a client reads."""
        if act == "look":
            return self._look(viewer, self.session_of(streamer))
        if act == "let in":
            return self._try(users.unblock, streamer_id=streamer.pk, user_id=viewer.pk)
        if self._try(users.block, streamer_id=streamer.pk, user_id=viewer.pk, now=clock.now()):
            self._keep_from(viewer, streamer)
        return None

    def close_account(self, user: User, reopen: bool) -> None:
        """Close somebody's account, or open it again."""
        if reopen:
            users.reopen_account(user_id=user.pk)
            return
        users.close_account(user_id=user.pk, now=clock.now())
        if user in self.viewers:
            self._keep_from(user, None)
        else:
            self.witness.ending.update(Session.objects.filter(streamer=user).values_list("pk", flat=True))
        run_due()

    def _keep_from(self, viewer: User, streamer: User | None) -> None:
        """Note what a viewer is kept from: what is completed or on its way back is nothing of it."""
        paid_for = Goal.objects.filter(pk__in={each.goal_id for each in self.purse.payments})
        if streamer is not None:
            paid_for = paid_for.filter(streamer=streamer)
        self.purse.lose([goal.id for goal in paid_for if _is_owed(goal)], viewer.pk, clock.now())
        run_due()

    def _look(self, viewer: User, session: Session) -> None:
        for quality in QUALITIES:
            about = {"session_id": session.id, "user_id": viewer.pk, "quality": quality}
            self._try(stream_tokens.stream_token, **about, now=clock.now())
        embedded.read_all(sessions.get_session(session_id=session.id), viewer)
        for goal in selectors.goals():
            representation.goal_for(goal, user_id=viewer.pk)
        event_log.events_after(user_id=viewer.pk, cursor=event_log.Cursor(), limit=50)

    def _try(self, act: Callable[..., Any], **kwargs: Any) -> Any:
        """Do it, or see it refused: by a rule of the product, and with nothing changed.

        Whoever's account is closed has no token, and does nothing.
        """
        if users.is_closed(user_id=next(kwargs[name] for name in _WHO if name in kwargs)):
            return None
        before = _traces()
        try:
            return act(**kwargs) or True
        except DomainError as refusal:
            event(f"{act.__name__}: {refusal.code}")
            assert _traces() == before, f"{act.__name__} was refused and left something behind"
            return None

    def _answer(self, goal: Goal) -> dict[str, Any]:
        return {"goal_id": goal.id, "caller_id": goal.streamer_id, "triggerer": None, "now": clock.now()}

    def _about(self, session: Session, target: int) -> dict[str, Any]:
        return {
            "streamer_id": session.streamer_id,
            "session_id": session.id,
            "levels": [{"title": "Show", "target": target}],
            "ticket_product_id": TICKET,
            "ticket_product_type": "show",
            "now": clock.now(),
        }


def _is_owed(goal: Goal) -> bool:
    """Return whether what was paid for a goal is still to come, or goes on."""
    last = goal.show_goal or goal.exclusive_goal or goal
    waits = last.type == GoalType.FUNDING and last.outcome == Outcome.COMPLETED
    return last.ended_at is None or waits


def _traces() -> tuple[int, ...]:
    return tuple(rows.count() for rows in (EventRecord.objects, OutboxMessage.objects, Transfer.objects))
