"""Goal events as goals would publish them; this floor does not know goals themselves."""

from livestream import ids
from livestream.events import contracts

CLASSES = {
    contracts.GOAL_ADDED: contracts.GoalAdded,
    contracts.GOAL_STARTED: contracts.GoalStarted,
    contracts.GOAL_COMPLETED: contracts.GoalCompleted,
    contracts.GOAL_ENDED: contracts.GoalEnded,
}


def goal_event(signal, *, type=contracts.SHOW, level=0, streamer_id=None, session_id=None):
    """Make the payload of `signal` for a goal of 601 seconds; `level` 1 is its last."""
    session_id, streamer_id = session_id or ids.new_id(), streamer_id or ids.new_id()
    return CLASSES[signal](
        goal_id=ids.new_id(),
        session_id=session_id,
        streamer_id=streamer_id,
        type=type,
        active=True,
        progress=601 * level,
        level=level,
        levels=({"title": "Dance", "target": 601},),
        conditions={"session_id": session_id},
        context={"type": type},
        metadata={"user_id": streamer_id},
    )
