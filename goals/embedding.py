"""What goals show of themselves in a session (spec section 3)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from goals import selectors
from goals.representations import public_goal
from livestream.models import User
from sessions_app import embedded, feed_goals
from sessions_app.models import Session


def show_goal_pairs(session: Session, _viewer: User | None) -> list[dict[str, Any]]:
    """Return the session's pairs of a funding goal and its show."""
    return [pair.as_document() for pair in session.show_goal_pairs.all()]


def trigger_private_goals(session: Session, _viewer: User | None) -> list[dict[str, Any]]:
    """Return the session's invitations to private shows, oldest first."""
    return [entry.as_document() for entry in session.trigger_private_goals.all()]


def exclusive_goal_pairs(session: Session, viewer: User | None) -> dict[str, Any]:
    """Return 1-on-1s by viewer: all of them for the streamer and support, one's own for a viewer.

    The key names who pays, which the audience may not learn.
    """
    sees_all = viewer is not None and (viewer.is_staff or viewer.pk == session.streamer_id)
    return {
        pair.user_id: pair.as_document()
        for pair in session.exclusive_goal_pairs.all()
        if sees_all or (viewer is not None and pair.user_id == viewer.pk)
    }


def karaoke_goal(session: Session, _viewer: User | None) -> dict[str, Any] | None:
    """Return the session's karaoke, or None."""
    entry = getattr(session, "karaoke", None)
    return entry.as_document() if entry else None


def goal_ids_of_feed(session_id: str) -> list[str]:
    """Return the session's goals that are not over, those of a later time included."""
    return selectors.ids_of_goals_not_over(session_id=session_id)


def goals_of_feed(goal_ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """Return by id those of the goals that are active now, as everybody may see them."""
    active = selectors.goals().filter(pk__in=goal_ids, active=True)
    return {goal.id: public_goal(goal) for goal in active}


def register() -> None:
    """Have sessions embed all of it, in a constant number of queries."""
    feed_goals.register(ids_in=goal_ids_of_feed, read=goals_of_feed)
    embedded.register("show_goal_pairs", show_goal_pairs, ["show_goal_pairs"])
    embedded.register("trigger_private_goals", trigger_private_goals, ["trigger_private_goals"])
    embedded.register("exclusive_goal_pairs", exclusive_goal_pairs, ["exclusive_goal_pairs"])
    embedded.register("karaoke_goal", karaoke_goal, ["karaoke__goal"])
