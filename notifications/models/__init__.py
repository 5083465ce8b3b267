"""Tables of notifications."""

from notifications.models.push import Push
from notifications.models.webhook import Webhook

__all__ = ["Push", "Webhook"]
