"""The stage of a demo: how the server learns that the streamer comes and goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from livestream.demo.channels import ChannelClient
from livestream.demo.people import Person


class Stage(Protocol):
    """The streamer enters and leaves the channels of a goal and of their stream."""

    def enters(self, *, goal_id: str, user_id: str) -> None: ...

    def leaves(self, *, goal_id: str, user_id: str) -> None: ...

    def enters_stream(self, *, streamer_id: str) -> None: ...

    def leaves_stream(self, *, streamer_id: str) -> None: ...

    def repeats(self) -> None:
        """Report the last of these again."""
        ...

    def close(self) -> None:
        """Leave everything."""
        ...


class ChannelStage:
    """Joins and leaves real channels, as an app does; `repeating` sends the last change again as a webhook."""

    def __init__(self, *, performer: Person, address: str, repeating: Stage) -> None:
        self._client = ChannelClient(
            address=address, auth_url=f"{performer.server.address}/notify/pusher/auth", headers=performer.headers
        )
        self._repeating = repeating
        self._repeat: Callable[[], None] = lambda: None

    def enters(self, *, goal_id: str, user_id: str) -> None:
        """Join the channel of a goal."""
        self._client.join(f"presence-enc-goal@{goal_id}")
        self._repeat = lambda: self._repeating.enters(goal_id=goal_id, user_id=user_id)

    def leaves(self, *, goal_id: str, user_id: str) -> None:
        """Leave it."""
        self._client.leave(f"presence-enc-goal@{goal_id}")
        self._repeat = lambda: self._repeating.leaves(goal_id=goal_id, user_id=user_id)

    def enters_stream(self, *, streamer_id: str) -> None:
        """Join the channel of the streamer's own stream."""
        self._client.join(f"presence-stream@{streamer_id}")
        self._repeat = lambda: self._repeating.enters_stream(streamer_id=streamer_id)

    def leaves_stream(self, *, streamer_id: str) -> None:
        """Leave it."""
        self._client.leave(f"presence-stream@{streamer_id}")
        self._repeat = lambda: self._repeating.leaves_stream(streamer_id=streamer_id)

    def repeats(self) -> None:
        """Send a second webhook about the last change, as a realtime server does that is not sure."""
        self._repeat()

    def close(self) -> None:
        """Disconnect."""
        self._client.close()
