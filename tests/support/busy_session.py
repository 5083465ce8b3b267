"""One session in which everything happens, as people and Pusher bring it about."""

from __future__ import annotations

from contextlib import suppress

from goals.errors import BlockedByStreamer
from goals.models import Goal
from goals.types import GoalType
from livestream import clock, users
from livestream.models import User
from sessions_app.models import Session
from sessions_app.services import ending
from tests.domain.pusher import Pusher, stage_of, stream_of
from tests.support.endings import SONGS, cancel, make_karaoke, offering_session
from tests.support.invitations import agree, disagree, exclusive_of, invite
from tests.support.outbox import pass_time, run_due
from tests.support.people import make_funding, make_show, make_user
from tests.support.shows import buy
from tests.support.stage import PATIENCE

TICKET = 200


class BusySession:
    """A streamer, four viewers with 5,000 coins, and all that they do to one another."""

    def __init__(self, moving: clock.MovableClock) -> None:
        self.moving, self.pusher = moving, Pusher()
        self.session: Session = offering_session()
        self.streamer: User = self.session.streamer
        self.viewers = [make_user(coins=5000) for _ in range(4)]

    def everything_before_the_show(self) -> None:
        """Karaoke, refusals, a 1-on-1 that is cut short, and a private show."""
        self._come_online()
        self._sing()
        self._decline_and_cut_short()
        self._wait(301)
        self._play_in_private()
        self._block()
        self._close_an_account()

    def a_show_begins(self) -> Goal:
        """Sell tickets, one of them late, and let the streamer come on stage for the show."""
        show = self._funded_show(self.viewers[:3])
        self._on_stage(show, seconds=20)
        buy(show.funding_goal, self.viewers[2])
        run_due()
        return show

    def everything_until_the_end(self, show: Goal) -> None:
        """Play the show to its end, cut another one short, miss a target, end the session."""
        self._wait(40)
        self._leave(show)
        missed = make_funding(self.session, target=10_000, seconds=30)
        buy(missed, self.viewers[0])
        self._wait(31)
        short = self._funded_show(self.viewers[:2])
        self._on_stage(short, seconds=10)
        cancel(short)
        make_karaoke(self.session)
        invite(self.session, self.viewers[1])
        ending.end_session(session_id=self.session.id, caller_id=self.streamer.pk, now=clock.now())
        self._wait(3 * 60 * 60)

    def _wait(self, seconds: float) -> None:
        run_due()
        pass_time(self.moving, seconds=seconds)

    def _come_online(self) -> None:
        stream = stream_of(self.streamer.pk)
        for user in (self.streamer, *self.viewers):
            self.pusher.notice(stream, user.pk, True)
        self._wait(1)
        self.pusher.notice(stream, self.streamer.pk, False)
        self._wait(10)
        self.pusher.notice(stream, self.streamer.pk, True)
        self.pusher.notice(stream, self.viewers[3].pk, False)
        self._wait(1)

    def _on_stage(self, goal: Goal, *, seconds: float) -> None:
        run_due()
        self.pusher.notice(stage_of(goal.id), self.streamer.pk, True)
        self._wait(seconds)

    def _leave(self, goal: Goal) -> None:
        self.pusher.notice(stage_of(goal.id), self.streamer.pk, False)
        self.pusher.repeat(-1)
        run_due()

    def _sing(self) -> None:
        goal = make_karaoke(self.session)
        self._on_stage(goal, seconds=SONGS[0]["target"])
        self._leave(goal)
        self._wait(5)
        self._on_stage(goal, seconds=SONGS[1]["target"])

    def _decline_and_cut_short(self) -> None:
        disagree(invite(self.session, self.viewers[0]))
        chosen, _ = (invite(self.session, viewer, kind=GoalType.TRIGGER_EXCLUSIVE) for viewer in self.viewers[1:3])
        agree(chosen)
        exclusive = exclusive_of(chosen)
        self._on_stage(exclusive, seconds=20)
        cancel(exclusive)
        disagree(invite(self.session, self.viewers[3], kind=GoalType.TRIGGER_EXCLUSIVE))
        run_due()

    def _play_in_private(self) -> None:
        goal = invite(self.session, self.viewers[0])
        invite(self.session, self.viewers[2])
        agree(goal)
        self._wait(goal.prepaid_duration + PATIENCE + 1)

    def _block(self) -> None:
        users.block(streamer_id=self.streamer.pk, user_id=self.viewers[3].pk, now=clock.now())
        with suppress(BlockedByStreamer):
            invite(self.session, self.viewers[3])

    def _close_an_account(self) -> None:
        leaving, funding = make_user(coins=5000), make_funding(self.session)
        buy(funding, leaving)
        users.close_account(user_id=leaving.pk, now=clock.now())
        run_due()
        cancel(funding)

    def _funded_show(self, buyers: list[User]) -> Goal:
        funding = make_funding(self.session, target=TICKET * len(buyers))
        for buyer in buyers:
            buy(funding, buyer)
        self._wait(1)
        funding.refresh_from_db()
        return make_show(funding)
