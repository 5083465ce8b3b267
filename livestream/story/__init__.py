"""The story of a goal or of an escrow: everything that happened, in time order.

Each floor declares what it can tell (`tells`), what belongs to a subject (`widens`) and what
it knows of one payer (`answers`); the page is put together without knowing any of them.
"""

from livestream.story import audit, happenings, tasks
from livestream.story.registry import answers, tells, widens
from livestream.story.subjects import Subject, Thing, Window, window_of
from livestream.story.telling import Curve, Entry, Fact, Kind, Line, State, Told

__all__ = [
    "Curve",
    "Entry",
    "Fact",
    "Kind",
    "Line",
    "State",
    "Subject",
    "Thing",
    "Told",
    "Window",
    "answers",
    "audit",
    "happenings",
    "tasks",
    "tells",
    "widens",
    "window_of",
]
