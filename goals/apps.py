"""App configuration."""

from livestream.apps import DomainAppConfig


class GoalsConfig(DomainAppConfig):
    name = "goals"
    verbose_name = "Goals"
    default = True

    def ready(self) -> None:
        super().ready()
        from goals import demo, embedding, old_names
        from livestream.demo.users import register_preparation

        register_preparation(demo.create_ticket_products)
        embedding.register()
        old_names.register()
