"""Who tells what: each floor knows its own chapters, and the page none of the floors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from livestream.models import User
from livestream.story.subjects import Subject, Window
from livestream.story.telling import Told

Chapter = Callable[[Subject, Window, datetime], Told]
Widen = Callable[[Subject], Subject]
Answer = Callable[[Subject, User], Told]

_chapters: list[tuple[int, Chapter]] = []
_wideners: list[Widen] = []
_answers: list[Answer] = []


def tells(*, place: int) -> Callable[[Chapter], Chapter]:
    """Declare a chapter: a function of the subject, the window and the time now.

    What it tells of one moment comes before what chapters of a higher `place` tell of it.
    A chapter asks a fixed number of questions, and bounds each answer, whatever the crowd.
    """

    def declare(chapter: Chapter) -> Chapter:
        _chapters.append((place, chapter))
        _chapters.sort(key=lambda each: each[0])
        return chapter

    return declare


def widens(widen: Widen) -> Widen:
    """Declare a function that adds what belongs to a subject, such as the goals of an escrow."""
    _wideners.append(widen)
    return widen


def answers(answer: Answer) -> Answer:
    """Declare a function that tells of a subject what concerns one user who paid for it."""
    _answers.append(answer)
    return answer


def chapters() -> list[tuple[int, Chapter]]:
    """Return all chapters with their places, in order."""
    return list(_chapters)


def widened(*, subject: Subject) -> Subject:
    """Return the subject with all that belongs to it, each floor adding what it knows."""
    for widen in _wideners:
        subject = widen(subject)
    return subject


def answered(*, subject: Subject, user: User) -> list[Told]:
    """Return what each floor knows of one user's part in a subject."""
    return [answer(subject, user) for answer in _answers]
