"""The circuit breaker: after a failure, one call at a time until one gets an answer."""

import pytest

from livestream.outbound.circuit_breaker import CircuitBreaker, CircuitOpen
from tests.support.threads import Turnstile, at_once, in_thread, refusals


class Unanswered(Exception):
    pass


class Refused(Exception):
    """An answer, although not the wanted one."""


@pytest.fixture
def breaker():
    return CircuitBreaker(failure=Unanswered)


def call(breaker, act=lambda: None):
    with breaker.calling():
        act()


def fail():
    raise Unanswered


def refuse():
    raise Refused


def trip(breaker):
    with pytest.raises(Unanswered):
        call(breaker, fail)


def test_while_a_probe_is_in_flight_all_other_calls_are_refused_without_waiting(breaker):
    trip(breaker)
    place = Turnstile()
    probe = in_thread(lambda: call(breaker, place.stop))
    place.wait_until_reached()
    assert refusals(at_once(*[lambda: call(breaker)] * 6)) == ["CircuitOpen"] * 6
    place.let_on()
    probe()
    call(breaker, lambda: call(breaker))


def test_a_probe_that_fails_leaves_the_next_call_to_be_a_probe(breaker):
    trip(breaker)
    trip(breaker)
    with pytest.raises(CircuitOpen):
        call(breaker, lambda: call(breaker))


def test_an_error_that_is_an_answer_closes_the_circuit(breaker):
    trip(breaker)
    with pytest.raises(Refused):
        call(breaker, refuse)
    call(breaker, lambda: call(breaker))


def test_while_it_is_closed_calls_do_not_wait_for_each_other(breaker):
    place = Turnstile()
    first = in_thread(lambda: call(breaker, place.stop))
    place.wait_until_reached()
    call(breaker)
    place.let_on()
    first()
