"""`manage.py replay_events`: runs the receivers of stored events again."""

from __future__ import annotations

from django.core.management.base import CommandParser
from django.db.models import QuerySet

from livestream import old_names
from livestream.command_line import arguments
from livestream.command_line.batches import BatchCommand, Chosen, Options
from livestream.command_line.exits import WrongArgument
from livestream.events import registry, replaying
from livestream.events.signals import DomainSignal
from livestream.models import EventRecord
from livestream.storage.keyset import iterate

_FIELDS = {"goal": "goal_id", "session": "session_id", "escrow": "escrow_id", "id": "event_id"}


class Command(BatchCommand[EventRecord]):
    """State receivers run here, effect receivers as tasks of the workers, as at the first time."""

    help = "Run the receivers of stored events again. A dry run, unless --apply is given."
    things = "events"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--goal", type=arguments.object_id, metavar="ID", help="events of this goal")
        parser.add_argument("--session", type=arguments.object_id, metavar="ID", help="of this session and its goals")
        parser.add_argument("--escrow", type=old_names.escrow_id_in, metavar="ID", help="of this escrow")
        parser.add_argument("--id", type=arguments.object_id, metavar="EVENT", help="this event alone")
        parser.add_argument(
            "--event",
            action="append",
            metavar="NAME",
            help="events of this name, or an old one (repeatable); ShowGoal and the like: of goals of that type",
        )
        parser.add_argument("--since", type=arguments.moment, metavar="TIME", help="those that happened then or later")
        parser.add_argument("--until", type=arguments.moment, metavar="TIME", help="those that happened before")
        parser.add_argument("--all", action="store_true", help="all of the log")
        parser.add_argument("--receiver", action="append", metavar="NAME", help="only this receiver (repeatable)")
        parser.add_argument("--after", type=arguments.position, metavar="POSITION", help="go on where a run stopped")

    def choose(self, options: Options) -> Chosen[EventRecord]:
        _refuse(options)
        rows = _selected(options)
        first = replaying.position_before(at=options["since"]) if options["since"] else 0
        # What the replay itself leaves in the log is not replayed in turn.
        last = EventRecord.objects.order_by("-position").values_list("position", flat=True).first()
        rows = rows.filter(position__lte=last or 0, position__gt=max(first, options["after"] or 0))
        return Chosen(iterate(rows, by="position"), rows.count(), lambda record: str(record.position))

    def plan(self, item: EventRecord, options: Options) -> list[str]:
        event = replaying.revive(record=item)
        chosen = replaying.receivers_to_replay(record=item, event=event, receivers=options["receiver"])
        return [each.name for each in chosen]

    def act(self, item: EventRecord, options: Options) -> list[str]:
        planned = self.plan(item, options)
        replaying.replay_event(event_id=item.event_id, receivers=options["receiver"])
        return planned


def _refuse(options: Options) -> None:
    narrowed = [*_FIELDS, "event", "since", "until"]
    if not options["all"] and not any(options[name] for name in narrowed):
        raise WrongArgument(f"say which events: --{', --'.join(narrowed)}, or --all for the whole log")
    if options["since"] and options["until"] and options["since"] >= options["until"]:
        raise WrongArgument("--since must lie before --until")
    names, types = _meant(options)
    receivers = options["receiver"] or []
    replaying.refuse_unknown(receivers=receivers)
    receiving = {each.name for each in registry.all_receivers() if _may_act(each, names, types)}
    if idle := sorted(set(receivers) - receiving):
        raise WrongArgument(f"{', '.join(idle)} receives none of {', '.join(options['event'])}")


def _meant(options: Options) -> tuple[set[str], set[str]]:
    """Return the events and the goal types that `--event` names; no events means all, no types means all."""
    names: set[str] = set()
    types: set[str] = set()
    for given in options["event"] or []:
        if goal_type := old_names.goal_type_of(given):
            types.add(goal_type)
        elif called := old_names.events_called(given, known=DomainSignal.registry):
            names.update(called)
        else:
            known = ", ".join(old_names.of_events())
            raise WrongArgument(f"no event is called {given}; see manage.py signal_matrix; old names known: {known}")
    return names, types


def _may_act(receiver: registry.Receiver, names: set[str], types: set[str]) -> bool:
    applies = not types or receiver.types is None or bool(receiver.types & types)
    return applies and (not names or receiver.signal.name in names)


def _selected(options: Options) -> QuerySet[EventRecord]:
    rows = EventRecord.objects.all()
    for name, field in _FIELDS.items():
        if options[name]:
            rows = rows.filter(**{field: options[name]})
            if not rows.exists():
                raise WrongArgument(f"the log holds nothing for --{name} {options[name]}")
    names, types = _meant(options)
    narrowed = {
        "name__in": names,
        "payload__type__in": types,
        "occurred_at__gte": options["since"],
        "occurred_at__lt": options["until"],
    }
    return rows.filter(**{lookup: value for lookup, value in narrowed.items() if value})
