"""The hot path's statement: what PostgreSQL is sent."""

from __future__ import annotations

import pytest
from django.db import connection

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
