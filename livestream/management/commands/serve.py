"""`manage.py serve`: the whole product in one process."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from livestream.command_line import one_process, realtime
from livestream.command_line.one_process import listening_on
from livestream.storage import limits

if TYPE_CHECKING:
    from livestream.realtime_server.server import RealtimeServer


class Command(BaseCommand):
    """For one machine; on many, run the web server, `rundramatiq` and `relay` apart."""

    help = "Serve web, worker and relay in one process."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=settings.PORT)
        parser.add_argument(
            "--prepare", action="store_true", help="migrate first, and make the local profile's demo users"
        )

    def handle(self, **options: Any) -> None:
        host, port = options["host"], options["port"]
        # Another server may be at work on this database: it must be left as it is.
        with listening_on(host, port):
            socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
        with self._realtime(host, port) as realtime_server:
            if options["prepare"]:
                self._prepare()
            with listening_on(host, port), suppress(KeyboardInterrupt):  # later, the web server takes it as its end
                one_process.serve(
                    host=host, port=port, on_ready=lambda: self._announce(f"http://{host}:{port}", realtime_server)
                )
        self.stdout.write("stopped")

    @contextmanager
    def _realtime(self, host: str, port: int) -> Iterator[RealtimeServer | None]:
        """Serve the Pusher protocol meanwhile, where the settings name no other server."""
        if not settings.REALTIME_SERVER:
            yield None
            return
        with listening_on(realtime.HOST, settings.REALTIME_PORT):
            server = realtime.make_server(port=settings.REALTIME_PORT, web_host=host, web_port=port)
        with server:
            yield server

    def _prepare(self) -> None:
        """Do here what would be commands of their own: each would load the whole product again."""
        self.stdout.write("» Migrating the database")
        with limits.lifted():
            call_command("migrate", interactive=False)
        if getattr(settings, "LOCAL_PROFILE", False):
            self.stdout.write("» Making the demo users")
            call_command("demo_users")

    def _announce(self, address: str, realtime_server: RealtimeServer | None) -> None:
        pushes = (
            f"ws://{realtime.HOST}:{realtime_server.port} (key {settings.PUSHER_KEY})"
            if realtime_server
            else f"by the provider {settings.PUSHER_PROVIDER}"
        )
        page = f"  console {address}/\n" if settings.CONSOLE else ""
        self.stdout.write(
            f"Livestream is on {address} (process {os.getpid()}; stop with Ctrl-C)\n"
            f"{page}"
            f"  docs   {address}/docs\n  admin  {address}/admin/\n"
            f"  pushes {pushes}\n"
            f"  state  {settings.LIVESTREAM_VAR}",
        )
        self.stdout.flush()
