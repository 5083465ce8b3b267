"""App configuration shared by every room of the house."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate

# Modules whose import has the effect of registering something: an actor with the
# broker, a receiver with an event, a sweep with the relay, a chapter with the story, figures
# with the metrics.
REGISTERING_MODULES = ("actors", "receivers", "sweeps", "story", "metrics")


class DomainAppConfig(AppConfig):
    """An app whose actors, receivers and sweeps exist as soon as Django is ready."""

    default = False
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for name in REGISTERING_MODULES:
            dotted = f"{self.name}.{name}"
            # Asked first, so that an ImportError inside the module still surfaces.
            if find_spec(dotted):
                import_module(dotted)


class LivestreamConfig(DomainAppConfig):
    name = "livestream"
    verbose_name = "Livestream"
    default = True

    def ready(self) -> None:
        super().ready()
        from livestream.desk import roles

        # The last app of all: by then every permission is there.
        last = list(apps.get_app_configs())[-1]
        post_migrate.connect(roles.grant_after_migrating, sender=last, dispatch_uid="roles")
