"""What ends a demo early; each text is a sentence for whoever started it."""

from __future__ import annotations


class DemoFailed(Exception):
    """Something did not go as promised."""


class NoServer(DemoFailed):
    """Nobody answers at the address."""


class Refused(DemoFailed):
    """The server refused what the story needs."""
