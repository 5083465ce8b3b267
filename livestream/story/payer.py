"""Looking up one payer of a story: what each app knows about this user's part in it."""

from __future__ import annotations

from dataclasses import dataclass

from livestream.models import User
from livestream.story import registry, users
from livestream.story.subjects import Subject
from livestream.story.timeline import Entry, Section


@dataclass(frozen=True, slots=True)
class PayerResult:
    """The result of a lookup: one user with the sections about them, or several candidates."""

    user: User | None
    candidates: list[User]
    sections: list[Section]

    @property
    def headlines(self) -> list[str]:
        """The sentences about this user."""
        return [each.headline for each in self.sections if each.headline]

    @property
    def entries(self) -> list[Entry]:
        """The entries that concern this user alone, in time order."""
        return sorted((entry for each in self.sections for entry in each.entries), key=lambda entry: entry.at)


def find_payer(*, term: str, subject: Subject) -> PayerResult | None:
    """Return what is known about the payer with this id or username; None where the term is empty."""
    if not term:
        return None
    found = users.find_users(term)
    if len(found) != 1:
        return PayerResult(None, found, [])
    return PayerResult(found[0], [], registry.sections_of_payer(subject=subject, user=found[0]))
