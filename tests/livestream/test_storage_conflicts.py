"""What the database undid in favour of another transaction is run again."""

from __future__ import annotations

import itertools
import threading

import pytest
from django.db import OperationalError, connection, transaction

from livestream.storage import conflicts
from livestream.storage.conflicts import retried
from tests.support.people import make_user
from wallet.models import Account


class Deadlock(Exception):
    sqlstate = "40P01"


class Flaky:
    """A service that conflicts so many times before it works."""

    def __init__(self, conflicts, cause=Deadlock):
        self.left, self.calls, self.cause = conflicts, 0, cause

    def __call__(self):
        self.calls += 1
        if self.left:
            self.left -= 1
            raise OperationalError("gave way") from self.cause()
        return self.calls

    __name__ = "flaky"


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr(conflicts, "_LONGEST_PAUSE_SECONDS", 0.001)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("times", [0, 1, conflicts.TRIES - 1])
def test_a_conflict_is_tried_again(times):
    assert retried(Flaky(times))() == times + 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("flaky", "calls"), [(Flaky(99), conflicts.TRIES), (Flaky(1, cause=ValueError), 1)])
def test_what_goes_on_conflicting_or_is_no_conflict_is_raised(flaky, calls):
    with pytest.raises(OperationalError):
        retried(flaky)()
    assert flaky.calls == calls


@pytest.mark.django_db(transaction=True)
def test_inside_a_transaction_only_its_owner_can_try_again():
    flaky = Flaky(1)
    with pytest.raises(OperationalError), transaction.atomic():
        retried(flaky)()
    assert flaky.calls == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_that_lock_in_opposite_orders_both_get_through():
    ids = [make_user(coins=10).pk for _ in range(2)]
    first_locks = threading.Barrier(2)

    def lock_both(order):
        tries = itertools.count()

        @retried
        def run():
            with transaction.atomic():
                Account.objects.select_for_update().get(pk=order[0])
                if next(tries) == 0:
                    first_locks.wait(timeout=30)
                Account.objects.select_for_update().get(pk=order[1])

        try:
            run()
            done.append(order)
        finally:
            connection.close()

    done: list[list[str]] = []
    threads = [threading.Thread(target=lock_both, args=[order]) for order in (ids, ids[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 2
