"""The HTTP views of notifications."""

from notifications.views.channels import ChannelAuthView, ChannelView
from notifications.views.streams import StreamKeysView, StreamTokenView
from notifications.views.webhooks import PusherWebhookView

__all__ = ["ChannelAuthView", "ChannelView", "PusherWebhookView", "StreamKeysView", "StreamTokenView"]
