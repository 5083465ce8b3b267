"""App configuration."""

from livestream.apps import DomainAppConfig


class GoalsConfig(DomainAppConfig):
    name = "goals"
    verbose_name = "Goals"
    default = True

    def ready(self) -> None:
        super().ready()
        from goals import demo, embedding
        from goals.types import FACTS
        from livestream import old_names
        from livestream.demo.users import register_preparation

        register_preparation(demo.create_ticket_products)
        embedding.register()
        for facts in FACTS:
            old_names.declare_goal_class(name=facts.class_name, goal_type=facts.type)
