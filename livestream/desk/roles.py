"""The groups of support staff: who may view, who may retry, and who may move money (spec section 9)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.apps import apps as installed
from django.apps.registry import Apps

SUPPORT = "support"
SUPPORT_LEAD = "support-lead"

# Both groups may view every table, including those of later releases.
_VIEWED_APPS = ("livestream", "wallet", "sessions_app", "goals", "notifications", "admin")
_SUPPORT_ACTS = frozenset({"retry_outboxmessage", "retry_clip"})
ACTS = {
    SUPPORT: _SUPPORT_ACTS,
    SUPPORT_LEAD: _SUPPORT_ACTS
    | {"refund_escrow", "settle_escrow", "end_goal", "replay_eventrecord", "block_user", "close_user", "deposit"}
    | {"sign_out_user"}
    | {"add_source", "change_source", "delete_source"},
}


def create_groups(*, apps: Apps = installed) -> None:
    """Create the missing groups; `apps` may be the app registry of a migration."""
    groups = apps.get_model("auth", "Group").objects
    groups.bulk_create([groups.model(name=name) for name in ACTS], ignore_conflicts=True)


def grant(*, apps: Apps = installed) -> None:
    """Give the existing groups the permissions that they lack, among those that exist by now.

    Other permissions that an operator gave them stay, and a deleted group stays deleted.
    """
    groups = list(apps.get_model("auth", "Group").objects.filter(name__in=ACTS))
    if not groups:
        return
    permissions = apps.get_model("auth", "Permission").objects
    ours = permissions.filter(content_type__app_label__in=_VIEWED_APPS).values_list("pk", "codename")
    known = list(ours)
    through = groups[0].permissions.through
    wanted = [
        through(group_id=group.pk, permission_id=pk)
        for group in groups
        for pk, codename in known
        if _may(codename, ACTS[group.name])
    ]
    through.objects.bulk_create(wanted, ignore_conflicts=True)


def grant_after_migrating(*, apps: Apps = installed, **_: Any) -> None:
    """Grant the permissions of the tables of a new release, which Django creates after the migrations."""
    try:
        grant(apps=apps)
    except LookupError:  # the migration went back to before the groups or the apps existed
        return


def _may(codename: str, acts: Collection[str]) -> bool:
    return codename.startswith("view_") or codename in acts
