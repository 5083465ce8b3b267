"""The privacy of those who pay: which members name them, and who may read which (spec sections 3 and 4).

The streamer and support read everything. A viewer who pays, or who invited, reads what is said
about themselves. Nobody else reads a name or the amount of one payer: neither other users, nor
the audience's channels, nor analytics.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from livestream.models import User

# Members that name payers, or one of them.
OF_PAYERS = ("payers", "breakdown_id", "breakdown")
# Members of an event that reveal the amount of one payer, or where in the list of payers a chunk is.
_OF_ONE_PAYMENT = ("amount", "first_payer", "last_payer", "transfer_id", "user_id")
# Members that name who invited, or is alone with the streamer: who is about to pay, or did.
_OF_INVITER = (("metadata", "triggered_by"), ("context", "exclusive_to"))

Document = TypeVar("Document", bound=Mapping[str, Any])


@dataclass(frozen=True, slots=True)
class Reader:
    """A user who reads, or without an id everybody."""

    user_id: str | None = None
    is_support: bool = False

    def reads_everything(self, *, streamer_id: str | None) -> bool:
        """Return whether this reader may read all that concerns a streamer's goals."""
        return self.is_support or (self.user_id is not None and self.user_id == streamer_id)

    def may_read_of(self, person_id: str, *, streamer_id: str | None) -> bool:
        """Return whether this reader may learn what this person pays the streamer for."""
        return self.user_id == person_id or self.reads_everything(streamer_id=streamer_id)


EVERYBODY = Reader()


def reader_of(user: User | None) -> Reader:
    """Return the user as a reader; None is everybody."""
    return Reader(user.pk, user.is_staff) if user else EVERYBODY


def without_inviter(document: Document, *, reader: Reader, streamer_id: str | None) -> Document:
    """Return a goal or an event's payload, without who invited unless the reader may know."""
    seen: dict[str, Any] = dict(document)
    for part, name in _OF_INVITER:
        members = seen.get(part) or {}
        inviter = members.get(name)
        if inviter is not None and not reader.may_read_of(inviter, streamer_id=streamer_id):
            seen[part] = {key: value for key, value in members.items() if key not in (name, f"{name}_name")}
    return cast("Document", seen)


def without_others(payload: Mapping[str, Any], *, reader: Reader, streamer_id: str | None) -> dict[str, Any]:
    """Return an event's payload as this reader may see it; what it says about their own money is left out, too."""
    if reader.reads_everything(streamer_id=streamer_id):
        return dict(payload)
    kept = {name: value for name, value in payload.items() if name not in OF_PAYERS + _OF_ONE_PAYMENT}
    return without_inviter(kept, reader=reader, streamer_id=streamer_id)


def countable(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event's payload for analytics, which counts and need not know whom.

    Nobody who pays is named in it. Where it said who paid what, `payer_count` is how many they were.
    """
    kept = {name: value for name, value in payload.items() if name not in OF_PAYERS}
    if payload.get("payers") is not None:
        kept["payer_count"] = len(payload["payers"])
    return without_inviter(kept, reader=EVERYBODY, streamer_id=None)
