"""A local realtime server by the settings, whose library is loaded only when the server is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from livestream.realtime_server.options import Options

if TYPE_CHECKING:
    from livestream.realtime_server.server import RealtimeServer

HOST = "127.0.0.1"
_ANY_ADDRESS = ("0.0.0.0", "::", "")  # noqa: S104 - nothing is bound to it here


def make_server(*, port: int, web_host: str, web_port: int) -> RealtimeServer:
    """Bind a server whose webhooks go to the service at `web_host`:`web_port`.

    Raises OSError where the port is taken.
    """
    from livestream.realtime_server.server import RealtimeServer

    host = HOST if web_host in _ANY_ADDRESS else web_host
    options = Options(
        app_id=settings.PUSHER_APP_ID,
        key=settings.PUSHER_KEY,
        secret=settings.PUSHER_SECRET,
        host=HOST,
        port=port,
        webhook_url=f"http://{f'[{host}]' if ':' in host else host}:{web_port}/notify/pusher",
        leave_delay=settings.REALTIME_LEAVE_DELAY,
        batch_delay=settings.REALTIME_BATCH_DELAY,
    )
    return RealtimeServer(options)
