"""Who asked, as every layer may know it."""

import threading

from livestream import context


def test_outside_of_a_request_nobody_asked():
    assert (context.request_id(), context.client_id()) == ("", "")


def test_a_block_inside_another_is_undone_alone():
    with context.bound(request_id="outer", client_id="ios"):
        with context.bound(request_id="inner", client_id="web"):
            assert (context.request_id(), context.client_id()) == ("inner", "web")
        assert (context.request_id(), context.client_id()) == ("outer", "ios")
    assert (context.request_id(), context.client_id()) == ("", "")


def test_another_thread_has_a_request_of_its_own():
    seen = []
    with context.bound(request_id="mine", client_id="ios"):
        thread = threading.Thread(target=lambda: seen.append(context.request_id()))
        thread.start()
        thread.join()
    assert seen == [""]
