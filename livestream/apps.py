"""The base class of all app configurations, and that of this app."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import ClassVar

import dramatiq
from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class DomainAppConfig(AppConfig):
    """An app whose tasks, receivers and sweeps exist as soon as Django is ready.

    `registering` are modules whose import registers something: receivers with their events,
    sweeps with the relay, sections with the story, figures with the metrics. `declaring` are
    modules that declare tasks; of a package it is every module, so that none is left out.
    """

    default = False
    default_auto_field = "django.db.models.BigAutoField"
    registering: ClassVar[tuple[str, ...]] = ("receivers", "sweeps", "story", "metrics")
    declaring: ClassVar[tuple[str, ...]] = ("services",)

    def ready(self) -> None:
        for name in self.declaring:
            for dotted in _with_modules(f"{self.name}.{name}"):
                import_module(dotted)
        for name in self.registering:
            # Checked first, so that an ImportError inside the module still surfaces.
            if find_spec(f"{self.name}.{name}"):
                import_module(f"{self.name}.{name}")


def _with_modules(dotted: str) -> Iterator[str]:
    """Iterate over a module, and over the modules in it where it is a package."""
    spec = find_spec(dotted)
    if spec is None:
        raise ModuleNotFoundError(f"there is no {dotted} to declare tasks", name=dotted)
    yield dotted
    for module in pkgutil.iter_modules(spec.submodule_search_locations or []):
        yield f"{dotted}.{module.name}"


class LivestreamConfig(DomainAppConfig):
    name = "livestream"
    verbose_name = "Livestream"
    default = True
    declaring = ("analytics.tracking", "events.delivering")

    def ready(self) -> None:
        super().ready()
        from livestream import release
        from livestream.desk import roles
        from livestream.outbox.threads import ThreadCounter
        from livestream.storage import database_clock

        dramatiq.get_broker().add_middleware(ThreadCounter())
        database_clock.install()
        release.digest()  # now, before files may be replaced by those of another release

        # The last app of all: by then every permission is there.
        last = list(apps.get_app_configs())[-1]
        post_migrate.connect(roles.grant_after_migrating, sender=last, dispatch_uid="roles")
