"""The base class of commands that process many items: a dry run by default, stoppable and resumable."""

from __future__ import annotations

import json
import shlex
import threading
from abc import abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TextIO, TypeVar, cast

import structlog
from django.core.management.base import BaseCommand, CommandParser
from django.db import InterfaceError, OperationalError

from livestream import context, ids
from livestream.command_line import arguments, exits, progress
from livestream.command_line.exits import Interrupted, Unfinished, WrongArgument
from livestream.command_line.reports import Report
from livestream.command_line.stopping import Pace, stop_on_signal
from livestream.errors import DomainError
from livestream.storage.conflicts import gave_way

log = structlog.get_logger(__name__)

Item = TypeVar("Item")
Options = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Chosen(Generic[Item]):
    """The selected items. `position_of` returns the position of one, from which `--after` resumes if `resumable`.

    A command that is not resumable selects what is left when it runs again.
    """

    items: Iterable[Item]
    total: int
    position_of: Callable[[Item], str]
    resumable: bool = True


class BatchCommand(BaseCommand, Generic[Item]):
    """Commits each item separately, so that no item is half done when the command is stopped."""

    things = "things"
    _typed: tuple[str, ...] = ()

    @abstractmethod
    def choose(self, options: Options) -> Chosen[Item]:
        """Return the items that the options select; raises WrongArgument, or a DomainError that is shown."""

    @abstractmethod
    def plan(self, item: Item, options: Options) -> list[str]:
        """Return the names of what would be done to an item."""

    @abstractmethod
    def act(self, item: Item, options: Options) -> list[str]:
        """Process an item, idempotently, and return the names of what was done."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--apply", action="store_true", help="make the changes; without it, this is a dry run")
        parser.add_argument("--json", action="store_true", help="print one JSON document on stdout")
        parser.add_argument("--rate", type=arguments.rate, metavar="N", help=f"at most N {self.things} a second")

    def run_from_argv(self, argv: list[str]) -> None:
        self._typed = tuple(argv[1:])
        super().run_from_argv(argv)

    def handle(self, **options: Any) -> None:
        name = type(self).__module__.rpartition(".")[2]
        exits.refuse_without_tables()
        try:
            chosen = self.choose(options)
        except DomainError as error:
            raise WrongArgument(str(error)) from error
        report = Report(name, self.things, options["apply"], chosen.total)
        with stop_on_signal() as stop, context.bound(request_id=ids.new_id(), client_id=f"command:{name}"):
            lost = self._process_all(chosen, report, options, stop)
        if report.interrupted or lost:
            report.resume = self._resume(name, report.position if chosen.resumable else "")
        self._print(report, options["json"])
        if lost:
            raise Unfinished(f"the database is away ({lost}); go on with: {report.resume}")
        if report.interrupted:
            raise Interrupted(f"stopped; go on with: {report.resume}")
        if report.failed:
            raise Unfinished(f"{report.failed:,} of {report.looked_at:,} {self.things} failed")

    def _process_all(
        self, chosen: Chosen[Item], report: Report, options: Options, stop: threading.Event
    ) -> Exception | None:
        """Process each item until `stop` is set; return the error where the database became unavailable."""
        applied = options["apply"]
        pace, do = Pace(options["rate"] if applied else None), self.act if applied else self.plan
        out = cast("TextIO", getattr(self.stderr, "_out", self.stderr))
        try:
            with progress.shown(what=report.command, total=report.matched, out=out) as shown:
                for item in chosen.items:
                    pace.keep(stop)
                    if stop.is_set():
                        report.interrupted = True
                        return None
                    position = chosen.position_of(item)
                    self._do(do, item, position, report, options)
                    shown.advance(position=position)
        except (OperationalError, InterfaceError) as error:
            return error
        return None

    def _do(
        self, do: Callable[[Item, Options], list[str]], item: Item, position: str, report: Report, options: Options
    ) -> None:
        try:
            report.note(position, do(item, options))
        except Exception as error:
            # An item that is locked fails alone; a database that is away ends the run.
            if isinstance(error, (OperationalError, InterfaceError)) and not gave_way(error):
                raise
            log.warning("command_failure", command=report.command, position=position, exc_info=True)
            report.note_failure(position, error)

    def _resume(self, name: str, position: str) -> str:
        """Return the command that resumes the run, or repeats it where nothing was done yet."""
        typed = list(self._typed) or [name]
        if position and "--after" in typed:
            at = typed.index("--after")
            del typed[at : at + 2]
        typed = [word for word in typed if not (position and word.startswith("--after="))]
        return shlex.join(["manage.py", *typed, *(["--after", position] if position else [])])

    def _print(self, report: Report, as_json: bool) -> None:
        lines = [json.dumps(report.as_json())] if as_json else report.lines()
        for line in lines:
            self.stdout.write(line)
