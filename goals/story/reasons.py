"""Why a goal's money is where it is, in plain sentences. Pure functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from goals.models import Goal
from livestream.events.contracts import EXCLUSIVE, FUNDING, KARAOKE, SHOW, TRIGGER_EXCLUSIVE, TRIGGER_PRIVATE
from livestream.story.formatting import coins, moment, seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is known about a goal besides its row: the exp that it was created with, and whether support ended it.

    A goal that ends early gets a new exp. A goal that support settled or replayed has support as
    the triggerer of its end. So only the act `goal.end` shows that support ended it.
    """

    planned_exp: datetime | None = None
    ended_by_support: bool = False


def why(goal: Goal, *, past: Past) -> str:
    """Return the state of a goal in words, and why its money is paid out, given back or held."""
    return _REASONS[goal.type](goal, past)


def _funding(goal: Goal, past: Past) -> str:
    sold = f"{goal.progress:,} of {coins(goal.target)}"
    if goal.ended_at is None:
        return f"Tickets are sold until {moment(goal.exp)}; {sold} are there."
    if goal.show_goal_id:
        return f"The target was reached, {sold}, and the show was made."
    if goal.reached and goal.outcome == Goal.Outcome.REFUNDED:
        return f"Refunded because the session ended and no show was made, although {sold} were there."
    if goal.reached:
        return f"The target was reached, {sold}. The money waits for the show, which is not made yet."
    if past.planned_exp and past.planned_exp <= goal.ended_at:
        return f"Refunded because the target was not reached by exp, {moment(past.planned_exp)}: {sold} were there."
    return f"Refunded because {_cut_short_by(goal, past)} before the target was reached: {sold} were there."


def _show(goal: Goal, past: Past) -> str:
    performed = f"{goal.progress:,} of {seconds(goal.target)}"
    if goal.state == "scheduled":
        return f"The show starts at {moment(goal.nbf)}; the money waits for it."
    if goal.ended_at is None:
        return f"The show goes on, {performed} are performed. The money waits until it is over."
    if goal.reached:
        return f"Paid out because the show was performed to its end, {performed}."
    if not goal.progress:
        return f"Refunded because nobody performed the show before {_end_of(goal)}."
    return f"Refunded because only {performed} of the show were performed when {_cut_short_by(goal, past)}."


def _karaoke(goal: Goal, past: Past) -> str:
    return f"Nobody pays for a karaoke; {goal.progress:,} of {seconds(goal.target)} were sung."


def _private(goal: Goal, past: Past) -> str:
    if goal.agreed_at is None:
        return _unanswered(goal, past)
    if goal.ended_at is None:
        return f"The streamer agreed at {moment(goal.agreed_at)}. It is paid out when the private show ends."
    return f"Paid out because the streamer agreed at {moment(goal.agreed_at)} and the private show is over."


def _invitation_to_1_on_1(goal: Goal, past: Past) -> str:
    if goal.agreed_at is None:
        return _unanswered(goal, past)
    return f"The streamer agreed to the 1-on-1 at {moment(goal.agreed_at)}."


def _unanswered(goal: Goal, past: Past) -> str:
    if goal.ended_at is None:
        return f"The streamer has not answered the invitation. Without an answer by {moment(goal.exp)} it is refunded."
    if past.planned_exp and past.planned_exp <= goal.ended_at:
        return f"Refunded because the streamer did not answer the invitation by exp, {moment(past.planned_exp)}."
    if past.ended_by_support:
        return "Refunded because support ended the invitation before the streamer answered it."
    if goal.cooldown_until is None:
        return "Refunded because the streamer agreed to another invitation."
    if _with_its_session(goal):
        return "Refunded because the session ended before the streamer answered the invitation."
    return "Refunded because the streamer declined the invitation."


def _one_on_one(goal: Goal, past: Past) -> str:
    performed = f"{goal.progress:,} of {seconds(goal.target)}"
    if goal.ended_at is None:
        return f"The 1-on-1 goes on, {performed} are performed. The money waits until it is over."
    if goal.reached:
        return f"Paid out because the 1-on-1 was performed to its end, {performed}."
    if goal.progress:
        return f"Split because the 1-on-1 was cut short: {performed} were performed when {_cut_short_by(goal, past)}."
    return f"Refunded because nobody performed the 1-on-1 before {_end_of(goal)}."


def _with_its_session(goal: Goal) -> bool:
    ended = goal.session.ended_at
    return ended is not None and goal.ended_at is not None and ended <= goal.ended_at


def _cut_short_by(goal: Goal, past: Past) -> str:
    if past.ended_by_support:
        return "support ended it"
    if goal.outcome == Goal.Outcome.CANCELLED:
        return "the streamer cancelled it"
    return "the session ended" if _with_its_session(goal) else "it ended"


def _end_of(goal: Goal) -> str:
    return "the session ended" if _with_its_session(goal) else f"it ended at {moment(goal.ended_at)}"


_REASONS: dict[str, Callable[[Goal, Past], str]] = {
    FUNDING: _funding,
    SHOW: _show,
    KARAOKE: _karaoke,
    TRIGGER_PRIVATE: _private,
    TRIGGER_EXCLUSIVE: _invitation_to_1_on_1,
    EXCLUSIVE: _one_on_one,
}
