"""The errors of sessions."""

from __future__ import annotations

from livestream.errors import Conflict, Forbidden, NotFound


class SessionNotFound(NotFound):
    """There is no session with this id."""

    code = "session_not_found"
    title = "No such session"
    advice = "Check the id. `GET /sessions` lists sessions."


class NotYourSession(Forbidden):
    """Only the streamer of the session may do this."""

    code = "not_your_session"
    title = "Only the streamer of the session may do this"


class SessionAlreadyActive(Conflict):
    """You already have an active session. A streamer can have only one."""

    code = "session_already_active"
    title = "You already have an active session"
    advice = "Use the session that `session_id` names, or end it first."
    members = {
        "session_id": {
            "type": ["string", "null"],
            "description": "The active session; null if it ended a moment ago.",
            "example": "68143584d6945d32e732cc21",
        }
    }


class SessionAlreadyStarted(Conflict):
    """The session is already live."""

    code = "session_already_started"
    title = "The session has been started already"
    advice = "Read the session: `statuses.started` says since when."


class SessionNotActive(Conflict):
    """The session has ended."""

    code = "session_not_active"
    title = "The session is over"
    advice = "Open a new session."
