"""Invitations that are open or agreed at the upgrade get a rate, blocks of time, and a stage."""

from datetime import timedelta

from django.db import migrations
from django.db.models import Q

PAGE = 500
A_SECOND = timedelta(seconds=1)
INVITATIONS = ("trigger-private", "trigger-exclusive")


def fill(apps, schema_editor):
    """Fill in what this release stores when somebody invites, joins or agrees, page by page."""
    goals = apps.get_model("goals", "Goal").objects
    # Of a 1-on-1 that runs, the invitation has ended; its payment is for the 1-on-1.
    going_on = Q(ended_at=None) | Q(exclusive_goal__isnull=False, exclusive_goal__ended_at=None)
    wanted = goals.filter(going_on, type__in=INVITATIONS, prepaid_duration__gt=0).order_by("pk")
    last = ""
    while page := list(wanted.filter(pk__gt=last)[:PAGE]):
        for goal in page:
            add_blocks(apps, goal)
            update_goal(apps, goal)
        last = page[-1].pk


def update_goal(apps, goal):
    """Store the rate, which was not stored before, and start measuring running private shows.

    Until now they were paid in full, so the streamer counts as present since the agreement. If they
    are not, the next check with the realtime server finds out.
    """
    goal.rate = (goal.price or 0) * 60 // goal.prepaid_duration
    if goal.type == "trigger-private" and goal.agreed_at and goal.exp:
        goal.levels = [{"title": goal.type, "target": (goal.exp - goal.agreed_at) // A_SECOND}]
        goal.progress = goal.level = 0
        marks = apps.get_model("goals", "PerformanceMark").objects
        marks.get_or_create(goal=goal, source="upgrade", defaults={"at": goal.agreed_at, "joined": True})
    goal.save(update_fields=["rate", "levels", "progress", "level"])


def add_blocks(apps, goal):
    """Give each payment for an invitation the block that it was taken for."""
    kind = "trigger_private" if goal.type == "trigger-private" else "trigger_exclusive"
    transfers = apps.get_model("wallet", "Transfer").objects
    paid = transfers.filter(credit_id=f"{kind}:{goal.pk}", kind="hold")
    block = apps.get_model("goals", "Block")
    blocks = [
        block(
            hold_id=each.pk,
            goal=goal,
            payer_id=each.debit_id,
            amount=each.amount,
            created_at=each.created_at,
            **time_of(goal, each),
        )
        for each in paid
    ]
    block.objects.bulk_create(blocks, ignore_conflicts=True)


def time_of(goal, payment):
    """Return duration and start; a viewer who joined a running private show paid for the rest of it."""
    if goal.agreed_at and goal.exp and payment.created_at > goal.agreed_at:
        left = -((payment.created_at - goal.exp) // A_SECOND)
        return {"duration": max(left, 1), "starts_at": payment.created_at}
    return {"duration": goal.prepaid_duration, "starts_at": goal.agreed_at}


class Migration(migrations.Migration):
    dependencies = [
        ("goals", "0009_max_price"),
        ("wallet", "0005_early_refunds"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
