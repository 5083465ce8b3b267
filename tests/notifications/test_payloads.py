"""Ten kilobytes, counted as bytes."""

from notifications import payloads

GOAL = {"id": "a" * 24, "type": "funding", "levels": [{"title": "票", "target": 5}]}


def test_what_fits_is_left_as_it_is():
    data = {"goal": GOAL, "event_id": "e" * 24}
    assert payloads.fit(data) == data


def test_size_is_counted_in_bytes_and_not_in_letters():
    assert payloads.size({"title": "票" * 1000}) == 3000 + len('{"title":""}')


def test_the_limit_itself_still_fits():
    frame = payloads.size({"text": ""})
    exact = {"text": "x" * (payloads.LARGEST_DATA_BYTES - frame)}
    assert payloads.fit(exact) == exact
    over = {"text": exact["text"] + "x"}
    assert payloads.fit(over) == {"truncated": True}


def test_coins_by_payer_are_left_out_before_anything_else():
    breakdown = {f"{number:024x}": 200 for number in range(1000)}
    data = {"goal": {**GOAL, "breakdown": breakdown}, "event_id": "e" * 24}
    assert payloads.fit(data) == {"goal": GOAL, "event_id": "e" * 24}


def test_what_is_still_too_large_becomes_a_reference():
    levels = [{"title": "歌" * 100, "target": number} for number in range(100)]
    data = {"goal": {**GOAL, "levels": levels}, "triggerer": "app", "event_id": "e" * 24}
    assert payloads.fit(data) == {
        "goal": {"id": GOAL["id"], "type": "funding"},
        "triggerer": "app",
        "event_id": "e" * 24,
        "truncated": True,
    }
