"""What notifications tell in a story: what clients were told, and what Pusher told us."""

from notifications.story import audiences, pushes, webhooks

__all__ = ["audiences", "pushes", "webhooks"]
