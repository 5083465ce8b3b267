"""Documents that all readers share are made once in a process, and forgotten when they take too much memory."""

import threading

import pytest

from livestream.api import rendered


@pytest.fixture(autouse=True)
def empty(monkeypatch):
    monkeypatch.setattr(rendered, "_kept", type(rendered._kept)())
    monkeypatch.setattr(rendered, "_size", 0)


def test_who_needs_what_another_thread_makes_waits_for_it():
    order, waits = [], threading.Event()

    def need():
        waits.set()
        with rendered.made_once("page"):
            order.append(rendered.get("page"))

    other = threading.Thread(target=need)
    with rendered.made_once("page"):
        other.start()
        assert waits.wait(30)
        order.append("made")
        rendered.keep("page", b"[]")
    other.join(30)
    assert order == ["made", b"[]"]
    assert rendered._making == {}


def test_nobody_waits_for_long(monkeypatch):
    monkeypatch.setattr(rendered, "_LONGEST_WAIT", 0.01)
    with rendered.made_once("page"):
        other = threading.Thread(target=lambda: rendered.made_once("page").__enter__())
        other.start()
        other.join(30)
        assert not other.is_alive()


def test_what_fails_does_not_keep_others_waiting():
    with pytest.raises(ZeroDivisionError), rendered.made_once("page"):
        raise ZeroDivisionError
    with rendered.made_once("page"):
        assert rendered.get("page") is None


def test_those_that_were_not_read_for_the_longest_time_are_evicted(monkeypatch):
    monkeypatch.setattr(rendered, "_MOST_BYTES", 3 * (rendered._BYTES_AN_ENTRY + 10))
    for name in "abc":
        rendered.keep(name, b"0123456789")
    assert rendered.get("a")
    rendered.keep("d", b"0123456789")
    assert [name for name in "abcd" if rendered.get(name)] == ["a", "c", "d"]


def test_nothing_is_kept_for_longer_than_in_the_shared_cache(monkeypatch):
    rendered.keep("page", b"[]")
    assert rendered.get("page") == b"[]"
    monkeypatch.setattr(rendered, "_LONGEST_KEPT", -1.0)
    assert rendered.get("page") is None
    assert rendered._size == 0
