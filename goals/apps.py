"""App configuration."""

from livestream.apps import DomainAppConfig


class GoalsConfig(DomainAppConfig):
    name = "goals"
    verbose_name = "Goals"
    default = True

    def ready(self) -> None:
        super().ready()
        from goals import demo
        from goals.representation import sessions
        from goals.serializers import GoalSerializer
        from livestream.demo.users import register_preparation
        from sessions_app.serializers import FeedEntrySerializer

        register_preparation(demo.create_ticket_products)
        sessions.register()
        FeedEntrySerializer.declare_goals(GoalSerializer(many=True))
