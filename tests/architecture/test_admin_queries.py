"""Every list of the admin: as many queries for many rows as for a few, and never a count or an offset."""

from __future__ import annotations

from itertools import chain, combinations

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goals.models import Goal
from livestream.desk.lists import ChoiceFilter
from tests.goals.stories import quick_show
from tests.support.desk import at_the_desk, list_of, pages, staff
from tests.support.people import make_funding, make_session, make_user
from tests.support.rounds import rounds
from tests.support.rows import make_row
from tests.support.shows import buy

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# What a show and a sale leave behind; rows of all other tables are made from nothing.
LIVED = {
    "livestream.user",
    "wallet.account",
    "wallet.transfer",
    "wallet.escrow",
    "wallet.earning",
    "wallet.pendingcredit",
    "sessions_app.session",
    "goals.goal",
    "goals.showgoalpair",
    "goals.contribution",
}


def live(times):
    for _ in range(times):
        quick_show()
        buy(make_funding(make_session(), target=10**6), make_user(coins=1000))


def make(models, times):
    for model in models:
        given = {"channels": []} if model == "notifications.push" else {}
        for _ in range(times):
            make_row(apps.get_model(model), **given)


def lists_of(page):
    """Return the queries of the page's list: all of it, each choice of each filter, and two searches."""
    filters = page.list_filter
    chosen = chain.from_iterable(((each.parameter_name, choice.name) for choice in each.offered) for each in filters)
    searches = [("q", "user-"), ("q", "show_funding:nothing")] if page.search_fields else []
    return [{}, *({name: value} for name, value in (*chosen, *searches))]


def asked(client, model, query):
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(list_of(model), query)
    assert answer.status_code == 200
    return [each["sql"] for each in captured.captured_queries], len(answer.context["cl"].result_list)


def assert_queries_stay(models, fill):
    client = at_the_desk(staff("support"))
    lists = [(model, query) for model in models for query in lists_of(pages()[model])]
    client.get(list_of("goals.goal"))  # content types are read once
    fill(3)
    few = {str(each): asked(client, *each) for each in lists}
    fill(rounds(27, few=9))
    many = {str(each): asked(client, *each) for each in lists}
    assert [model for model in models if few[str((model, {}))][1] >= many[str((model, {}))][1]] == []
    # Without a row, what belongs to rows is not asked for: then there was nothing to compare.
    grown = {name: (few[name][0], sqls) for name, (sqls, _) in many.items() if few[name][1]}
    assert {name: both for name, both in grown.items() if len(both[0]) < len(both[1])} == {}
    everything = [sql for sqls, _ in (*few.values(), *many.values()) for sql in sqls]
    assert [sql for sql in everything if "COUNT(" in sql or "OFFSET" in sql] == []


def test_longer_lists_of_people_goals_and_money_take_no_more_queries():
    assert_queries_stay(sorted(LIVED), live)


def test_longer_lists_of_everything_else_take_no_more_queries():
    others = sorted(pages().keys() - LIVED - {"auth.group"})  # groups are for superusers, and few
    assert_queries_stay(others, lambda times: make(others, times))


def _is_own(each):
    return isinstance(each, type) and issubclass(each, ChoiceFilter)


def test_every_list_of_the_house_has_filters_of_its_own_alone():
    """A filter that Django makes of a field asks for all of its values, or joins."""
    of_fields = {model for model, page in pages().items() if not all(_is_own(each) for each in page.list_filter)}
    assert of_fields == set()


def test_pages_lead_through_everything_once_and_back():
    client = at_the_desk(staff("support"))
    live(30)
    wanted = list(Goal.objects.order_by("-created_at", "-id").values_list("pk", flat=True))
    page, seen = pages()["goals.goal"], []
    shown = page.list_per_page
    try:
        page.list_per_page = 7
        cl = client.get(list_of("goals.goal")).context["cl"]
        assert cl.earlier is None
        while True:
            seen += [goal.pk for goal in cl.result_list]
            if cl.later is None:
                break
            cl = client.get(list_of("goals.goal") + cl.later).context["cl"]
        assert seen == wanted
        back = client.get(list_of("goals.goal") + cl.earlier).context["cl"].result_list
        assert [goal.pk for goal in back] == wanted[-len(cl.result_list) - 7 : -len(cl.result_list)]
    finally:
        page.list_per_page = shown


@pytest.mark.parametrize("query", [{"p": "5"}, {"p": "x"}, {"p": "WzFd"}])
def test_a_page_that_no_list_gave_out_leads_to_the_first(query):
    client = at_the_desk(staff("support"))
    assert client.get(list_of("goals.goal"), query).status_code == 302


@pytest.mark.parametrize("query", [{"amount__gt": "5"}, {"debit__balance": "1"}, {"kind__contains": "o"}])
def test_a_condition_of_somebody_s_own_is_refused(query):
    client = at_the_desk(staff("support"))
    assert client.get(list_of("wallet.transfer"), query).status_code == 400


def plan_of(sql):
    """Return how PostgreSQL reads a list where it would rather read no table whole, and sort nothing."""
    with connection.cursor() as cursor:
        for what in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{what} = off")
        cursor.execute(f"EXPLAIN {sql}")
        return "\n".join(row[0] for row in cursor.fetchall())


def combined(page):
    """Return the query of the list, of each choice of its filters, and of each pair of choices."""
    filters = [each for each in page.list_filter if not isinstance(each, str)]
    choices = [[{each.parameter_name: choice.name} for choice in each.offered] for each in filters]
    pairs = (one | other for first, second in combinations(choices, 2) for one in first for other in second)
    return [{}, *chain.from_iterable(choices), *pairs]


@pytest.mark.postgres
@pytest.mark.parametrize("model", sorted(LIVED | {"livestream.eventrecord", "livestream.outboxmessage"}))
def test_every_filter_and_pair_of_filters_reads_an_index_in_its_order(model):
    client, table = at_the_desk(staff("support")), apps.get_model(model)._meta.db_table
    read = {}
    for query in combined(pages()[model]):
        sqls, _ = asked(client, model, query)
        [read[str(query)]] = [sql for sql in sqls if sql.startswith(f'SELECT "{table}"."') and "LIMIT 51" in sql]
    plans = {query: plan_of(sql) for query, sql in read.items()}
    assert {query: plan for query, plan in plans.items() if f"Seq Scan on {table}" in plan} == {}
    assert {query: plan for query, plan in plans.items() if "->  Sort" in plan or plan.startswith("Sort")} == {}
