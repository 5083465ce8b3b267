"""However big the crowd, a story makes the same number of queries and shows a readable number of rows."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qsl

import pytest

from notifications.models import Admission, Audience, Push
from tests.story.conftest import NOW
from tests.story.crowds import write_crowd
from tests.support.outbox import run_due
from tests.support.people import make_funding, make_session

# Only when the pushes of a crowd were sent matters here.
pytestmark = [pytest.mark.django_db, pytest.mark.undeclared_pushes]


@pytest.fixture
def funding(moving):
    goal = make_funding(make_session(), target=10**9, seconds=3600)
    run_due()
    return goal


@pytest.mark.parametrize("page", ["goal", "escrow"])
def test_the_number_of_queries_does_not_grow_with_the_crowd(desk, moving, page):
    counts = []
    for number in (10, 90, 300, 900):
        goal = make_funding(make_session(), target=10**9, seconds=3600)
        write_crowd(goal, number=number, began=NOW - timedelta(seconds=600), seconds=600, given_back=number > 100)
        subject = {"goal": goal} if page == "goal" else {"escrow_id": goal.escrow_id}
        counts.append(len(desk.queries(**subject)))
    few, some, many, most = counts
    assert few == some
    assert many == most
    assert abs(many - few) <= 3  # a crowd is counted in buckets, where a few rows are listed
    assert max(counts) <= 40


def test_a_crowd_is_counted_in_buckets_that_add_up(desk, funding, moving):
    write_crowd(funding, number=1000, began=NOW, seconds=600)
    moving.advance(seconds=600)
    page = desk.story(funding)
    counted = [entry for entry in page.entries("money") if entry.amount]
    assert 30 <= len(counted) <= 62
    assert sum(entry.amount for entry in counted) == 200_000
    assert page.held[-1] == "200,000"
    assert page.fact("Collected") == "200,000 coins in 1,000 payments"
    assert len(page.context["rows"]) < 300


def test_a_bucket_links_to_each_of_its_payments(desk, funding, moving):
    write_crowd(funding, number=1000, began=NOW, seconds=600)
    moving.advance(seconds=600)
    whole = [entry for entry in desk.story(funding).entries("money") if entry.bucket]
    bucket = whole[len(whole) // 2]
    start, end = bucket.bucket
    page = desk.story(funding, **{"from": start.isoformat(), "to": end.isoformat()})
    each = [entry for entry in page.entries("money") if entry.amount]
    assert sum(entry.amount for entry in each) == bucket.amount
    assert all(entry.ref.model == "wallet.transfer" for entry in each)
    before = sum(entry.amount for entry in whole if entry.at < start)
    assert page.held[0] == f"{before + 200:,}"


def test_payments_of_one_moment_are_read_page_by_page(desk, funding, moving):
    write_crowd(funding, number=250, began=NOW, seconds=0.5, given_back=True)
    query = {"from": NOW.isoformat(), "to": (NOW + timedelta(seconds=1)).isoformat()}
    seen, balances, pages = [], [], 0
    while query and pages < 10:
        page = desk.story(funding, **query)
        seen += [entry.detail for entry in page.entries("money") if entry.amount]
        balances += page.held
        next_page = page.context["next_page"]
        query = dict(_pairs(next_page)) if next_page else {}
        pages += 1
    assert pages == 5
    assert len(seen) == len(set(seen)) == 500
    assert balances[-1] == "0"


def _pairs(query):
    return parse_qsl(query.removeprefix("?"))


def test_failed_pushes_of_a_crowd_stand_out(desk, funding, moving):
    write_crowd(funding, number=300, began=NOW, seconds=60)
    refused = Push.objects.filter(subject=funding.id, event="goal.progress.updated").order_by("id")[:7]
    Push.objects.filter(pk__in=[push.pk for push in refused]).update(sent_at=None, failed_at=NOW)
    failed = [entry for entry in desk.story(funding).entries("push") if entry.state == "failed"]
    assert sum(int(entry.title.split()[0]) for entry in failed) == 7


def test_only_the_last_few_beginnings_have_their_viewers_counted(desk, funding):
    for number in range(8):
        about = {"event_id": f"{number:024x}", "escrow_id": funding.escrow_id, "created_at": NOW, "since": NOW}
        audience = Audience.objects.create(goal_id=f"{number:024x}", subject=funding.id, walked_at=NOW, **about)
        Admission.objects.create(audience=audience, viewer_id="a" * 24, told_at=NOW, exp=NOW, provider="local")
    titles = desk.story(funding).titles
    assert titles.count("1 viewer let in to watch") == 5
    assert titles.count("Viewers let in to watch") == 3
