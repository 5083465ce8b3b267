"""Typed events: publish them, receive them, keep them."""

from livestream.events.publishing import publish
from livestream.events.registry import receives

__all__ = ["publish", "receives"]
