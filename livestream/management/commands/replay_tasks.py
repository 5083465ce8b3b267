"""`manage.py replay_tasks`: runs tasks again that are dead, failing or stuck."""

from __future__ import annotations

from datetime import timedelta

from django.core.management.base import CommandParser
from django.db.models import Q, QuerySet

from livestream import clock, old_names, outbox
from livestream.command_line import arguments
from livestream.command_line.batches import BatchCommand, Chosen, Options
from livestream.command_line.exits import WrongArgument
from livestream.events import registry
from livestream.events.contracts import GOAL_CREATED
from livestream.models import EventRecord, OutboxMessage
from livestream.outbox import states
from livestream.outbox.registry import find_task, task_names
from livestream.storage.keyset import iterate

DEAD, FAILING, STUCK = "dead", "failing", "stuck"
_STUCK_FOR = timedelta(minutes=10)


class Command(BatchCommand[OutboxMessage]):
    """It makes them due with a fresh count of attempts; relays and workers do the rest."""

    help = "Make dead, failing or stuck tasks due now. A dry run, unless --apply is given."
    things = "tasks"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--state",
            choices=[DEAD, FAILING, STUCK],
            default=DEAD,
            help="dead: waits for a person (default); failing: failed, will be retried; stuck: overdue, not running",
        )
        parser.add_argument(
            "--actor",
            action="append",
            metavar="NAME",
            help="tasks of this actor, of an old name, or of goals of an old class (repeatable)",
        )
        parser.add_argument("--subject", metavar="ID", help="about this goal, session or escrow")
        parser.add_argument("--id", type=arguments.object_id, metavar="TASK", help="this task alone")
        parser.add_argument(
            "--older-than", type=arguments.age, metavar="AGE", help="dead, or due, for longer than this (15m, 2h, 7d)"
        )
        parser.add_argument("--all", action="store_true", help="all tasks in that state")
        parser.add_argument("--after", type=arguments.object_id, metavar="TASK", help="go on where a run stopped")

    def choose(self, options: Options) -> Chosen[OutboxMessage]:
        _refuse(options)
        rows = _selected(options)
        rest = rows.filter(id__gt=options["after"]) if options["after"] else rows
        return Chosen(iterate(rows, by="id", after=options["after"]), rest.count(), lambda message: message.id)

    def plan(self, item: OutboxMessage, options: Options) -> list[str]:
        return [item.actor if find_task(item.actor) else f"{item.actor} (which this release does not know)"]

    def act(self, item: OutboxMessage, options: Options) -> list[str]:
        retried = outbox.retry(message_ids=[item.id], now=clock.now())
        return self.plan(item, options) if retried else ["done or running by now"]


def _refuse(options: Options) -> None:
    if not any(options[name] for name in ("actor", "subject", "id", "older_than", "all")):
        raise WrongArgument("say which tasks: --actor, --subject, --id, --older-than, or --all in that state")
    rows = OutboxMessage.objects.all()
    for actor in _named(options)[0]:
        names = old_names.tasks_called(actor)
        if not set(names) & set(task_names()) and not rows.filter(actor__in=names).exists():
            raise WrongArgument(f"no actor is called {actor}; {_where_it_went(actor)}")
    if options["id"] and not rows.filter(pk=options["id"]).exists():
        raise WrongArgument(f"there is no task {options['id']}: it was done, or never was")


def _named(options: Options) -> tuple[list[str], list[str]]:
    """Return the actors that `--actor` names, and the types of goals whose old classes it names."""
    given = options["actor"] or []
    types = [found for name in given if (found := old_names.goal_type_of(name))]
    return [name for name in given if not old_names.goal_type_of(name)], types


def _where_it_went(actor: str) -> str:
    if actor in old_names.DONE_BY_CALLS:
        return f"today it is done by {old_names.DONE_BY_CALLS[actor]}"
    if any(each.name == actor for each in registry.all_receivers()):
        return f"it is a receiver: manage.py replay_events --receiver {actor}"
    return f"old names that are known: {', '.join(old_names.of_tasks())}"


def _selected(options: Options) -> QuerySet[OutboxMessage]:
    now = clock.now()
    before = now - (options["older_than"] or (_STUCK_FOR if options["state"] == STUCK else timedelta()))
    conditions = {
        DEAD: Q(failed_at__lte=before),
        FAILING: states.is_failing(now=now) & Q(eta__lte=before),
        STUCK: states.is_idle(now=now) & Q(failed_at=None, eta__lte=before),
    }
    named, types = _named(options)
    actors = [name for actor in named for name in old_names.tasks_called(actor)]
    narrowed = {"actor__in": actors, "subject": options["subject"], "id": options["id"]}
    rows = OutboxMessage.objects.filter(conditions[options["state"]])
    if types:
        created = EventRecord.objects.filter(name=GOAL_CREATED.name, payload__type__in=types)
        rows = rows.filter(subject__in=created.values("goal_id"))
    return rows.filter(**{lookup: value for lookup, value in narrowed.items() if value})
