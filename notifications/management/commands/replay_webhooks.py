"""`manage.py replay_webhooks`: what Pusher told us is processed again."""

from __future__ import annotations

from django.core.management.base import CommandParser
from django.db.models import Q, QuerySet

from livestream import clock
from livestream.command_line import arguments
from livestream.command_line.batches import BatchCommand, Chosen, Options
from livestream.command_line.exits import WrongArgument
from livestream.storage.keyset import iterate
from notifications.models import Webhook
from notifications.services import replaying

PUBLISHED, IGNORED, FAILED, WAITING = "published", "ignored", "failed", "waiting"
_RESULTS = {
    PUBLISHED: Q(result=Webhook.Result.PUBLISHED),
    IGNORED: Q(result=Webhook.Result.IGNORED),
    FAILED: Q(processed_at=None, attempts__gt=0),
    WAITING: Q(processed_at=None, attempts=0),
}
_NARROWED = ("id", "channel", "name", "result", "since", "until")


class Command(BatchCommand[Webhook]):
    """Each is processed here, in a transaction of its own; what follows is done by the workers."""

    help = "Process stored webhooks again. A dry run, unless --apply is given."
    things = "webhooks"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--id", type=arguments.position, metavar="NUMBER", help="this webhook alone")
        parser.add_argument("--channel", metavar="NAME", help="those of this channel")
        parser.add_argument("--name", metavar="NAME", help="those of this name, such as member_added")
        parser.add_argument("--result", choices=[*_RESULTS], help="what became of them")
        parser.add_argument("--since", type=arguments.moment, metavar="TIME", help="received then or later")
        parser.add_argument("--until", type=arguments.moment, metavar="TIME", help="received before")
        parser.add_argument("--all", action="store_true", help="all that are stored")
        parser.add_argument("--after", type=arguments.position, metavar="NUMBER", help="go on where a run stopped")

    def choose(self, options: Options) -> Chosen[Webhook]:
        _refuse(options)
        rows = _selected(options)
        last = Webhook.objects.order_by("-id").values_list("id", flat=True).first()
        rows = rows.filter(id__lte=last or 0, id__gt=options["after"] or 0)
        return Chosen(iterate(rows, by="id", after=options["after"]), rows.count(), lambda row: str(row.pk))

    def plan(self, item: Webhook, options: Options) -> list[str]:
        return [next(name for name, is_so in _found(item).items() if is_so)]

    def act(self, item: Webhook, options: Options) -> list[str]:
        return [replaying.replay_webhook(webhook_id=item.pk, now=clock.now())]


def _found(webhook: Webhook) -> dict[str, bool]:
    done = webhook.processed_at is not None
    return {
        PUBLISHED: done and webhook.result == Webhook.Result.PUBLISHED,
        IGNORED: done,
        FAILED: webhook.attempts > 0,
        WAITING: True,
    }


def _refuse(options: Options) -> None:
    if not options["all"] and not any(options[name] for name in _NARROWED):
        raise WrongArgument(f"say which webhooks: --{', --'.join(_NARROWED)}, or --all")
    if options["since"] and options["until"] and options["since"] >= options["until"]:
        raise WrongArgument("--since must lie before --until")
    if options["id"] and not Webhook.objects.filter(pk=options["id"]).exists():
        raise WrongArgument(f"there is no webhook {options['id']}")


def _selected(options: Options) -> QuerySet[Webhook]:
    rows = Webhook.objects.filter(_RESULTS[options["result"]]) if options["result"] else Webhook.objects.all()
    narrowed = {"id": "id", "channel": "channel", "name": "name", "since": "received_at__gte"}
    narrowed["until"] = "received_at__lt"
    return rows.filter(**{lookup: options[name] for name, lookup in narrowed.items() if options[name]})
