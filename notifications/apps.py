"""App configuration."""

from livestream.apps import DomainAppConfig


class NotificationsConfig(DomainAppConfig):
    name = "notifications"
    verbose_name = "Notifications"
    default = True
