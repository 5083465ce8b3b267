"""Whatever people, Pusher, workers and time do, in whatever order, the promises hold.

`WHOLE_LIFE=1000` plays a thousand lives, other ones each time; without it a few, always the same, and fewer on
PostgreSQL, where a step takes longer.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from goals.types import GoalType
from sessions_app.models import Session
from tests.domain import promises
from tests.domain.pusher import stage_of, stream_of
from tests.domain.scenes import SCENES
from tests.domain.world import INVITATIONS, STAGED, STREAMERS, VIEWERS, World
from tests.support.outbox import next_eta, pass_time, run_due
from tests.support.rounds import rounds

LIVES = os.environ.get("WHOLE_LIFE")

streamers = st.integers(0, STREAMERS - 1)
viewers = st.integers(0, VIEWERS - 1)
which = st.integers(0, 3)
flags = st.booleans()
waits = st.sampled_from([0.25, 1, 7.5, 30, 59.999, 60, 120, 301, 600])
outages = st.sampled_from([30, 119, 301, 1801, 8000])
lengths = st.sampled_from([1, 10, 60, 90])
comings = st.lists(flags, min_size=1, max_size=3)


class WholeLife(RuleBasedStateMachine):
    """Each rule is something that happens. What the product refuses must have changed nothing."""

    @initialize(scenes=st.tuples(*[st.sampled_from(SCENES)] * STREAMERS), seed=st.integers(0, 9))
    def begin(self, scenes: tuple[Callable[[World, Session], None], ...], seed: int) -> None:
        self.world = World(seed)
        for n, scene in enumerate(scenes):
            scene(self.world, self.session(n))

    def session(self, n: int) -> Session:
        return self.world.session_of(self.world.streamers[n])

    @rule(n=streamers, act=st.sampled_from(["go live", "open", "open", "make private", "make cheap", "end"]))
    def a_streamer_changes_a_session(self, n: int, act: str) -> None:
        self.world.change(self.session(n), act)

    @rule(
        v=viewers,
        n=streamers,
        kind=st.sampled_from([GoalType.TRIGGER_PRIVATE, GoalType.TRIGGER_EXCLUSIVE]),
        duration=st.sampled_from([60, 61, 120]),
        seconds=st.sampled_from([0, 60, 1000]),
    )
    def a_viewer_invites(self, v: int, n: int, kind: GoalType, duration: int, seconds: int) -> None:
        self.world.invite(self.world.viewers[v], self.session(n), kind, duration, seconds)

    @precondition(lambda self: self.world.pick(0, *INVITATIONS))
    @rule(n=which, agree=flags)
    def a_streamer_answers(self, n: int, agree: bool) -> None:
        goal = self.world.pick(n, *INVITATIONS)
        self.world.agree(goal) if agree else self.world.disagree(goal)

    @precondition(lambda self: self.world.pick(0))
    @rule(n=which)
    def a_streamer_cancels(self, n: int) -> None:
        self.world.cancel(self.world.pick(n))

    @rule(n=streamers, coins=st.sampled_from([200, 600]), seconds=waits)
    def tickets_are_put_on_sale(self, n: int, coins: int, seconds: float) -> None:
        self.world.open_sale(self.session(n), coins, seconds)

    @precondition(lambda self: self.world.pick(0, "funding"))
    @rule(v=viewers, n=which, quantity=st.integers(1, 3), key=st.none() | st.just("again"))
    def a_viewer_buys(self, v: int, n: int, quantity: int, key: str | None) -> None:
        self.world.buy(self.world.viewers[v], self.world.pick_sold(n), quantity, key)

    @precondition(lambda self: self.world.pick(0, "funding"))
    @rule(n=which, length=lengths, wait=st.none() | waits)
    def a_show_is_made(self, n: int, length: int, wait: float | None) -> None:
        self.world.make_show(self.world.pick_sold(n), length, wait)

    @rule(n=streamers, songs=st.lists(lengths, min_size=1, unique=True).map(sorted), wait=st.none() | waits)
    def a_karaoke_is_made(self, n: int, songs: list[int], wait: float | None) -> None:
        self.world.make_karaoke(self.session(n), songs, wait)

    @precondition(lambda self: self.world.pick(0, *STAGED))
    @rule(n=which, comings=comings, ahead=st.sampled_from([0, 0, -20, 5]), at_once=flags)
    def a_streamer_comes_on_stage_or_leaves_it(self, n: int, comings: list[bool], ahead: int, at_once: bool) -> None:
        goal = self.world.pick(n, *STAGED)
        self.world.pusher.notice(stage_of(goal.id), goal.streamer_id, *comings, ahead=ahead, at_once=at_once)

    @rule(n=streamers, comings=comings, at_once=flags)
    def a_streamer_comes_online_or_leaves(self, n: int, comings: list[bool], at_once: bool) -> None:
        streamer = self.world.streamers[n].pk
        self.world.pusher.notice(stream_of(streamer), streamer, *comings, at_once=at_once)

    @precondition(lambda self: self.world.pick(0, *INVITATIONS))
    @rule(v=viewers, n=which)
    def a_viewer_takes_an_invitation_back(self, v: int, n: int) -> None:
        self.world.withdraw(self.world.viewers[v], self.world.pick(n, *INVITATIONS))

    @rule(v=viewers, n=which)
    def a_viewer_gives_a_ticket_back(self, v: int, n: int) -> None:
        self.world.give_back(self.world.viewers[v], n)

    @precondition(lambda self: self.world.pick(0, "funding"))
    @rule(n=which)
    def a_sale_is_called_off(self, n: int) -> None:
        self.world.cancel(self.world.pick_sold(n))

    @rule(n=st.integers(0, STREAMERS + VIEWERS - 1), reopen=flags)
    def an_account_is_closed_or_opened_again(self, n: int, reopen: bool) -> None:
        self.world.close_account([*self.world.streamers, *self.world.viewers][n], reopen)

    @rule(n=streamers, on_stage=flags)
    def a_channel_is_empty(self, n: int, on_stage: bool) -> None:
        streamer = self.world.streamers[n].pk
        goal = self.world.pick(n, *STAGED) if on_stage else None
        channel = stage_of(goal.id) if goal else stream_of(streamer)
        self.world.pusher.empty(channel, goal.streamer_id if goal else streamer)

    @rule(answers=flags)
    def the_realtime_server_answers_or_not(self, answers: bool) -> None:
        self.world.pusher.answers = answers
        self.world.pusher.lose()

    @rule(n=which, late=flags)
    def pusher_tells(self, n: int, late: bool) -> None:
        self.world.pusher.tell(n) if late else self.world.pusher.repeat(n)

    @rule(seconds=waits)
    def time_passes(self, seconds: float) -> None:
        pass_time(self.world.moving, seconds=seconds)
        promises.check_caught_up(self.world)

    @rule(seconds=outages)
    def time_passes_without_workers(self, seconds: float) -> None:
        self.world.moving.advance(seconds=seconds)

    @rule(early=st.sampled_from([0, 0, 0.001, 1]))
    def time_passes_until_something_is_due(self, early: float) -> None:
        moving = self.world.moving
        moving.move_to(max(moving.at, (next_eta(after=moving.at) or moving.at) - timedelta(seconds=early)))

    @rule()
    def workers_do_what_is_due(self) -> None:
        run_due()
        promises.check_caught_up(self.world)

    @rule(v=viewers, n=streamers, act=st.sampled_from(["block", "let in", "look", "replay"]), ago=st.integers(0, 99))
    def something_else_happens(self, v: int, n: int, act: str, ago: int) -> None:
        viewer, streamer = self.world.viewers[v], self.world.streamers[n]
        self.world.replay(ago) if act == "replay" else self.world.meet(viewer, streamer, act)

    @invariant()
    def nothing_is_lost(self) -> None:
        promises.check_always(self.world)

    def teardown(self) -> None:
        """Let everything come to rest, and look once more."""
        try:
            for user in [*self.world.streamers, *self.world.viewers]:
                self.world.close_account(user, reopen=True)
            for session in Session.objects.filter(active=True):
                self.world.change(session, "end")
            pass_time(self.world.moving, seconds=promises.LONG_ENOUGH)
            promises.check_the_end(self.world)
        finally:
            self.world.close()


@pytest.mark.django_db
def test_the_promises_hold_through_a_whole_life() -> None:
    how = settings(
        max_examples=int(LIVES or (rounds(20, few=3) if connection.vendor == "sqlite" else rounds(5, few=1))),
        stateful_step_count=30,
        deadline=None,
        derandomize=not LIVES,
        print_blob=True,
        database=None,
        phases=[Phase.generate] if LIVES else [Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(WholeLife, settings=how)
