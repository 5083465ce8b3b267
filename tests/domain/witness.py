"""Somebody who reads the log as it grows, and holds every performed second against the stage."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import pairwise

from goals.endings import EndedBecause
from goals.models import Goal, PerformanceMark
from goals.rules import lives_until
from goals.types import PERFORMED, GoalType
from livestream.models import EventRecord
from tests.domain.pusher import Pusher, Told

# An invitation ends for these where nobody is left who paid for it, or its streamer is gone for good.
LEFT_BY_ALL = (EndedBecause.WITHDRAWN, EndedBecause.BLOCKED, EndedBecause.ACCOUNT_CLOSED)
_CHANNEL_EVENTS = ("channel_occupied", "channel_vacated")


class Witness:
    """Knows what was told of each stage so far, in the order in which it was taken up."""

    def __init__(self, pusher: Pusher) -> None:
        self.pusher = pusher
        self.position = 0
        self.published: Counter[Told] = Counter()
        self.rooms: dict[str, list[Told]] = defaultdict(list)
        self.endings: Counter[str] = Counter()
        self.ending: set[str] = set()
        self.declined: set[str] = set()
        self.withdrawn: set[str] = set()

    def read_on(self) -> None:
        """Check what the log says since the last time."""
        for record in EventRecord.objects.filter(position__gt=self.position).order_by("position"):
            self.position = record.position
            if record.name in _CHANNEL_EVENTS:
                self._note(record)
            elif record.name == "goal.ended":
                self._check_ended(record)
                self._check_answered(record)
            elif record.name == "session.ended":
                self._check_left(record)
            elif record.name == "goal.progressed" and _is_performed(record):
                progress, true = record.payload["progress"], self.seconds(record)
                assert progress <= true, f"{record.goal_id} has {progress} seconds, {true} are true"

    def seconds(self, record: EventRecord) -> int:
        """Return the seconds that are true of the goal, as far as was told before this event."""
        goal = Goal.objects.select_related("session", "streamer").get(pk=record.goal_id)
        in_stream = goal.type == GoalType.TRIGGER_PRIVATE
        began = goal.agreed_at if in_stream else goal.started_at
        if began is None:
            return 0
        ends = [record.occurred_at, _parse(record.payload["exp"])]
        if goal.session.ended_at:
            ends.append(lives_until(goal_type=goal.type, ended_at=goal.session.ended_at))
        room = self.rooms[goal.streamer_id if in_stream else goal.id]
        told = [t for t in room if t.user_id in (goal.streamer_id, None)]  # an empty channel lacks the streamer, too
        end = min(each for each in ends if each)
        return _on_stage(_with_answers(goal, told), began, end, goal.session.ended_at) // timedelta(seconds=1)

    def _note(self, record: EventRecord) -> None:
        said = record.payload
        told = Told(said["channel"], said["user_id"], record.name == "channel_occupied", _parse(said["time"]))
        self.published[told] += 1
        assert self.published[told] <= self.pusher.told[told], f"{told} was taken up twice"
        self.rooms[said["subject_id"]].append(told)

    def _check_ended(self, record: EventRecord) -> None:
        self.endings[record.goal_id] += 1
        assert self.endings[record.goal_id] == 1, f"{record.goal_id} ended twice"
        if record.payload["type"] in PERFORMED and record.payload["levels"]:
            target = record.payload["levels"][-1]["target"]
            progress, true = record.payload["progress"], min(self.seconds(record), target)
            # A karaoke counts no second in which something that is paid for is performed.
            right = progress <= true if record.payload["type"] == GoalType.KARAOKE else progress == true
            assert right, f"{record.goal_id} ended with {progress} seconds, {true} are true"

    def _check_answered(self, record: EventRecord) -> None:
        """An invitation ends when it is answered or overdue, or nobody can answer it any more."""
        goal = Goal.objects.select_related("session").get(pk=record.goal_id)
        if (
            goal.type not in (GoalType.TRIGGER_PRIVATE, GoalType.TRIGGER_EXCLUSIVE)
            or goal.agreed_at
            or goal.id in self.declined
        ):
            return
        created = EventRecord.objects.get(name="goal.created", goal_id=goal.id)
        others = Goal.objects.filter(
            session=goal.session, type=GoalType.TRIGGER_EXCLUSIVE, agreed_at__gte=goal.created_at
        )
        if goal.ended_because in LEFT_BY_ALL:
            return  # the purse knows who left
        overdue = _parse(created.payload["exp"]) <= record.occurred_at
        assert overdue or goal.session.ended_at or others.exists(), f"{goal} ended for nothing"

    def _check_left(self, record: EventRecord) -> None:
        """A session ends when its streamer says so, or has left and not come back."""
        told = [t for t in self.rooms[record.user_id] if t.user_id in (record.user_id, None)]
        last = sorted(told, key=lambda t: t.at)[-1:]
        assert record.session_id in self.ending or (last and not last[0].joined), "its streamer is there"


def _is_performed(record: EventRecord) -> bool:
    """Return whether the progress of this event is seconds: that of an invitation is not, until it is agreed to."""
    return record.payload["type"] in PERFORMED and bool(record.payload["levels"])


def _with_answers(goal: Goal, told: list[Told]) -> list[Told]:
    """Return what was told, and what followed from answers and from leaving the stream.

    A webhook about the streamer says better than an answer when they left; an empty stream does not.
    """
    marks = PerformanceMark.objects.filter(goal=goal, in_time=True)
    unsaid = [m for m in marks if m.source.startswith(("asked:", "gone:"))]
    answers = {Told(m.source, goal.streamer_id, m.joined, m.at) for m in unsaid}
    found = sorted([*told, *answers], key=lambda t: t.at)
    kept = []
    for each, following in pairwise([*found, None]):
        leaves = following is not None and not following.joined and following.user_id is not None
        corrected = leaves and following not in answers
        if not (each in answers and not each.joined and each.channel.startswith("asked:") and corrected):
            kept.append(each)
    return kept


def _on_stage(told: list[Told], start: datetime, end: datetime, opens_until: datetime | None) -> timedelta:
    """Cut the time at each coming and going, and ask of each piece what was last said before it."""
    counting = [t for t in told if not (t.joined and opens_until and max(t.at, start) > opens_until)]
    cuts = sorted({start, max(start, end)} | {t.at for t in counting if start < t.at < end})
    return sum((b - a for a, b in pairwise(cuts) if _is_on(counting, a)), timedelta())


def _is_on(told: list[Told], at: datetime) -> bool:
    before = sorted((t for t in told if t.at <= at), key=lambda t: t.at)
    return bool(before) and before[-1].joined


def _parse(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
