"""Shows to be recorded, and the vendor's side of it."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from livestream import clock
from livestream.events.contracts import GOAL_COMPLETED, GOAL_ENDED, GOAL_STARTED
from livestream.events.registry import acting_receivers
from livestream.models import EventRecord
from sessions_app.models import Recording
from tests.sessions_app.shows import CLASSES, goal_event
from tests.support.outbox import work_while
from tests.support.people import make_source

ROOM = "room1"
RTC = {"BanRoomUser", "StartRecord", "StopRecord"}
_UNCHANGED = ("session_id", "streamer_id", "levels", "conditions", "context", "metadata")


class Show:
    """A show as this floor hears of it: events of a goal in a session, which other floors do not hear."""

    def __init__(self, session):
        self.session = session
        self._started = goal_event(GOAL_STARTED, streamer_id=session.streamer_id, session_id=session.id)
        self.id = self._started.goal_id

    def start(self):
        self._tell(GOAL_STARTED)

    def complete(self):
        """Reach its target; a show that did is ended by it."""
        self._tell(GOAL_COMPLETED, level=1)
        self._tell(GOAL_ENDED, level=1)

    def reach(self):
        """Reach its target, of which alone one has heard so far."""
        self._tell(GOAL_COMPLETED, level=1)

    def miss(self):
        """End unreached."""
        self._tell(GOAL_ENDED)

    @property
    def kwargs(self):
        return {"goal_id": self.id, "session_id": self.session.id, "streamer_id": self.session.streamer_id}

    @property
    def recording(self):
        return Recording.objects.get(pk=self.id)

    def _tell(self, signal, level=0):
        facts = {name: getattr(self._started, name) for name in _UNCHANGED}
        event = CLASSES[signal](
            goal_id=self.id, type="show", active=signal is GOAL_STARTED, progress=601 * level, level=level, **facts
        )
        with transaction.atomic():
            EventRecord.objects.create(
                event_id=event.event_id,
                name=signal.name,
                payload=event.as_json(),
                goal_id=self.id,
                occurred_at=clock.now(),
            )
            for receiver in acting_receivers(signal, event):
                if receiver.name == "record_show_with_rtc":
                    receiver.function(event)


def broadcast_through_byteplus(streamer_id, room_id=ROOM):
    """Give a streamer a source of this vendor."""
    metadata = {"room_id": room_id} if room_id else None
    return make_source(user_id=streamer_id, provider="byteplus", metadata=metadata, now=clock.now())


def work(moving=None, *, after=0.0):
    """Let some seconds pass, then do what is due; what the vendor fails is tried once."""
    if moving is not None:
        moving.advance(seconds=after)
    work_while(failing=RTC)


def until(recording):
    """Return how long a recording may last, in seconds."""
    return (recording.until - recording.created_at) / timedelta(seconds=1)
