"""What support staff sees of the ground floor (spec section 9). Each module is one subject."""

from livestream.admin import audit, events, keys, outbox, users

__all__ = ["audit", "events", "keys", "outbox", "users"]
