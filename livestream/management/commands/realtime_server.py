"""`manage.py realtime_server`: the local realtime server alone, for web processes that run apart."""

from __future__ import annotations

import signal
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from livestream.command_line import realtime
from livestream.command_line.one_process import interrupt, listening_on


class Command(BaseCommand):
    """`serve` starts the same server; run this one where there is no `serve`."""

    help = "Serve the Pusher protocol on this machine, for development and tests."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=settings.REALTIME_PORT)
        parser.add_argument("--web-port", type=int, default=settings.PORT, help="where the webhooks go")

    def handle(self, **options: Any) -> None:
        if not settings.LOCAL_PROFILE:
            raise CommandError("this server is for development: only the local profile has it")
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, interrupt)
        port = options["port"]
        with listening_on(realtime.HOST, port):
            server = realtime.make_server(port=port, web_host=realtime.HOST, web_port=options["web_port"])
        with suppress(KeyboardInterrupt), server:
            self.stdout.write(f"The realtime server is on ws://{realtime.HOST}:{server.port} (stop with Ctrl-C)")
            self.stdout.flush()
            server.wait()
        self.stdout.write("stopped")
