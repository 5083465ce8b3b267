"""Why the goals ended that ended before the reason was stored, as well as it can be known."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import migrations
from django.db.models.fields.json import KeyTransform

PAGE = 500
INVITATIONS = ("trigger-private", "trigger-exclusive")
UNPERFORMED = ("show", "exclusive")
# How the audit log named these acts of support until then: by the captions of their buttons.
ENDED, REFUNDED = "End:", "Refund:"
# Tasks that were stored under names that are gone, and the reason for which each of them ends a goal.
RENAMED_TASKS = {
    "deactivate_due_goal": "expired",
    "supersede_goal": "superseded",
    "deactivate_goal": "session_ended",
}


def fill(apps, schema_editor):
    """Give each goal that has ended a reason, page by page."""
    goals = apps.get_model("goals", "Goal").objects
    last = ""
    while page := list(
        goals.filter(pk__gt=last, ended_at__isnull=False, ended_because=None)
        .select_related("session")
        .order_by("pk")[:PAGE]
    ):
        past = Past(apps, page)
        for goal in page:
            goal.ended_because = past.reason(goal)
        goals.bulk_update(page, ["ended_because"])
        last = page[-1].pk


def rename_tasks(apps, schema_editor):
    """Have what is planned already run under today's name; a key would clash with that of another name."""
    messages = apps.get_model("livestream", "OutboxMessage").objects
    for name, because in RENAMED_TASKS.items():
        for message in messages.filter(actor=name):
            message.actor, message.key = "deactivate_goal", None
            message.kwargs = {"because": because, **message.kwargs}
            message.save(update_fields=["actor", "key", "kwargs"])


class Past:
    """What the log of events and the audit log know of some goals."""

    def __init__(self, apps, page):
        ids = [goal.pk for goal in page]
        created = apps.get_model("livestream", "EventRecord").objects.filter(goal_id__in=ids, name="goal.created")
        self.planned = dict(created.values_list("goal_id", KeyTransform("exp", "payload")))
        audit = apps.get_model("admin", "LogEntry").objects
        self.ended = set(_acts(audit, "goals", "goal", ids, ENDED))
        escrows = {escrow_of(goal) for goal in page} - {None}
        self.refunded = set(_acts(audit, "wallet", "escrow", escrows, REFUNDED))

    def reason(self, goal):
        """Return the reason, of an invitation or of a goal that is sold or performed."""
        # The invitation to a 1-on-1 had ended before: the 1-on-1 is what support refunded.
        if escrow_of(goal) in self.refunded and goal.exclusive_goal_id is None:
            return "refunded_by_support"
        if goal.pk in self.ended:
            return "ended_by_support"
        if goal.levels and goal.level >= len(goal.levels):
            unshown = goal.type == "funding" and goal.outcome == "refunded" and goal.show_goal_id is None
            return "session_ended" if unshown else "completed"
        return self._of_invitation(goal) if goal.type in INVITATIONS else self._of_other(goal)

    def _of_invitation(self, goal):
        if goal.agreed_at is not None:
            lasts = timedelta(seconds=goal.prepaid_duration or 0)
            cut_short = goal.type == "trigger-private" and goal.ended_at < goal.agreed_at + lasts
            return "session_ended" if cut_short else "completed"
        if self._expired(goal):
            return "unanswered"
        if goal.cooldown_until is None:
            return "superseded"
        return "session_ended" if _with_its_session(goal) else "declined"

    def _of_other(self, goal):
        if goal.outcome == "cancelled" and goal.type != "karaoke":
            return "cancelled"
        if self._expired(goal):
            return "expired"
        if _with_its_session(goal):
            return "session_ended"
        waited = goal.ended_at - (goal.started_at or goal.created_at)
        if goal.type in UNPERFORMED and not goal.performed and waited >= timedelta(seconds=settings.SHOW_MAX_WAIT):
            return "unperformed"
        return "cancelled"

    def _expired(self, goal):
        planned = self.planned.get(goal.pk)
        return planned is not None and datetime.fromisoformat(planned) <= goal.ended_at


def escrow_of(goal):
    """Return the escrow of a goal's money, as its type names it; None for karaoke."""
    holder = goal.funding_goal_id or goal.trigger_goal_id or goal.pk
    kinds = {
        "funding": "show_funding",
        "show": "show_funding",
        "trigger-private": "trigger_private",
        "trigger-exclusive": "trigger_exclusive",
        "exclusive": "trigger_exclusive",
    }
    return f"{kinds[goal.type]}:{holder}" if goal.type in kinds else None


def _acts(audit, app_label, model, ids, caption):
    rows = audit.filter(content_type__app_label=app_label, content_type__model=model, object_id__in=ids)
    return rows.filter(change_message__startswith=caption).values_list("object_id", flat=True)


def _with_its_session(goal):
    ended_at = goal.session.ended_at
    return ended_at is not None and ended_at <= goal.ended_at


class Migration(migrations.Migration):
    dependencies = [
        ("goals", "0005_ended_because"),
        ("livestream", "0007_support_groups"),
        ("sessions_app", "0006_rtc_call_lists"),
        ("admin", "0003_logentry_add_action_flag_choices"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(rename_tasks, migrations.RunPython.noop),
    ]
