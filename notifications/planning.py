"""Which pushes travel together, so that few calls are made and no channel's order changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from notifications.models import Push
from notifications.provider import LARGEST_BATCH


def calls(pushes: Iterable[Push]) -> Iterator[list[Push]]:
    """Divide pushes into the calls that send them, one after the other.

    A call holds ten entries, and a push counts once for each of its channels. A push for more
    channels than that has a call of its own, since one event may go to a hundred of them.
    """
    together: list[Push] = []
    entries = 0
    for push in pushes:
        if together and entries + len(push.channels) > LARGEST_BATCH:
            yield together
            together, entries = [], 0
        together.append(push)
        entries += len(push.channels)
    if together:
        yield together
