"""Each reason for an end is said in plain words, whatever the goal and whatever became of its money."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product

import pytest

from goals.endings import EndedBecause, Outcome
from goals.models import Goal
from goals.story.reasons import why
from goals.types import GoalType

AT = datetime(2026, 5, 1, 20, 0, tzinfo=UTC)
SHOW = "2026-05-01 20:00:00 UTC"


def ended(kind, because, outcome=Outcome.REFUNDED, **columns):
    target = {GoalType.FUNDING: 400}.get(kind, 120)
    defaults = {
        "levels": [{"title": "", "target": target}],
        "ended_at": AT,
        "exp": AT,
        "ended_because": because.value,
        "outcome": outcome.value,
        "triggered_by_id": "v" * 24 if kind not in (GoalType.FUNDING, GoalType.SHOW, GoalType.KARAOKE) else None,
    }
    return Goal(type=kind, **(defaults | columns))


def reached_sale(because, **columns):
    return ended(GoalType.FUNDING, because, progress=400, level=1, **columns)


def private(because, outcome=Outcome.REFUNDED, **columns):
    return ended(GoalType.TRIGGER_PRIVATE, because, outcome, agreed_at=AT, **columns)


SPLIT = "Of each block of time the performed share is paid out, and its payer is given back the rest."
SAID = {
    "a sale that is called off": (
        reached_sale(EndedBecause.CANCELLED),
        "Refunded because the streamer called the sale off before its show began, although 400 of 400 coins were paid.",
    ),
    "a sale that is called off with its show scheduled": (
        reached_sale(EndedBecause.CANCELLED, show_goal_id="a" * 24),
        "Refunded because the streamer called the sale off before its show began, although 400 of 400 coins were paid.",
    ),
    "a sale that gets no show in time": (
        reached_sale(EndedBecause.NOT_STARTED),
        "Refunded because the show was not started in time and no show was made, although 400 of 400 coins were paid.",
    ),
    "a sale that waits for its show": (
        reached_sale(EndedBecause.COMPLETED, outcome=Outcome.COMPLETED, start_by=AT),
        f"The target was reached, 400 of 400 coins. The money waits for the show, which has to start by {SHOW}; else "
        "it is refunded.",
    ),
    "a sale of a closed account": (
        ended(GoalType.FUNDING, EndedBecause.ACCOUNT_CLOSED, progress=200),
        "Refunded because the streamer's account was closed before the target was reached: 200 of 400 coins were paid.",
    ),
    "a show that did not start": (
        ended(GoalType.SHOW, EndedBecause.NOT_STARTED, start_by=AT),
        f"Refunded because the show was not started by {SHOW}.",
    ),
    "a show of a closed account": (
        ended(GoalType.SHOW, EndedBecause.ACCOUNT_CLOSED, progress=5),
        "Refunded because only 5 of 120 seconds of the show were performed when the streamer's account was closed.",
    ),
    "an invitation to a private show that everybody took back": (
        ended(GoalType.TRIGGER_PRIVATE, EndedBecause.WITHDRAWN),
        "Refunded because the last viewer who had paid took it back before the invitation was answered.",
    ),
    "an invitation to a 1-on-1 that was taken back": (
        ended(GoalType.TRIGGER_EXCLUSIVE, EndedBecause.WITHDRAWN),
        "Refunded because the viewer took it back before the invitation was answered.",
    ),
    "an invitation of a blocked viewer": (
        ended(GoalType.TRIGGER_EXCLUSIVE, EndedBecause.BLOCKED),
        "Refunded because the streamer blocked the viewer before the invitation was answered.",
    ),
    "an invitation of a closed account": (
        ended(GoalType.TRIGGER_PRIVATE, EndedBecause.ACCOUNT_CLOSED),
        "Refunded because an account was closed before the invitation was answered.",
    ),
    "a private show that was ended early": (
        private(EndedBecause.CANCELLED, Outcome.SPLIT, progress=40),
        "Split because the private show was cut short: 40 of 120 seconds were performed when the streamer cancelled "
        f"it. {SPLIT}",
    ),
    "a private show that was paused": (
        private(EndedBecause.EXPIRED, Outcome.SPLIT, progress=100),
        "Split because only 100 of 120 seconds of the private show were performed in the time that was paid for. "
        f"{SPLIT}",
    ),
    "a private show whose viewers were blocked": (
        private(EndedBecause.BLOCKED, Outcome.SPLIT, progress=40),
        "Split because the private show was cut short: 40 of 120 seconds were performed when the streamer blocked the "
        f"last viewer who had paid. {SPLIT}",
    ),
    "a private show that nobody performed": (
        private(EndedBecause.EXPIRED),
        "Refunded because nobody performed the private show before its time was over.",
    ),
    "a private show that was performed whole": (
        private(EndedBecause.COMPLETED, Outcome.AGREED, progress=120),
        "Paid out because the private show was performed to its end, 120 of 120 seconds.",
    ),
    "a private show of a release that measured none": (
        private(EndedBecause.COMPLETED, Outcome.AGREED, levels=[]),
        f"Paid out because the streamer agreed at {SHOW} and the private show is over.",
    ),
    "a 1-on-1 of a blocked viewer": (
        ended(GoalType.EXCLUSIVE, EndedBecause.BLOCKED, Outcome.SPLIT, progress=10),
        "Split because the 1-on-1 was cut short: 10 of 120 seconds were performed when the streamer blocked the "
        "viewer.",
    ),
}


@pytest.mark.parametrize(("goal", "said"), SAID.values(), ids=SAID)
def test_the_reason_is_said(goal, said):
    assert why(goal) == said


def test_a_private_show_that_goes_on_says_how_far_it_is():
    goal = private(EndedBecause.COMPLETED, ended_at=None, ended_because=None, progress=30)
    assert why(goal) == (
        f"The streamer agreed at {SHOW}. Of the private show, 30 of 120 seconds are performed. The money waits until "
        "it is over."
    )


@pytest.mark.parametrize(("kind", "because"), list(product(GoalType, EndedBecause)))
def test_every_reason_of_every_type_is_a_sentence(kind, because):
    for outcome in Outcome:
        for agreed_at in (None, AT):
            said = why(ended(kind, because, outcome, agreed_at=agreed_at, progress=10))
            assert said[0].isupper()
            assert said.endswith(".")
            assert "_" not in said
            assert "None" not in said
