"""The errors that end a demo early; each text is a sentence for the person who started it."""

from __future__ import annotations


class DemoFailed(Exception):
    """A claim of the demo does not hold."""


class NoServer(DemoFailed):
    """No server answers at the address."""


class Refused(DemoFailed):
    """The server refused a call that the demo needs."""
