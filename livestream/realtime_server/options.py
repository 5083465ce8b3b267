"""What a realtime server is started with, and the limits that Pusher Channels documents."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes are bytes of UTF-8, times are seconds."""

    connections: int = 1_000
    subscriptions: int = 1_000
    """Of one connection."""
    members: int = 100
    """Of one presence channel."""
    user_id: int = 128
    user_info: int = 1_024
    event_data: int = 10_240
    event_name: int = 200
    message: int = 128 * 1024
    """Of one frame from a client: room for an event, escaped, and its envelope."""
    body: int = 2 * 1024 * 1024
    """Of one HTTP request: room for a batch of events, escaped."""
    channels: int = 100
    """Of one event."""
    batch: int = 10
    client_events: int = 10
    """Of one connection in a second."""
    unread: int = 1_000
    """Messages that wait for a client which does not read, before it is disconnected."""
    activity_timeout: float = 120
    pong_timeout: float = 30
    cached_channels: int = 1_000
    cache_seconds: float = 30 * 60
    webhooks: int = 10_000
    """That wait for their receiver."""


@dataclass(frozen=True, slots=True)
class Options:
    """The app, where it listens, and where its webhooks go.

    `leave_delay` is for how many seconds the webhook of a leave is held back; Pusher holds it for
    three, and a return within them sends nothing. `batch_delay` is for how many seconds events are
    gathered into one webhook; Pusher gathers for 0.25 seconds where batching is on.
    """

    app_id: str
    key: str
    secret: str = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 0
    webhook_url: str = ""
    leave_delay: float = 0
    batch_delay: float = 0
    limits: Limits = field(default_factory=Limits)
