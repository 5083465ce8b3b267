"""Whatever people do and in whatever order: in the end every coin is paid out or given back, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings as product
from django.db import transaction
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from goals.models import Contribution, Goal
from goals.services import lifecycle
from livestream import clock
from livestream.errors import DomainError
from livestream.models import OutboxMessage
from sessions_app.services import ending
from tests.support.outbox import pass_time, run_due
from tests.support.people import make_funding, make_session, make_show, make_user
from tests.support.rounds import rounds
from tests.support.shows import buy
from tests.support.stage import go_on_stage, leave_stage
from wallet.models import Earning, Escrow, PendingCredit
from wallet.selectors import balance_of
from wallet.verification import verify_ledger

pytestmark = pytest.mark.django_db

COINS = 2000
ACTIONS = ["buy", "buy", "buy", "count", "wait", "make show", "enter", "leave", "cancel", "end session"]
steps = st.tuples(st.sampled_from(ACTIONS), st.integers(0, 90))
SOLD_OUT = [("buy", 3)]
ON_STAGE = [*SOLD_OUT, ("make show", 0), ("enter", 0)]
beginnings = st.sampled_from([[], SOLD_OUT, ON_STAGE, [*ON_STAGE, ("wait", 40), ("leave", 0)]])


class Evening:
    """One session with one sale, three viewers, and whatever they come to do."""

    def __init__(self, moving):
        self.moving = moving
        self.session = make_session()
        self.viewers = [make_user(coins=COINS) for _ in range(3)]
        self.funding = make_funding(self.session, target=800, seconds=120)

    def do(self, action, number):
        """Do it, or be refused."""
        try:
            with transaction.atomic():
                getattr(self, action.replace(" ", "_"))(number)
        except DomainError as error:
            event(f"{action}: {error.code}")

    def show(self):
        return Goal.objects.filter(type="show").first()

    def buy(self, number):
        buy(self.funding, self.viewers[number % 3], number % 4 + 1)

    def count(self, number):
        run_due()

    def wait(self, number):
        self.moving.advance(seconds=number)  # whoever is at work comes back only now
        run_due()

    def make_show(self, number):
        make_show(self.funding, target=60, nbf=clock.now() + timedelta(seconds=number - 30))

    def enter(self, number):
        if self.show():
            go_on_stage(self.show())

    def leave(self, number):
        if self.show():
            leave_stage(self.show(), at=clock.now() - timedelta(seconds=number % 7))

    def cancel(self, number):
        goal = self.show() or self.funding
        lifecycle.cancel_goal(goal_id=goal.id, caller_id=goal.streamer_id, triggerer="", now=clock.now())

    def end_session(self, number):
        ending.deactivate_session(session_id=self.session.id, now=clock.now())


@settings(max_examples=rounds(8), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(beginnings, st.lists(steps, max_size=10))
def test_after_the_session_nothing_is_left_open(moving, beginning, actions):
    with transaction.atomic():
        evening = Evening(moving)
        for action, number in beginning + actions:
            evening.do(action, number)
            assert verify_ledger() == []
        evening.do("end session", 0)
        pass_time(moving, seconds=product.SHOW_END_GRACE)
        assert_settled(evening)
        transaction.set_rollback(True)


def assert_settled(evening):
    funding, show = Goal.objects.get(type="funding"), evening.show()
    escrow = Escrow.objects.get(pk=funding.escrow_id)
    performed = show is not None and show.outcome == "completed"
    event(f"in the end: {escrow.state}")
    assert escrow.state == ("completed" if performed else "refunded")
    assert escrow.settled_at is not None
    assert {funding.state, show.state if show else "ended"} == {"ended"}
    assert not performed or (funding.outcome, show.progress) == ("completed", 60)
    assert not PendingCredit.objects.exists()
    assert not Earning.objects.filter(state="pending").exists()
    assert not OutboxMessage.objects.exclude(failed_at=None).exists()
    assert_everybody_has_what_is_theirs(evening, funding, paid_out=performed)


def assert_everybody_has_what_is_theirs(evening, funding, *, paid_out):
    paid = {viewer.pk: 0 for viewer in evening.viewers}
    for bought in Contribution.objects.all():
        paid[bought.payer_id] += bought.amount
    assert funding.progress == sum(paid.values())
    for viewer_id, coins in paid.items():
        assert balance_of(user_id=viewer_id) == COINS - (coins if paid_out else 0)
    assert balance_of(user_id=funding.streamer_id) == (sum(paid.values()) if paid_out else 0)
    assert verify_ledger() == []
