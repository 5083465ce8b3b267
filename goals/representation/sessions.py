"""What a session and the feed show of goals (spec section 3)."""

from __future__ import annotations

from collections.abc import Collection

from goals import feed_selectors, selectors
from goals.models import ExclusiveGoalPair, SessionKaraoke, ShowGoalPair, TriggerPrivateEntry
from goals.representation import privacy
from goals.representation.documents import GoalDocument
from goals.representation.goals import public_goal
from livestream import clock
from livestream.models import User
from sessions_app import embedded, feed_goals
from sessions_app.models import Session
from sessions_app.representation import (
    ExclusiveGoalPairDocument,
    KaraokeGoalDocument,
    ShowGoalPairDocument,
    TriggerPrivateGoalDocument,
)


def show_goal_pairs(session: Session, _viewer: User | None) -> list[ShowGoalPairDocument]:
    """Return the session's pairs of a funding goal and its show."""
    return [show_goal_pair(pair) for pair in session.show_goal_pairs.all()]


def trigger_private_goals(session: Session, _viewer: User | None) -> list[TriggerPrivateGoalDocument]:
    """Return the session's invitations to private shows, oldest first."""
    return [_trigger_private_goal(entry) for entry in session.trigger_private_goals.all()]


def exclusive_goal_pairs(session: Session, viewer: User | None) -> dict[str, ExclusiveGoalPairDocument]:
    """Return the 1-on-1s that the reader may see, by the id of the paying viewer."""
    reader = privacy.reader_of(viewer)
    return {
        pair.user_id: _exclusive_goal_pair(pair)
        for pair in session.exclusive_goal_pairs.all()
        if reader.may_read_of(pair.user_id, streamer_id=session.streamer_id)
    }


def viewers_alone_with(session: Session) -> set[str]:
    """Return the viewers of the session's 1-on-1s, each of whom reads their own."""
    return {pair.user_id for pair in session.exclusive_goal_pairs.all()}


def karaoke_goal(session: Session, _viewer: User | None) -> KaraokeGoalDocument | None:
    """Return the session's karaoke, or None."""
    entry: SessionKaraoke | None = getattr(session, "karaoke", None)
    return _karaoke_goal(entry) if entry else None


def show_goal_pair(pair: ShowGoalPair) -> ShowGoalPairDocument:
    """Return one pair."""
    return {
        "funding_goal": pair.funding_goal_id,
        "show_goal": pair.show_goal_id,
        "funding_ended": clock.to_epoch(pair.funding_ended),
        "show_ended": clock.to_epoch(pair.show_ended),
    }


def _trigger_private_goal(entry: TriggerPrivateEntry) -> TriggerPrivateGoalDocument:
    return {
        "goal": entry.goal_id,
        "goal_agreed": clock.to_epoch(entry.goal_agreed),
        "goal_ended": clock.to_epoch(entry.goal_ended),
        "goal_cooldown": clock.to_epoch(entry.goal_cooldown),
    }


def _exclusive_goal_pair(pair: ExclusiveGoalPair) -> ExclusiveGoalPairDocument:
    return {
        "user_name": pair.user.public_name,
        "trigger_exclusive_goal": pair.trigger_exclusive_goal_id,
        "trigger_exclusive_goal_agreed": clock.to_epoch(pair.trigger_exclusive_goal_agreed),
        "trigger_exclusive_goal_ended": clock.to_epoch(pair.trigger_exclusive_goal_ended),
        "trigger_exclusive_goal_cooldown": clock.to_epoch(pair.trigger_exclusive_goal_cooldown),
        "exclusive_goal": pair.exclusive_goal_id,
        "exclusive_goal_ended": clock.to_epoch(pair.exclusive_goal_ended),
    }


def _karaoke_goal(entry: SessionKaraoke) -> KaraokeGoalDocument:
    return {
        "goal": entry.goal_id,
        "version": entry.goal.version,
        "progress": entry.goal.progress,
        "level": entry.goal.level,
        "levels": entry.goal.levels,
        "ended": clock.to_epoch(entry.ended),
    }


def goal_ids_of_feed(session_id: str) -> list[str]:
    """Return the session's goals that are not over, those of a later time included."""
    return selectors.ids_of_goals_not_over(session_id=session_id)


def goals_of_feed(goal_ids: Collection[str]) -> dict[str, GoalDocument]:
    """Return by id those of the goals that are active now, as everybody may see them."""
    active = feed_selectors.current_goals(goal_ids=goal_ids)
    return {goal.id: public_goal(goal) for goal in active}


def state_of_feed(limit: int) -> tuple[object, ...]:
    """Return a value that changes whenever the feed's first `limit` entries or their goals' documents change."""
    state = feed_selectors.state_of_feed(limit=limit)
    # While somebody is on stage, `remaining` and `server_time` change each second (see `time_left`).
    second = clock.to_epoch(clock.now()) if state.on_stage else None
    return (*state, second)


def register() -> None:
    """Have sessions embed all of it, in a constant number of queries."""
    feed_goals.register(ids_in=goal_ids_of_feed, read=goals_of_feed, state=state_of_feed)
    embedded.register("show_goal_pairs", show_goal_pairs, ["show_goal_pairs"])
    embedded.register("trigger_private_goals", trigger_private_goals, ["trigger_private_goals"])
    embedded.register(
        "exclusive_goal_pairs", exclusive_goal_pairs, ["exclusive_goal_pairs__user"], concerned=viewers_alone_with
    )
    # The session's document contains the goal, so it changes with the goal.
    embedded.register("karaoke_goal", karaoke_goal, related=["karaoke__goal"], version="karaoke__goal__version")
