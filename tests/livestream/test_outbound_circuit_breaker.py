"""What takes long is done by one thread, and the others go on."""

import pytest

from livestream.outbound.circuit_breaker import OneAtATime, Patience
from tests.support.threads import Turnstile, in_thread


class Unanswered(Exception):
    pass


class Busy(Exception):
    pass


def ask(patience, act=lambda: None):
    with patience.asking():
        act()


def fail():
    raise Unanswered


def test_while_one_is_at_it_others_are_sent_away_and_afterwards_let_in():
    turns, place = OneAtATime(otherwise=Busy), Turnstile()

    def work():
        with turns.alone():
            place.stop()

    first = in_thread(work)
    place.wait_until_reached()
    with pytest.raises(Busy):
        work()
    place.let_on()
    first()
    with turns.alone():
        pass


def test_who_did_not_answer_is_asked_by_one_until_they_answer():
    patience, place = Patience(unanswered=Unanswered, otherwise=Busy), Turnstile()
    with pytest.raises(Unanswered):
        ask(patience, fail)
    first = in_thread(lambda: ask(patience, place.stop))
    place.wait_until_reached()
    with pytest.raises(Busy):
        ask(patience)
    place.let_on()
    first()
    ask(patience, lambda: ask(patience))
