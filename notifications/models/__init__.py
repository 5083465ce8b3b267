"""Tables of notifications."""

from notifications.models.audience import Admission, Audience
from notifications.models.push import Push
from notifications.models.webhook import Webhook

__all__ = ["Admission", "Audience", "Push", "Webhook"]
