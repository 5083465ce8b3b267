"""The users of the local profile, and the grants that other apps register for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import Group
from django.db import transaction

from livestream.desk import roles
from livestream.models import User

PASSWORD = "demo"  # noqa: S105 - public, hence only in the local profile
VIEWER_COINS = 100_000

Grant = Callable[..., None]

_grants: list[Grant] = []
_preparations: list[Callable[[], None]] = []


@dataclass(frozen=True, slots=True)
class DemoUser:
    """One account to make: `coins` to give it, and whether it sees the admin."""

    username: str
    coins: int = 0
    is_staff: bool = False


DEMO_USERS = (
    DemoUser("streamer"),
    *(DemoUser(f"viewer{number}", coins=VIEWER_COINS) for number in range(1, 6)),
    DemoUser("support", is_staff=True),
)


def register_grant(grant: Grant) -> None:
    """Have `grant(user_id=…, coins=…, now=…)` called for each demo user who gets coins.

    It is called on every run, in a transaction, and must give the coins only once.
    """
    _grants.append(grant)


def register_preparation(prepare: Callable[[], None]) -> None:
    """Have `prepare()` called before the users are made, for what the local profile sells."""
    _preparations.append(prepare)


def create_demo_users(*, now: datetime) -> list[str]:
    """Create the demo users that are missing, grant their coins, and return who is new."""
    for prepare in _preparations:
        prepare()
    created = [each.username for each in DEMO_USERS if _create(each, now)]
    _add_staff_to_leads()
    return created


def _create(demo_user: DemoUser, now: datetime) -> bool:
    with transaction.atomic():
        user, created = User.objects.get_or_create(
            username=demo_user.username, defaults={"is_staff": demo_user.is_staff}
        )
        if created:  # hashing is slow on purpose, so the second run leaves it out
            user.set_password(PASSWORD)
            user.save(update_fields=["password"])
        for grant in _grants if demo_user.coins else ():
            grant(user_id=user.pk, coins=demo_user.coins, now=now)
    return created


def _add_staff_to_leads() -> None:
    """Put demo staff into the group that may do everything that support does."""
    roles.create_groups()
    roles.grant()
    names = [each.username for each in DEMO_USERS if each.is_staff]
    lead = Group.objects.get(name=roles.SUPPORT_LEAD)
    for user in User.objects.filter(username__in=names):
        user.groups.add(lead)
