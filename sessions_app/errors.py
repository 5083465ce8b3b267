"""The errors of sessions."""

from __future__ import annotations

from livestream.errors import Conflict, Forbidden, NotFound


class SessionNotFound(NotFound):
    """There is no such session."""

    code = "session_not_found"
    title = "No such session"


class NotYourSession(Forbidden):
    """The session belongs to another streamer."""

    code = "not_your_session"
    title = "Only its streamer may do this to a session"


class SessionAlreadyActive(Conflict):
    """The streamer has an active session; `session_id` names it, or is null."""

    code = "session_already_active"
    title = "You have an active session already"


class SessionAlreadyStarted(Conflict):
    """The session went live before."""

    code = "session_already_started"
    title = "The session has been started already"


class SessionNotActive(Conflict):
    """The session is over."""

    code = "session_not_active"
    title = "The session is over"
