"""Ways to buy a ticket, each as a function that a process opens once and calls on and on."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
from django.conf import settings

from bench import environment
from bench.contributions import plain_orm
from goals.services import contributions
from livestream import clock, ids

Buy = Callable[[str, str], object]


def open_service() -> Buy:
    """Buy as a view does: one call of the service."""

    def buy(goal_id: str, payer_id: str) -> object:
        return contributions.contribute(goal_id=goal_id, payer_id=payer_id, quantity=1, now=clock.now())

    return buy


def open_bare_sql() -> Buy:
    """Send the service's own statement by psycopg alone, which prepares it."""
    assert settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
    connection = psycopg.connect(environment.database_url(), autocommit=True)
    statement = "SELECT * FROM goals_contribute(%s, %s, %s, %s, %s, NULL::bigint)"

    def buy(goal_id: str, payer_id: str) -> object:
        transfer_id = contributions.transfer_id_of(goal_id=goal_id, payer_id=payer_id, key=ids.new_id())
        bought = connection.execute(statement, [transfer_id, goal_id, payer_id, 1, clock.now()]).fetchone()
        if bought is None or bought[0] != "held":
            raise RuntimeError(f"not bought: {bought}")
        return bought

    return buy


def open_plain_orm() -> Buy:
    """Do it as a Django tutorial would."""
    return plain_orm.buy


WAYS: dict[str, Callable[[], Buy]] = {
    "service": open_service,
    "bare SQL": open_bare_sql,
    "plain ORM": open_plain_orm,
}
