"""The story page of a goal or an escrow: a timeline of everything that happened to it.

Each app declares its sections of the timeline (`timeline_section`), what belongs to a subject
(`resolves_subject`) and what it knows about one payer (`payer_section`). The page is assembled
without knowing any of the apps.
"""

from livestream.story import audit, events, tasks
from livestream.story.registry import payer_section, resolves_subject, timeline_section
from livestream.story.subjects import RowRef, Subject, Window, window_of
from livestream.story.timeline import Curve, Entry, Fact, Kind, Line, Section, State

__all__ = [
    "Curve",
    "Entry",
    "Fact",
    "Kind",
    "Line",
    "RowRef",
    "Section",
    "State",
    "Subject",
    "Window",
    "audit",
    "events",
    "payer_section",
    "resolves_subject",
    "tasks",
    "timeline_section",
    "window_of",
]
