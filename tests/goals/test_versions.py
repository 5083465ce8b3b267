"""The version of a goal: the database counts every change of its row, whoever writes it and how."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.db.models import F

from goals import representation, selectors
from goals.models import Goal
from goals.representation import sessions
from goals.services import support
from goals.services.publishing import publish_goal
from livestream import clock
from livestream.events.contracts import GOAL_CHANGED
from tests.goals.stories import quick_show
from tests.support.endings import make_karaoke, offering_session
from tests.support.outbox import run_due
from tests.support.people import make_funding, make_session, make_user
from tests.support.shows import buy

pytestmark = pytest.mark.django_db


def saved_whole(goal):
    """Save every column, an old version included."""
    goal.level, goal.version = 1, 0
    goal.save()


def saved_in_part(goal):
    goal.level = 1
    goal.save(update_fields=["level"])


def updated(goal):
    Goal.objects.filter(pk=goal.pk).update(level=1)


def updated_by_an_expression(goal):
    Goal.objects.filter(pk=goal.pk).update(level=F("level") + 1)


def updated_in_bulk(goal):
    goal.level = 1
    Goal.objects.bulk_update([goal], ["level"])


def updated_or_created(goal):
    Goal.objects.update_or_create(pk=goal.pk, defaults={"level": 1})


def written_in_sql(goal):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE goals_goal SET level = 1 WHERE id = %s", [goal.pk])


def set_back(goal):
    Goal.objects.filter(pk=goal.pk).update(version=0)


WRITES = [
    saved_whole,
    saved_in_part,
    updated,
    updated_by_an_expression,
    updated_in_bulk,
    updated_or_created,
    written_in_sql,
    set_back,
]


@pytest.fixture
def goal(moving):
    return Goal.objects.get(pk=make_funding(make_session()).pk)


def version_of(goal):
    return Goal.objects.values_list("version", flat=True).get(pk=goal.pk)


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.__name__)
def test_every_write_raises_it_by_one(goal, write):
    before = version_of(goal)
    write(Goal.objects.get(pk=goal.pk))
    assert version_of(goal) == before + 1


def test_a_new_goal_has_the_first_version(moving):
    goal = Goal.objects.create(
        type="karaoke", session=make_session(), streamer=make_user(), created_at=clock.now(), active=False
    )
    assert version_of(goal) == 1


def test_each_row_of_many_is_counted_alone(goal):
    other = make_funding(make_session())
    before = {each.pk: version_of(each) for each in (goal, other)}
    Goal.objects.filter(pk__in=[goal.pk, other.pk]).update(level=1)
    assert {each.pk: version_of(each) for each in (goal, other)} == {pk: v + 1 for pk, v in before.items()}
    updated(other)
    assert version_of(goal) == before[goal.pk] + 1


def test_what_is_rolled_back_is_not_counted(goal):
    before = version_of(goal)
    with transaction.atomic():
        updated(goal)
        transaction.set_rollback(True)
    assert version_of(goal) == before


def test_a_change_outside_of_the_row_is_counted_as_well(goal):
    before = version_of(goal)
    with transaction.atomic():
        publish_goal(GOAL_CHANGED, goal)
    assert version_of(goal) == before + 1


def test_every_document_of_a_goal_says_it(goal):
    stored = selectors.get_goal(goal.pk)
    documents = [
        representation.public_goal(stored),
        representation.full_goal(stored),
        representation.goal_for(stored, user_id=goal.streamer_id),
        representation.goal_without_breakdown(stored, user_id=goal.streamer_id),
        *representation.goal_for_payers(stored, payer_ids=[make_user().pk]).values(),
    ]
    assert {document["version"] for document in documents} == {version_of(goal)}


def test_a_session_s_karaoke_says_the_version_of_its_goal(moving):
    goal = make_karaoke(offering_session())
    shown = sessions.karaoke_goal(goal.session, None)
    assert (shown["goal"], shown["version"]) == (goal.pk, version_of(goal))


def test_whatever_a_reader_sees_of_a_sale_has_a_version_of_its_own(moving):
    funding = make_funding(make_session(), target=2000)
    seen = {}
    for _ in range(3):
        for _ in range(2):
            buy(funding, make_user(coins=1000))
            _see(funding, seen)
        run_due()
        _see(funding, seen)
    support.refund_escrow(escrow_id=funding.escrow_id, triggerer="support", now=clock.now())
    _see(funding, seen)
    assert list(seen) == sorted(seen)


def test_a_refund_by_support_while_payments_wait_lowers_no_version(moving):
    funding = make_funding(make_session(), target=10_000)
    seen = {}
    for _ in range(5):
        buy(funding, make_user(coins=1000))
    _see(funding, seen)
    support.refund_escrow(escrow_id=funding.escrow_id, triggerer="support", now=clock.now())
    run_due()
    _see(funding, seen)
    assert list(seen) == sorted(seen)


def test_a_refund_by_support_of_a_running_show_lowers_no_version_of_its_sale(moving):
    show = quick_show(make_session())
    seen = {}
    for _ in range(5):
        buy(show.funding_goal, make_user(coins=1000))
    _see(show.funding_goal, seen)
    support.refund_escrow(escrow_id=show.escrow_id, triggerer="support", now=clock.now())
    _see(show.funding_goal, seen)
    run_due()
    _see(show.funding_goal, seen)
    assert list(seen) == sorted(seen)


def _see(goal, seen):
    """Read a goal: of one version there is one document."""
    document = representation.goal_without_breakdown(selectors.get_goal(goal.pk), user_id="nobody")
    assert seen.setdefault(document["version"], document) == document
