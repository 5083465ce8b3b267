"""How an operator's command ends: an exit code for scripts, and a sentence for people."""

from __future__ import annotations

from django.core.management.base import CommandError

FAILED = 1
REFUSED = 2
INTERRUPTED = 130


class WrongArgument(CommandError):
    """The arguments are invalid; nothing was done."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, returncode=REFUSED)


class Unfinished(CommandError):
    """Some of the work failed, or the database was unavailable; the rest is done."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, returncode=FAILED)


class Interrupted(CommandError):
    """A signal stopped the command between two items."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, returncode=INTERRUPTED)
