"""The registry of timeline sections: each app declares its own, and the page knows no app."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from livestream.models import User
from livestream.story.subjects import Subject, Window
from livestream.story.timeline import Section

BuildSection = Callable[[Subject, Window, datetime], Section]
ResolveSubject = Callable[[Subject], Subject]
BuildPayerSection = Callable[[Subject, User], Section]

_sections: list[tuple[int, BuildSection]] = []
_resolvers: list[ResolveSubject] = []
_payer_sections: list[BuildPayerSection] = []


def timeline_section(*, order: int) -> Callable[[BuildSection], BuildSection]:
    """Declare a section of the timeline: a function of the subject, the window and the current time.

    Where entries have the same time, those of a section with a lower `order` come first.
    A section makes a fixed number of queries, and limits the rows of each, whatever the crowd.
    """

    def declare(build: BuildSection) -> BuildSection:
        _sections.append((order, build))
        _sections.sort(key=lambda each: each[0])
        return build

    return declare


def resolves_subject(resolve: ResolveSubject) -> ResolveSubject:
    """Declare a function that adds what belongs to a subject, such as the goals of an escrow."""
    _resolvers.append(resolve)
    return resolve


def payer_section(build: BuildPayerSection) -> BuildPayerSection:
    """Declare a function that returns what concerns one user who paid for a subject."""
    _payer_sections.append(build)
    return build


def sections() -> list[tuple[int, BuildSection]]:
    """Return all sections with their `order`, sorted by it."""
    return list(_sections)


def resolve(*, subject: Subject) -> Subject:
    """Return the subject with everything that belongs to it; each app adds what it knows."""
    for add in _resolvers:
        subject = add(subject)
    return subject


def sections_of_payer(*, subject: Subject, user: User) -> list[Section]:
    """Return what each app knows about one user's part in a subject."""
    return [build(subject, user) for build in _payer_sections]
