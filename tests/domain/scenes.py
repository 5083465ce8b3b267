"""What is going on in a session when a life begins, so that it is short and still gets far."""

from __future__ import annotations

from collections.abc import Callable

from goals.models import Goal
from goals.types import GoalType
from sessions_app.models import Session
from tests.domain.pusher import stage_of
from tests.domain.world import World
from tests.support.outbox import pass_time, run_due


def nothing(world: World, session: Session) -> None:
    """A session that was only opened."""


def a_private_show_is_asked_for(world: World, session: Session) -> None:
    for viewer in world.viewers[:2]:
        world.invite(viewer, session, GoalType.TRIGGER_PRIVATE, 60, 60)


def a_private_show_is_on(world: World, session: Session) -> None:
    a_private_show_is_asked_for(world, session)
    world.agree(_newest(session))


def two_ask_for_a_1_on_1(world: World, session: Session) -> None:
    for viewer in world.viewers[:2]:
        world.invite(viewer, session, GoalType.TRIGGER_EXCLUSIVE, 60, 60)


def a_1_on_1_is_on(world: World, session: Session) -> None:
    two_ask_for_a_1_on_1(world, session)
    world.agree(_newest(session))
    _enter_stage(world, session)


def tickets_are_on_sale(world: World, session: Session) -> None:
    world.open_sale(session, 400, 30)
    world.buy(world.viewers[0], _newest(session), 2, None)


def tickets_were_sold(world: World, session: Session) -> None:
    tickets_are_on_sale(world, session)
    pass_time(world.moving, seconds=30)


def a_show_is_on(world: World, session: Session) -> None:
    tickets_were_sold(world, session)
    world.make_show(_newest(session), 60, None)
    _enter_stage(world, session)


def a_karaoke_is_on(world: World, session: Session) -> None:
    world.make_karaoke(session, [10, 60], None)
    _enter_stage(world, session)


SCENES: list[Callable[[World, Session], None]] = [
    nothing,
    a_private_show_is_asked_for,
    a_private_show_is_on,
    two_ask_for_a_1_on_1,
    a_1_on_1_is_on,
    tickets_are_on_sale,
    tickets_were_sold,
    a_show_is_on,
    a_karaoke_is_on,
]


def _newest(session: Session) -> Goal:
    return Goal.objects.filter(session=session).latest("created_at", "id")


def _enter_stage(world: World, session: Session) -> None:
    world.pusher.notice(stage_of(_newest(session).id), session.streamer_id, True)
    world.pusher.tell(-1)
    run_due()
