"""`manage.py serve`: the whole product in one process."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from livestream.command_line import one_process
from livestream.storage import limits


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
        if options["prepare"]:
            # Another server may be at work on this database: it must be left as it is.
            with _listening_on(host, port):
                socket.create_server((host, port)).close()
            self._prepare()
        with _listening_on(host, port), suppress(KeyboardInterrupt):  # later, the web server takes it as its end
            one_process.serve(host=host, port=port, on_ready=lambda: self._announce(f"http://{host}:{port}"))
        self.stdout.write("stopped")

    def _prepare(self) -> None:
        """Do here what would be commands of their own: each would load the whole product again."""
        self.stdout.write("» Migrating the database")
        with limits.lifted():
            call_command("migrate", interactive=False)
        if getattr(settings, "LOCAL_PROFILE", False):
            self.stdout.write("» Making the demo users")
            call_command("demo_users")

    def _announce(self, address: str) -> None:
        self.stdout.write(
            f"Livestream is on {address} (process {os.getpid()}; stop with Ctrl-C)\n"
            f"  docs   {address}/docs\n  admin  {address}/admin/\n"
            f"  state  {settings.LIVESTREAM_VAR}",
        )
        self.stdout.flush()


@contextmanager
def _listening_on(host: str, port: int) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CommandError(f"cannot listen on {host}:{port}: {error.strerror}") from error
