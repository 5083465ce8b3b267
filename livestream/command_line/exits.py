"""How an operator's command ends. Scripts rely on the codes, people on the sentence."""

from __future__ import annotations

from django.core.management.base import CommandError

FAILED = 1
REFUSED = 2
INTERRUPTED = 130


class WrongArgument(CommandError):
    """What was asked for cannot be meant; nothing was done."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, returncode=REFUSED)


class Unfinished(CommandError):
    """Some of it failed, or could not be reached; the rest is done."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, returncode=FAILED)


class Interrupted(CommandError):
    """Somebody stopped the command, between two pieces of its work."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, returncode=INTERRUPTED)
