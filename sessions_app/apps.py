"""App configuration."""

from livestream.apps import DomainAppConfig


class SessionsConfig(DomainAppConfig):
    name = "sessions_app"
    verbose_name = "Sessions"
    default = True
