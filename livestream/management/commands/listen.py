"""`manage.py listen`: join channels as a user and print the pushes; a help for developers of clients."""

from __future__ import annotations

import io
import json
import signal
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from livestream.command_line.one_process import interrupt
from livestream.demo.channels import ChannelClient
from livestream.demo.errors import DemoFailed
from livestream.demo.people import Person
from livestream.demo.server import Server
from livestream.demo.story import Story
from livestream.realtime_address import realtime_address


class Command(BaseCommand):
    """A client of the running service: it signs in, has each channel authorized, and joins it.

    Somebody who joins the channel of a goal that they perform is on stage until the command ends.
    """

    help = "Join channels as a demo user, and print each event as a line of JSON."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("channels", nargs="+", metavar="channel")
        parser.add_argument("--user", default="streamer", help="which demo user (default: streamer)")
        parser.add_argument("--seconds", type=float, default=None, help="for how long (default: until Ctrl-C)")

    def handle(self, **options: Any) -> None:
        address = realtime_address()
        if address is None:
            raise CommandError("there is no realtime server: PUSHER_PROVIDER is local")
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, interrupt)
        try:
            with closing(Server(address=f"http://127.0.0.1:{settings.PORT}", story=Story(out=io.StringIO()))) as server:
                server.greet()
                person = Person(server=server, name=options["user"])
                self._listen(person, address.websocket_url, options["channels"], options["seconds"])
        except DemoFailed as error:
            raise CommandError(str(error)) from error

    def _listen(self, person: Person, address: str, channels: list[str], seconds: float | None) -> None:
        auth_url = f"{person.server.address}/notify/pusher/auth"
        client = ChannelClient(address=address, auth_url=auth_url, headers=person.headers, hear=self._print)
        with closing(client), suppress(KeyboardInterrupt):
            for channel in channels:
                client.join(channel)
            until = None if seconds is None else time.monotonic() + seconds
            while until is None or time.monotonic() < until:
                time.sleep(0.1)

    def _print(self, message: Mapping[str, Any]) -> None:
        if "channel" not in message:  # about the connection
            return
        data = message.get("data")
        with suppress(ValueError):
            data = json.loads(data) if isinstance(data, str) else data
        event = str(message["event"]).replace("pusher_internal:", "pusher:")
        self.stdout.write(json.dumps({"channel": message["channel"], "event": event, "data": data}))
        self.stdout.flush()
