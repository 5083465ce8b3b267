"""`manage.py demo`: whole shows against the running server, with a line for each step."""

from __future__ import annotations

import io
import time
from contextlib import closing
from typing import Any, TextIO, cast

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from livestream.demo import scenarios  # noqa: F401 - importing them declares them
from livestream.demo.cast import Cast, assemble
from livestream.demo.errors import DemoFailed
from livestream.demo.registry import SCENARIOS
from livestream.demo.server import Server
from livestream.demo.story import Story
from livestream.realtime_address import realtime_address

ALL = "all"


class Command(BaseCommand):
    """A REST client of the server on PORT; exit code 0 only where every promise held."""

    help = "Play a show, and failing ones, against the running server."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--scenario", choices=[ALL, *SCENARIOS], default=ALL, help="which story (default: all)")

    def handle(self, **options: Any) -> None:
        colour = False if options["no_color"] else (options["force_color"] or None)
        story = Story(out=cast("TextIO", self.stdout), colour=colour)
        chosen = list(SCENARIOS) if options["scenario"] == ALL else [options["scenario"]]
        began = time.monotonic()
        try:
            self._play(chosen, story)
        except DemoFailed as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            raise CommandError("stopped; the next demo ends what this one left open") from None
        story.chapter(f"ok: {story.checks} promises held, in {time.monotonic() - began:.0f} s")

    def _play(self, chosen: list[str], story: Story) -> None:
        with closing(Server(address=f"http://127.0.0.1:{settings.PORT}", story=story)) as server:
            server.greet()
            key, secret = settings.PUSHER_WEBHOOK_KEYS[0]
            address = realtime_address()
            url = address.websocket_url if address else None
            players = assemble(server=server, story=story, key=key, secret=secret, realtime=url)
            with closing(players.stage):
                _refuse_another_database(players.streamer.id)
                for name in chosen:
                    story.chapter(SCENARIOS[name].title)
                    SCENARIOS[name].play(players)
        _verify_ledger(players)


def _verify_ledger(players: Cast) -> None:
    """Prove the ledger in the database of the server, which has the same settings as this command."""
    players.story.chapter("The ledger")
    told = io.StringIO()
    try:
        call_command("verify_ledger", stdout=told, no_color=True)
    except CommandError as error:
        raise DemoFailed(f"{error}:\n{told.getvalue()}") from error
    for line in told.getvalue().splitlines():
        players.story.check(line.removeprefix("ok").strip(), holds=True)


def _refuse_another_database(streamer_id: str) -> None:
    """Say at once, and not after all stories, that the ledger of this server is out of reach."""
    try:
        found = get_user_model()._default_manager.filter(pk=streamer_id).exists()
    except DatabaseError:
        found = False
    if not found:
        raise DemoFailed(
            f"The ledger cannot be verified: the server does not use the database of {settings.LIVESTREAM_VAR}. "
            "Give both commands the same LIVESTREAM_VAR and DATABASE_URL."
        )
