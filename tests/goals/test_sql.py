"""The hot path's statement: what PostgreSQL is sent."""

from __future__ import annotations

import pytest
from django.db import connection

from goals.models import Contribution
from goals.services import contributions
from livestream import clock
from tests.support.people import make_funding, make_session, make_user
from tests.support.shows import buy

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

EXECUTIONS = """
    SELECT count(DISTINCT statement), sum(custom_plans + generic_plans)
    FROM pg_prepared_statements WHERE statement LIKE '%goals_contribute%'
"""


def test_purchases_of_a_connection_share_one_prepared_statement():
    funding, viewer = make_funding(make_session()), make_user(coins=800)
    buy(funding, viewer)
    _, before = executions()
    for _ in range(3):
        buy(funding, viewer)
    assert executions() == (1, before + 3)


def executions():
    with connection.cursor() as cursor:
        cursor.execute(EXECUTIONS)
        return cursor.fetchone()


OF_THE_RELEASE_BEFORE = "SELECT * FROM goals_contribute(%s, %s, %s, %s, %s)"


def test_processes_of_the_release_before_buy_by_the_form_that_they_know():
    funding, viewer = make_funding(make_session()), make_user(coins=800)
    transfer_id = contributions.transfer_id_of(goal_id=funding.id, payer_id=viewer.pk, key="a")
    with connection.cursor() as cursor:
        for status in ("held", "repeated"):
            cursor.execute(OF_THE_RELEASE_BEFORE, [transfer_id, funding.id, viewer.pk, 2, clock.now()])
            assert cursor.fetchone()[:3] == (status, 400, 400)
    again = buy(funding, viewer, 2, key="a")
    assert (again.repeated, again.transfer_id) == (True, Contribution.objects.get().transfer_id)
