"""The groups of support staff: who looks, who retries, and who moves money (spec section 9)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.apps import apps as installed
from django.apps.registry import Apps

SUPPORT = "support"
SUPPORT_LEAD = "support-lead"

# Whoever looks, looks at everything, the tables of later releases included.
_LOOKED_AT = ("livestream", "wallet", "sessions_app", "goals", "notifications", "admin")
_SUPPORT_DOES = frozenset({"retry_outboxmessage", "retry_clip"})
ACTS = {
    SUPPORT: _SUPPORT_DOES,
    SUPPORT_LEAD: _SUPPORT_DOES
    | {"refund_escrow", "settle_escrow", "end_goal", "replay_eventrecord", "block_user", "deposit"}
    | {"add_source", "change_source", "delete_source"},
}


def create_groups(*, apps: Apps = installed) -> None:
    """Create the groups where they are missing; `apps` may be those of a migration."""
    groups = apps.get_model("auth", "Group").objects
    groups.bulk_create([groups.model(name=name) for name in ACTS], ignore_conflicts=True)


def grant(*, apps: Apps = installed) -> None:
    """Give the groups that are there the permissions that they lack, of those that exist by now.

    What a site gave them besides stays, and a group that it deleted stays deleted.
    """
    groups = list(apps.get_model("auth", "Group").objects.filter(name__in=ACTS))
    if not groups:
        return
    permissions = apps.get_model("auth", "Permission").objects
    house = permissions.filter(content_type__app_label__in=_LOOKED_AT).values_list("pk", "codename")
    known = list(house)
    through = groups[0].permissions.through
    wanted = [
        through(group_id=group.pk, permission_id=pk)
        for group in groups
        for pk, codename in known
        if _may(codename, ACTS[group.name])
    ]
    through.objects.bulk_create(wanted, ignore_conflicts=True)


def grant_after_migrating(*, apps: Apps = installed, **_: Any) -> None:
    """Grant what the tables of a new release brought along; their permissions are there by now."""
    try:
        grant(apps=apps)
    except LookupError:  # a migration back to before there were groups, or apps
        return


def _may(codename: str, acts: Collection[str]) -> bool:
    return codename.startswith("view_") or codename in acts
