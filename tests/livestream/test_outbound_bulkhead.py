"""A bulkhead: one thread works, and the others are refused instead of waiting."""

import pytest

from livestream.outbound.bulkhead import Bulkhead, BulkheadFull
from tests.support.threads import Turnstile, in_thread


def test_others_are_refused_while_one_thread_is_inside_and_admitted_afterwards():
    bulkhead, place = Bulkhead(), Turnstile()

    def work():
        with bulkhead.entered():
            place.stop()

    first = in_thread(work)
    place.wait_until_reached()
    with pytest.raises(BulkheadFull):
        work()
    place.let_on()
    first()
    with bulkhead.entered():
        pass


def test_work_that_fails_leaves_the_bulkhead():
    bulkhead = Bulkhead()
    with pytest.raises(ZeroDivisionError), bulkhead.entered():
        raise ZeroDivisionError
    with bulkhead.entered():
        pass
