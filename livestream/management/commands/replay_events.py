"""`manage.py replay_events`: the receivers of stored events run again."""

from __future__ import annotations

from django.core.management.base import CommandParser
from django.db.models import QuerySet

from livestream.command_line import arguments
from livestream.command_line.batches import BatchCommand, Chosen, Options
from livestream.command_line.exits import WrongArgument
from livestream.events import log, registry, replaying
from livestream.events.signals import DomainSignal
from livestream.models import EventRecord
from livestream.storage.paging import walk

_FIELDS = {"goal": "goal_id", "session": "session_id", "escrow": "escrow_id", "id": "event_id"}


class Command(BatchCommand[EventRecord]):
    """State receivers run here, effect receivers as tasks of the workers, as at the first time."""

    help = "Run the receivers of stored events again. A dry run, unless --apply is given."
    things = "events"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--goal", type=arguments.object_id, metavar="ID", help="events of this goal")
        parser.add_argument("--session", type=arguments.object_id, metavar="ID", help="of this session and its goals")
        parser.add_argument("--escrow", metavar="ID", help="of this escrow")
        parser.add_argument("--id", type=arguments.object_id, metavar="EVENT", help="this event alone")
        parser.add_argument("--event", action="append", metavar="NAME", help="events of this name (repeatable)")
        parser.add_argument("--since", type=arguments.moment, metavar="TIME", help="those that happened then or later")
        parser.add_argument("--until", type=arguments.moment, metavar="TIME", help="those that happened before")
        parser.add_argument("--all", action="store_true", help="all of the log")
        parser.add_argument("--receiver", action="append", metavar="NAME", help="only this receiver (repeatable)")
        parser.add_argument("--after", type=arguments.position, metavar="POSITION", help="go on where a run stopped")

    def choose(self, options: Options) -> Chosen[EventRecord]:
        _refuse(options)
        rows = _selected(options)
        first = log.position_before(at=options["since"]) if options["since"] else 0
        # What the replay itself leaves in the log is not replayed in turn.
        last = EventRecord.objects.order_by("-position").values_list("position", flat=True).first()
        rows = rows.filter(position__lte=last or 0, position__gt=max(first, options["after"] or 0))
        walked = walk(rows, by="position")
        return Chosen(walked, rows.count(), lambda record: str(record.position))

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
    names = options["event"] or []
    if unknown := sorted(set(names) - set(DomainSignal.registry)):
        raise WrongArgument(f"no event is called {', '.join(unknown)}; see manage.py signal_matrix")
    receivers = options["receiver"] or []
    replaying.refuse_unknown(receivers=receivers)
    receiving = {each.name for each in registry.all_receivers() if not names or each.signal.name in names}
    if idle := sorted(set(receivers) - receiving):
        raise WrongArgument(f"{', '.join(idle)} receives none of {', '.join(names)}")


def _selected(options: Options) -> QuerySet[EventRecord]:
    rows = EventRecord.objects.all()
    for name, field in _FIELDS.items():
        if options[name]:
            rows = rows.filter(**{field: options[name]})
            if not rows.exists():
                raise WrongArgument(f"the log holds nothing for --{name} {options[name]}")
    ranges = {"event": "name__in", "since": "occurred_at__gte", "until": "occurred_at__lt"}
    return rows.filter(**{lookup: options[name] for name, lookup in ranges.items() if options[name]})
