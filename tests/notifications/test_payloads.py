"""Ten kilobytes, counted as bytes."""

import pytest

from notifications import payloads

GOAL = {"id": "a" * 24, "type": "funding", "levels": [{"title": "票", "target": 5}]}
SONGS = [{"title": "歌" * 200, "target": number} for number in range(1, 101)]
KARAOKE = {"id": "k" * 24, "version": 7, "type": "karaoke", "state": "active", "progress": 30, "levels": SONGS}
SESSION = {"id": "5" * 24, "version": 9, "active": True, "title": "Evening"}


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


def test_a_karaoke_of_a_hundred_long_songs_loses_its_levels_and_nothing_else():
    found = payloads.fit({"goal": KARAOKE, "triggerer": "app", "event_id": "e" * 24})
    kept = {name: value for name, value in KARAOKE.items() if name != "levels"}
    assert found == {
        "goal": {**kept, "truncated": True},
        "triggerer": "app",
        "event_id": "e" * 24,
        "truncated": True,
    }


def test_levels_beside_a_goal_go_as_well():
    found = payloads.fit({"command": "karaoke.start", "goal_id": "k" * 24, "levels": SONGS})
    assert found == {"command": "karaoke.start", "goal_id": "k" * 24, "truncated": True}


def test_a_session_loses_the_songs_of_its_karaoke_first_and_its_goals_last():
    pairs = [{"funding_goal": "f" * 24, "show_goal": None}]
    session = {**SESSION, "show_goal_pairs": pairs, "karaoke_goal": {"goal": "k" * 24, "progress": 30, "levels": SONGS}}
    singing = {"goal": "k" * 24, "progress": 30, "truncated": True}
    assert payloads.fit({"session": session}) == {
        "session": {**session, "karaoke_goal": singing},
        "truncated": True,
    }
    crowded = {**session, "show_goal_pairs": pairs * 1000}
    assert payloads.fit({"session": crowded}) == {"session": {**SESSION, "truncated": True}, "truncated": True}


@pytest.mark.parametrize("document", [KARAOKE, SESSION], ids=["goal", "session"])
def test_what_is_still_too_large_becomes_a_reference_that_keeps_version_state_and_progress(document):
    data = {"goal": {**document, "title": "歌" * 5000}, "triggerer": "app", "event_id": "e" * 24}
    kept = {name: value for name, value in document.items() if name not in ("levels", "title")}
    assert payloads.fit(data) == {"goal": kept, "triggerer": "app", "event_id": "e" * 24, "truncated": True}


def test_what_is_added_later_has_its_place():
    frame = payloads.size({"text": ""})
    data = {"text": "x" * (payloads.LARGEST_DATA_BYTES - frame)}
    assert payloads.fit(data, reserve=1) == {"truncated": True}
