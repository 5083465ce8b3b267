"""The events of the log that concern one person, from any cursor, with long polling."""

from goals.event_log.reading import NAMES, Cursor, cursor_of, end_of_log, events_after
from goals.event_log.waiting import LONGEST_WAIT, follow, poller

__all__ = ["LONGEST_WAIT", "NAMES", "Cursor", "cursor_of", "end_of_log", "events_after", "follow", "poller"]
