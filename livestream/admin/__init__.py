"""The admin pages of the livestream app, for support staff (spec section 9)."""

from livestream.admin import audit, events, idempotency, outbox, sign_ins, users

__all__ = ["audit", "events", "idempotency", "outbox", "sign_ins", "users"]
