"""App configuration."""

from livestream import realtime
from livestream.apps import DomainAppConfig


class NotificationsConfig(DomainAppConfig):
    name = "notifications"
    verbose_name = "Notifications"
    default = True

    def ready(self) -> None:
        super().ready()
        from notifications.services.realtime import InboxAndServer

        realtime.register(InboxAndServer())
