"""Where clients reach the realtime server, by the settings."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

# The cluster that Pusher's libraries assume.
_USUAL_CLUSTER = "mt1"


@dataclass(frozen=True, slots=True)
class RealtimeAddress:
    """The public half of the settings. `host` is None where Pusher's own servers are used, which have a `cluster`."""

    key: str
    host: str | None
    port: int | None
    tls: bool
    cluster: str | None

    @property
    def origin(self) -> str:
        """The scheme, the host and the port of its WebSockets."""
        host = self.host or f"ws-{self.cluster}.pusher.com"
        port = f":{self.port}" if self.port else ""
        return f"{'wss' if self.tls else 'ws'}://{host}{port}"

    @property
    def websocket_url(self) -> str:
        """The address to connect to, with version 7 of the protocol."""
        return f"{self.origin}/app/{self.key}?protocol=7"


def realtime_address() -> RealtimeAddress | None:
    """Return the address of the realtime server; None where pushes are only stored."""
    if settings.PUSHER_PROVIDER == "local" or not settings.PUSHER_KEY:
        return None
    host, port, tls = settings.PUSHER_HOST or None, settings.PUSHER_PORT, settings.PUSHER_SSL
    if settings.PUSHER_PUBLIC_HOST:
        host, port, tls = settings.PUSHER_PUBLIC_HOST, settings.PUSHER_PUBLIC_PORT, settings.PUSHER_PUBLIC_SSL
    return RealtimeAddress(
        key=settings.PUSHER_KEY,
        host=host,
        port=port,
        tls=tls,
        cluster=None if host else settings.PUSHER_CLUSTER or _USUAL_CLUSTER,
    )
