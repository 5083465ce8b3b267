"""`manage.py settle_escrows`: finds what is due, and finishes it."""

from __future__ import annotations

from datetime import timedelta

from django.core.management.base import CommandParser

from goals.services import due
from goals.services.due import Due
from livestream import clock, old_names
from livestream.command_line import arguments
from livestream.command_line.batches import BatchCommand, Chosen, Options
from livestream.command_line.exits import WrongArgument
from wallet.models import Escrow

_A_MOMENT = timedelta(minutes=1)


class Command(BatchCommand[Due]):
    """Run again, it finds only what is left: so there is nothing to resume."""

    help = "Find goals and escrows that are overdue, and finish them. A dry run, unless --apply is given."
    things = "overdue things"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--escrow", type=old_names.escrow_id_in, metavar="ID", help="of this escrow alone")
        parser.add_argument(
            "--older-than",
            type=arguments.age,
            default=_A_MOMENT,
            metavar="AGE",
            help="overdue for longer than this (30s, 15m; default: 1m), since workers may be about to do it",
        )

    def choose(self, options: Options) -> Chosen[Due]:
        escrow_id = options["escrow"]
        if escrow_id and not Escrow.objects.filter(pk=escrow_id).exists():
            raise WrongArgument(f"there is no escrow {escrow_id}")
        about = {"before": clock.now() - options["older_than"], "escrow_id": escrow_id}
        total = sum(1 for _ in due.find_due(**about))
        return Chosen(due.find_due(**about), total, lambda item: " ".join(item.subjects), resumable=False)

    def plan(self, item: Due, options: Options) -> list[str]:
        return [item.what]

    def act(self, item: Due, options: Options) -> list[str]:
        due.finish(due=item, now=clock.now())
        return [item.what]
