"""Many at once: the same beginning told of everywhere, and tickets bought while a crowd is told."""

import time
from functools import partial

import pytest

from livestream import clock
from notifications.models import Admission, Audience
from notifications.provider import PusherProvider
from notifications.services import admission, audiences
from tests.notifications.audiences import heard, ids_of, let_in
from tests.notifications.shows import buy, running_show
from tests.support.outbox import run_due
from tests.support.people import make_user
from tests.support.threads import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def test_a_beginning_that_is_told_of_everywhere_has_one_audience(session, moving):
    show = running_show(session, moving, make_user(coins=1000))
    act = partial(audiences.push_stream_authorized, goal_id=show.id, event_id="e" * 24, now=clock.now())
    assert at_once(*[act] * 8) == [None] * 8
    assert Audience.objects.count() == 1


def test_who_buys_while_the_crowd_is_told_is_told_once_as_well(session, moving, pusher_server):
    holders = [make_user(coins=1000) for _ in range(20)]
    late = [make_user(coins=1000) for _ in range(6)]
    show = running_show(session, moving, *holders)
    audiences.push_stream_authorized(goal_id=show.id, event_id="e" * 24, now=clock.now())
    audience = Audience.objects.get()

    def walk():
        while admission.admit_page(
            audience_id=audience.id, provider=PusherProvider(), until=time.monotonic() + 60, now=clock.now(), size=3
        ):
            pass

    buying = [partial(buy, show.funding_goal, viewer) for viewer in late]
    assert not [each for each in at_once(walk, *buying) if isinstance(each, Exception)]
    run_due()
    assert let_in() == ids_of(*holders, *late)
    assert {len(told) for told in heard(pusher_server).values()} == {1}
    assert not Admission.objects.filter(told_at=None).exists()
