"""The position at which a replay begins is found by time, in one query."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from livestream import clock, ids
from livestream.events.replaying import position_before
from livestream.models import EventRecord

pytestmark = pytest.mark.django_db
START = clock.from_epoch(1_800_000_000)


def keep(minutes: list[int]) -> list[EventRecord]:
    """Keep events that happened so many minutes after the start, and leave gaps between their places."""
    facts = {"name": "test", "payload": {}, "triggerer": ""}
    records = [
        EventRecord(position=n * 3, event_id=ids.new_id(), occurred_at=START + timedelta(minutes=m), **facts)
        for n, m in enumerate(minutes, start=1)
    ]
    return EventRecord.objects.bulk_create(records)


def test_of_an_empty_log_it_is_the_beginning():
    assert position_before(at=START) == 0


def test_of_many_days_it_is_close_and_asks_once(django_assert_num_queries):
    keep(list(range(0, 20_000, 10)))
    at = START + timedelta(minutes=15_000)
    with django_assert_num_queries(1):
        found = position_before(at=at)
    first = EventRecord.objects.filter(occurred_at__gte=at).earliest("position")
    assert 0 <= first.position - found <= 3 * 8, "an hour before, at ten minutes each"


@given(late=st.lists(st.integers(0, 59), max_size=30), at=st.integers(-100, 400), step=st.sampled_from([0, 1, 7]))
def test_nothing_that_happened_then_or_later_lies_before_it_however_late_it_was_written(late, at, step):
    with transaction.atomic():
        keep([n * step - minutes for n, minutes in enumerate(late)])
        moment = START + timedelta(minutes=at)
        before = EventRecord.objects.filter(position__lte=position_before(at=moment))
        assert not before.filter(occurred_at__gte=moment).exists()
        transaction.set_rollback(True)
