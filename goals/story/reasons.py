"""Why a goal's money is where it is, in plain sentences. Pure functions.

They read what is stored, `ended_because` above all, and infer nothing.
"""

from __future__ import annotations

from typing import assert_never

from goals.endings import EndedBecause, Outcome
from goals.models import Goal
from goals.types import GoalType
from livestream.story.formatting import coins, moment, seconds


def why(goal: Goal) -> str:
    """Say how a goal stands, and why its money is paid out, given back or held."""
    if goal.ended_at is not None and goal.ended_because is None:
        return f"It ended at {moment(goal.ended_at)}, in a release that did not store why."
    if goal.ended_because == EndedBecause.REFUNDED_BY_SUPPORT:
        return "Refunded by support."
    match goal.kind:
        case GoalType.FUNDING:
            return _funding(goal)
        case GoalType.SHOW:
            return _show(goal)
        case GoalType.KARAOKE:
            return f"Nobody pays for a karaoke; {_performed(goal)} were sung."
        case GoalType.TRIGGER_PRIVATE:
            return _private(goal)
        case GoalType.TRIGGER_EXCLUSIVE:
            return _invitation_to_1_on_1(goal)
        case GoalType.EXCLUSIVE:
            return _one_on_one(goal)
        case _:
            assert_never(goal.kind)


def _funding(goal: Goal) -> str:
    sold = f"{goal.progress:,} of {coins(goal.target)}"
    if goal.ended_because is None:
        return f"Tickets are sold until {moment(goal.exp)}; {sold} have been paid so far."
    because = EndedBecause(goal.ended_because)
    if goal.reached and because == EndedBecause.CANCELLED:
        return f"Refunded because the streamer called the sale off before its show began, although {sold} were paid."
    if goal.show_goal_id:
        return f"The target was reached, {sold}, and the show was made."
    if because == EndedBecause.COMPLETED:
        return f"The target was reached, {sold}. {_waits_for_show(goal)}"
    if goal.reached:
        return f"Refunded because {_what_happened(goal, because)} and no show was made, although {sold} were paid."
    if because == EndedBecause.EXPIRED:
        return f"Refunded because the target was not reached by {moment(goal.exp)}: {sold} were paid."
    return f"Refunded because {_what_happened(goal, because)} before the target was reached: {sold} were paid."


def _waits_for_show(goal: Goal) -> str:
    if goal.start_by is None:
        return "The money waits for the show, which is not made yet."
    return f"The money waits for the show, which has to start by {moment(goal.start_by)}; else it is refunded."


def _show(goal: Goal) -> str:
    if goal.state == "scheduled":
        return f"The show starts at {moment(goal.nbf)}; the money waits for it."
    if goal.ended_because is None:
        return f"The show goes on, {_performed(goal)} are performed. The money waits until it is over."
    because = EndedBecause(goal.ended_because)
    if because == EndedBecause.COMPLETED:
        return f"Paid out because the show was performed to its end, {_performed(goal)}."
    if because == EndedBecause.NOT_STARTED:
        return f"Refunded because the show was not started {_deadline(goal)}."
    if not goal.progress:
        return f"Refunded because nobody performed the show before {_end(goal, because)}."
    return f"Refunded because only {_performed(goal)} of the show were performed when {_what_happened(goal, because)}."


def _deadline(goal: Goal) -> str:
    return f"by {moment(goal.start_by)}" if goal.start_by else "in time"


def _private(goal: Goal) -> str:
    if goal.agreed_at is None:
        return _unanswered(goal)
    if goal.ended_because is None:
        return f"The streamer agreed at {moment(goal.agreed_at)}. {_private_so_far(goal)}"
    because, outcome = EndedBecause(goal.ended_because), Outcome(str(goal.outcome))
    match outcome:
        case Outcome.AGREED | Outcome.COMPLETED:
            return f"Paid out because {_private_performed(goal)}."
        case Outcome.SPLIT:
            return f"Split because {_cut_short(goal, because)}. {_EACH_BLOCK}"
        case Outcome.REFUNDED | Outcome.CANCELLED:
            return f"Refunded because nobody performed the private show before {_end(goal, because)}."
        case _:
            assert_never(outcome)


def _private_performed(goal: Goal) -> str:
    if not goal.levels:  # of a release that measured no private shows
        return f"the streamer agreed at {moment(goal.agreed_at)} and the private show is over"
    return f"the private show was performed to its end, {_performed(goal)}"


_EACH_BLOCK = "Of each block of time the performed share is paid out, and its payer is given back the rest."


def _private_so_far(goal: Goal) -> str:
    if not goal.levels:
        return "It is paid out when the private show ends."
    return f"Of the private show, {_performed(goal)} are performed. The money waits until it is over."


def _cut_short(goal: Goal, because: EndedBecause) -> str:
    if because in (EndedBecause.EXPIRED, EndedBecause.COMPLETED):
        return f"only {_performed(goal)} of the private show were performed in the time that was paid for"
    return f"the private show was cut short: {_performed(goal)} were performed when {_what_happened(goal, because)}"


def _invitation_to_1_on_1(goal: Goal) -> str:
    if goal.agreed_at is None:
        return _unanswered(goal)
    return f"The streamer agreed to the 1-on-1 at {moment(goal.agreed_at)}."


def _unanswered(goal: Goal) -> str:
    if goal.ended_because is None:
        return f"The streamer has not answered the invitation. Without an answer by {moment(goal.exp)} it is refunded."
    because = EndedBecause(goal.ended_because)
    if because == EndedBecause.DECLINED:
        return "Refunded because the streamer declined the invitation."
    if because == EndedBecause.UNANSWERED:
        return f"Refunded because the streamer did not answer the invitation by {moment(goal.exp)}."
    if because == EndedBecause.SUPERSEDED:
        return f"Refunded because {_what_happened(goal, because)}."
    return f"Refunded because {_what_happened(goal, because)} before the invitation was answered."


def _one_on_one(goal: Goal) -> str:
    if goal.ended_because is None:
        return f"The 1-on-1 goes on, {_performed(goal)} are performed. The money waits until it is over."
    because = EndedBecause(goal.ended_because)
    if because == EndedBecause.COMPLETED:
        return f"Paid out because the 1-on-1 was performed to its end, {_performed(goal)}."
    if goal.outcome == Outcome.SPLIT:
        cut_short = f"{_performed(goal)} were performed when {_what_happened(goal, because)}"
        return f"Split because the 1-on-1 was cut short: {cut_short}."
    return f"Refunded because nobody performed the 1-on-1 before {_end(goal, because)}."


def _performed(goal: Goal) -> str:
    return f"{goal.progress:,} of {seconds(goal.target)}"


def _end(goal: Goal, because: EndedBecause) -> str:
    if because == EndedBecause.UNPERFORMED:
        return f"it ended at {moment(goal.ended_at)}"
    return _what_happened(goal, because)


def _what_happened(goal: Goal, because: EndedBecause) -> str:
    """Say what ended a goal before it was completed; a clause that follows “because”."""
    many = goal.facts.others_may_join
    match because:
        case EndedBecause.COMPLETED:
            return "its time was over"
        case EndedBecause.EXPIRED:
            return "its time was over"
        case EndedBecause.UNPERFORMED:
            return "nobody was on stage for too long"
        case EndedBecause.NOT_STARTED:
            return "the show was not started in time"
        case EndedBecause.SESSION_ENDED:
            return "the session ended"
        case EndedBecause.CANCELLED:
            return "the streamer cancelled it"
        case EndedBecause.WITHDRAWN:
            return "the last viewer who had paid took it back" if many else "the viewer took it back"
        case EndedBecause.DECLINED:
            return "the streamer declined it"
        case EndedBecause.UNANSWERED:
            return "the streamer did not answer it in time"
        case EndedBecause.SUPERSEDED:
            return "the streamer agreed to another invitation"
        case EndedBecause.BLOCKED:
            return "the streamer blocked the last viewer who had paid" if many else "the streamer blocked the viewer"
        case EndedBecause.ACCOUNT_CLOSED:
            return "the streamer's account was closed" if not goal.triggered_by_id else "an account was closed"
        case EndedBecause.ENDED_BY_SUPPORT:
            return "support ended it"
        case EndedBecause.REFUNDED_BY_SUPPORT:
            return "support gave the money back"
        case _:
            assert_never(because)
