"""Every seed is played with a server that stands in for Pusher."""

from tests.notifications.pusher_server import pusher_server

__all__ = ["pusher_server"]
