"""What clients rely on: of two documents of a goal or a session, that with the higher version is the newer one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from goals import representation, selectors
from sessions_app import selectors as sessions
from sessions_app.representation import session_for

Document = Mapping[str, Any]


class Versions:
    """The last document of each goal and session, as everybody and as its streamer saw it."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], Document] = {}

    def check(self) -> None:
        """Check that no version fell since the last look, and that every change raised one."""
        for reader, document in (*_goals(), *_sessions()):
            whose = (document["id"], reader)
            before = self._seen.get(whose, document)
            assert document["version"] >= before["version"], (before, document)
            if document != before:
                assert document["version"] > before["version"], (before, document)
            self._seen[whose] = document


def _goals() -> Iterator[tuple[str, Document]]:
    for goal in selectors.goals():
        # Tickets that are not counted yet show at once; their count raises the version.
        goal.waiting = 0
        yield "everybody", _timeless(representation.public_goal(goal))
        yield "streamer", _timeless(representation.goal_without_breakdown(goal, user_id=goal.streamer_id))


def _timeless(document: Document) -> Document:
    """Return a document without what changes from second to second; `due_at` stays, which does not."""
    return {name: value for name, value in document.items() if name not in ("remaining", "server_time")}


def _sessions() -> Iterator[tuple[str, Document]]:
    for session in sessions.sessions().select_related("streamer"):
        yield "everybody", session_for(session, viewer=None)
        yield "streamer", session_for(session, viewer=session.streamer)
