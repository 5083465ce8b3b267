"""What notifications add to a story: what was sent to clients, and the webhooks that Pusher sent."""

from notifications.story import audiences, pushes, webhooks

__all__ = ["audiences", "pushes", "webhooks"]
