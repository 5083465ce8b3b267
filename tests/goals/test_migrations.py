"""Goals that ended before the reason was stored get it as well as it can be known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from goals.types import GoalType, facts_of
from livestream import ids
from livestream.models import EventRecord, OutboxMessage
from tests.support.people import make_session, make_user

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE, AFTER = ("goals", "0004_support_lists"), ("goals", "0007_no_reason_before_the_end")
START = datetime(2026, 5, 1, 20, 0, tzinfo=UTC)
REACHED = {"levels": [{"title": "One", "target": 10}], "level": 1}


@pytest.fixture
def old() -> Iterator[Any]:
    """Take the goals' tables back to before the column, for the model of then; and all tables to today's in the end."""
    yield _migrate(BEFORE).get_model("goals", "Goal")
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def _migrate(target: tuple[str, str]) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate([target])
    return executor.loader.project_state([target]).apps


class Ended:
    """Makes goals of then that have ended, each in a session of its own."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self.staff = make_user(is_staff=True)

    def goal(self, kind: GoalType, *, lasted: int = 30, planned: int | None = None, **details: Any) -> Any:
        """Make a goal that began at START and lasted so many seconds; `planned` is when its exp was to be."""
        session = make_session()
        facts = {"created_at": START, "started_at": START, "ended_at": START + timedelta(seconds=lasted)}
        goal = self._model.objects.create(
            id=ids.new_id(),
            type=kind.value,
            session_id=session.id,
            streamer_id=session.streamer_id,
            outcome=details.pop("outcome", "refunded"),
            **(facts | details),
        )
        exp = None if planned is None else (START + timedelta(seconds=planned)).isoformat()
        EventRecord.objects.create(
            event_id=ids.new_id(), name="goal.created", goal_id=goal.id, payload={"exp": exp}, occurred_at=START
        )
        return goal

    def with_session(self, goal: Any) -> Any:
        """End the session of a goal when the goal ended."""
        type(goal)._meta.get_field("session").remote_field.model.objects.filter(pk=goal.session_id).update(
            active=False, ended_at=goal.ended_at
        )
        return goal

    def by_support(self, goal: Any, caption: str) -> Any:
        """Leave the audit entry of an act of support, as it was written then."""
        ended = caption == "End"
        app_label, model = ("goals", "goal") if ended else ("wallet", "escrow")
        LogEntry.objects.create(
            user_id=self.staff.pk,
            content_type=ContentType.objects.get(app_label=app_label, model=model),
            object_id=goal.id if ended else facts_of(goal.type).escrow(goal.trigger_goal_id or goal.id),
            action_flag=CHANGE,
            change_message=f"{caption}: they asked for it",
        )
        return goal


def test_each_old_goal_is_given_the_reason_that_its_row_and_the_logs_tell(old):
    ended = Ended(old)
    agreed = {"agreed_at": START, "prepaid_duration": 30, "outcome": "agreed"}
    cooling = {"cooldown_until": START + timedelta(minutes=5)}
    expected = {
        "completed": ended.goal(GoalType.SHOW, outcome="completed", **REACHED),
        "session_ended": ended.goal(GoalType.FUNDING, **REACHED),
        "expired": ended.goal(GoalType.FUNDING, planned=30),
        "cancelled": ended.goal(GoalType.SHOW, outcome="cancelled"),
        "unperformed": ended.goal(GoalType.SHOW, lasted=1800),
        "unanswered": ended.goal(GoalType.TRIGGER_PRIVATE, planned=30, **cooling),
        "declined": ended.goal(GoalType.TRIGGER_EXCLUSIVE, planned=60, **cooling),
        "superseded": ended.goal(GoalType.TRIGGER_EXCLUSIVE, planned=60),
        "ended_by_support": ended.by_support(ended.goal(GoalType.FUNDING, planned=60), "End"),
        "refunded_by_support": ended.by_support(ended.goal(GoalType.TRIGGER_PRIVATE, planned=60, **agreed), "Refund"),
    }
    others = [
        ("session_ended", ended.with_session(ended.goal(GoalType.KARAOKE, outcome="cancelled"))),
        ("session_ended", ended.with_session(ended.goal(GoalType.TRIGGER_PRIVATE, planned=60, **cooling))),
        ("completed", ended.goal(GoalType.TRIGGER_PRIVATE, **agreed)),
        ("session_ended", ended.goal(GoalType.TRIGGER_PRIVATE, lasted=10, **agreed)),
        ("completed", ended.goal(GoalType.TRIGGER_EXCLUSIVE, lasted=10, **agreed)),
        ("cancelled", ended.goal(GoalType.KARAOKE, lasted=1860, outcome="cancelled")),
        *_a_1_on_1_that_support_refunded(ended, agreed),
    ]
    running = ended.goal(GoalType.FUNDING, ended_at=None, outcome=None, active=True)
    migrated = _migrate(AFTER).get_model("goals", "Goal").objects
    reasons = dict(migrated.values_list("id", "ended_because"))
    assert {reason: reasons[goal.id] for reason, goal in expected.items()} == {each: each for each in expected}
    assert [(reason, reasons[goal.id]) for reason, goal in others] == [(reason, reason) for reason, _ in others]
    assert reasons[running.id] is None


def _a_1_on_1_that_support_refunded(ended: Ended, agreed: dict[str, Any]) -> list[tuple[str, Any]]:
    invitation = ended.goal(GoalType.TRIGGER_EXCLUSIVE, lasted=10, **agreed)
    one_on_one = ended.goal(GoalType.EXCLUSIVE, trigger_goal_id=invitation.id)
    type(invitation).objects.filter(pk=invitation.id).update(exclusive_goal_id=one_on_one.id)
    return [("completed", invitation), ("refunded_by_support", ended.by_support(one_on_one, "Refund"))]


def test_tasks_that_were_planned_under_names_that_are_gone_run_under_todays(old):
    for actor in ("deactivate_due_goal", "supersede_goal", "deactivate_goal"):
        OutboxMessage.objects.create(
            actor=actor, kwargs={"goal_id": actor}, key="overdue", eta=START, due_at=START, created_at=START
        )
    _migrate(AFTER)
    planned = OutboxMessage.objects.values_list("actor", "kwargs__goal_id", "kwargs__because")
    assert set(planned) == {
        ("deactivate_goal", "deactivate_due_goal", "expired"),
        ("deactivate_goal", "supersede_goal", "superseded"),
        ("deactivate_goal", "deactivate_goal", "session_ended"),
    }
