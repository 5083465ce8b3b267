"""Tables of the ground floor."""

from livestream.models.event import EventEpoch, EventRecord, ReceiverRun
from livestream.models.idempotency import IdempotencyRecord
from livestream.models.outbox import OutboxMessage
from livestream.models.sign_in import SignIn
from livestream.models.tracked_event import TrackedEvent
from livestream.models.user import User, UserTag
from livestream.models.view_version import ViewVersion

__all__ = [
    "EventEpoch",
    "EventRecord",
    "IdempotencyRecord",
    "OutboxMessage",
    "ReceiverRun",
    "SignIn",
    "TrackedEvent",
    "User",
    "UserTag",
    "ViewVersion",
]
