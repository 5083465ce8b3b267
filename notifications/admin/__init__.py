"""What support staff reads: pushes, audiences of shows, and Pusher's webhooks."""

from notifications.admin import audiences, pushes, webhooks

__all__ = ["audiences", "pushes", "webhooks"]
