"""Four flows of money: a show that is paid out, one that is refunded, a private show and a 1-on-1 that are split."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from goals.demo import create_ticket_products
from goals.models import Goal
from goals.types import GoalType
from livestream import clock
from livestream.models import EventRecord, User
from sessions_app.models import Session
from sessions_app.services import ending
from tests.crashes.player import Player
from tests.support.endings import offering_session
from tests.support.invitations import agree, end, invite
from tests.support.people import make_funding, make_show, make_user
from tests.support.shows import buy
from tests.support.stage import PATIENCE, come_online, go_on_stage, leave_stage
from wallet.models import Transfer

Flow = Callable[[Player], None]
COINS = 1000
# Longer than any lease and any pause after a failure: what a fault interrupted is done before people go on.
_A_WHILE = 10
_A_SHOW = 60


def show_paid_out(player: Player) -> None:
    """Sell a show to three, perform it to its end, and have it paid out."""
    session, viewers = _house(viewers=3)
    show = _sold_show(player, session, viewers)
    _enter_stage(player, show)
    player.wait(seconds=_A_SHOW + PATIENCE)
    _over(player, session)


def show_refunded(player: Player) -> None:
    """Sell a show to five, perform ten seconds of it, and refund everybody in chunks."""
    session, viewers = _house(viewers=5)
    show = _sold_show(player, session, viewers)
    _enter_stage(player, show)
    player.wait(seconds=_A_WHILE)
    player.act(partial(leave_stage, show, source="left"), done=lambda: _heard("left"))
    player.wait(seconds=_A_WHILE)
    _end(player, show)
    _over(player, session)


def private_show_split(player: Player) -> None:
    """Invite to a private show, join it, agree, and end it after twenty seconds."""
    session, (inviting, joining) = _house(viewers=2)
    player.act(partial(come_online, session.streamer_id, source="2000000"), done=lambda: _heard("2000000"))
    player.wait(seconds=_A_WHILE)
    for viewer in (inviting, joining):
        _invite(player, session, viewer, GoalType.TRIGGER_PRIVATE)
    goal = Goal.objects.get(type=GoalType.TRIGGER_PRIVATE)
    _agree(player, goal)
    player.wait(seconds=2 * _A_WHILE)
    _end(player, goal)
    _over(player, session)


def one_on_one_split(player: Player) -> None:
    """Invite to a 1-on-1, agree, perform twenty seconds of it, and end it."""
    session, [viewer] = _house(viewers=1)
    _invite(player, session, viewer, GoalType.TRIGGER_EXCLUSIVE)
    _agree(player, Goal.objects.get(type=GoalType.TRIGGER_EXCLUSIVE))
    player.wait(seconds=_A_WHILE)
    goal = Goal.objects.get(type=GoalType.EXCLUSIVE)
    _enter_stage(player, goal)
    player.wait(seconds=2 * _A_WHILE)
    _end(player, goal)
    _over(player, session)


FLOWS: dict[str, Flow] = {
    each.__name__: each for each in (show_paid_out, show_refunded, private_show_split, one_on_one_split)
}


def _house(*, viewers: int) -> tuple[Session, list[User]]:
    create_ticket_products()
    return offering_session(), [make_user(coins=COINS) for _ in range(viewers)]


def _sold_show(player: Player, session: Session, viewers: list[User]) -> Goal:
    """Sell one ticket to each until all are sold, and make the show."""
    target = 200 * len(viewers)
    player.act(partial(make_funding, session, target=target), done=lambda: _exists(GoalType.FUNDING))
    sale = Goal.objects.get(type=GoalType.FUNDING)
    for viewer in viewers:
        # A viewer who gets no answer repeats the purchase with the same key.
        player.act(partial(buy, sale, viewer, key="mine"), done=lambda: False)
        player.wait(seconds=_A_WHILE)
    sale.refresh_from_db()
    player.act(partial(make_show, sale, target=_A_SHOW), done=lambda: _exists(GoalType.SHOW))
    player.wait(seconds=_A_WHILE)
    return Goal.objects.get(type=GoalType.SHOW)


def _enter_stage(player: Player, goal: Goal) -> None:
    player.act(partial(go_on_stage, goal, source="entered"), done=lambda: _heard("entered"))


def _invite(player: Player, session: Session, viewer: User, kind: GoalType) -> None:
    paid = Transfer.objects.filter(kind=Transfer.Kind.HOLD, debit_id=viewer.pk)
    player.act(partial(invite, session, viewer, kind=kind), done=paid.exists)
    player.wait(seconds=_A_WHILE)


def _agree(player: Player, goal: Goal) -> None:
    player.act(partial(agree, goal), done=lambda: Goal.objects.get(pk=goal.pk).agreed_at is not None)


def _end(player: Player, goal: Goal) -> None:
    player.act(partial(end, goal), done=lambda: Goal.objects.get(pk=goal.pk).ended_at is not None)
    player.wait(seconds=_A_WHILE)


def _over(player: Player, session: Session) -> None:
    """End the session, and wait until nothing is left to be done."""
    player.wait(seconds=_A_WHILE)
    player.act(
        lambda: ending.deactivate_session(session_id=session.id, now=clock.now()),
        done=lambda: not Session.objects.get(pk=session.pk).active,
    )
    player.wait_until_quiet()


def _exists(kind: GoalType) -> bool:
    return Goal.objects.filter(type=kind).exists()


def _heard(source: str) -> bool:
    return EventRecord.objects.filter(payload__source=source).exists()
