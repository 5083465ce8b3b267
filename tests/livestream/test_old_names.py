"""Old names lead to today's, and a name that means nothing stays as it is."""

from __future__ import annotations

import pytest

from goals.types import GoalType, facts_of
from livestream import old_names
from livestream.events.signals import DomainSignal

ID, OTHER = "a" * 24, "b" * 24
EVENTS = DomainSignal.registry

CLASSES = {each.value: facts_of(each).class_name for each in GoalType}


@pytest.mark.parametrize(
    ("old", "today"),
    [
        ("goal_ended", ["goal.ended"]),
        ("goal.ended", ["goal.ended"]),
        ("member_removed", ["channel_vacated"]),
        ("member_added", ["channel_occupied"]),
        ("ext.pusher", ["channel_occupied", "channel_vacated"]),
        ("features.livestream", ["session.changed", "session.ended", "session.started"]),
        ("goal", []),
        ("", []),
    ],
)
def test_events_by_an_old_name(old, today):
    assert old_names.events_called(old, known=EVENTS) == today


def test_the_signal_of_goals_stands_for_every_event_of_goals():
    of_goals = sorted(name for name in EVENTS if name.startswith("goal."))
    assert old_names.events_called("features.leaderboards", known=EVENTS) == of_goals
    assert len(of_goals) > 5


def test_every_event_that_is_meant_is_there():
    for name in (*old_names.EVENTS, *old_names.SIGNALS):
        assert old_names.events_called(name, known=EVENTS), name


def test_each_goal_type_has_its_class_name():
    assert {old_names.goal_type_of(name) for name in CLASSES.values()} == set(GoalType)
    assert old_names.goal_type_of("show") is None


def test_a_task_is_looked_for_under_its_old_name_too():
    assert old_names.tasks_called("supersede_goal") == ["supersede_goal", "deactivate_goal"]
    assert old_names.tasks_called("track") == ["track"]


@pytest.mark.parametrize(
    ("text", "escrow_id"),
    [
        (f"_show_funding:{ID}", f"show_funding:{ID}"),
        (f"escrow::trigger_private:{ID}", f"trigger_private:{ID}"),
        (f"swag::livestream.session:{OTHER}.trigger_private:{ID}", f"trigger_private:{ID}"),
        (f"show_funding:{ID}", f"show_funding:{ID}"),
        (f"escrow-show_funding:{ID}-{OTHER}-{OTHER}", f"escrow-show_funding:{ID}-{OTHER}-{OTHER}"),
        ("_show_funding:", "_show_funding:"),
        (f"_{ID}", f"_{ID}"),
        ("", ""),
    ],
)
def test_an_escrow_is_read_out_of_a_tag_or_an_old_field(text, escrow_id):
    assert old_names.escrow_id_in(text) == escrow_id
