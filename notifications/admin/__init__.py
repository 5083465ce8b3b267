"""What support staff reads here: what clients were told, and what Pusher told us."""

from notifications.admin import audiences, pushes, webhooks

__all__ = ["audiences", "pushes", "webhooks"]
