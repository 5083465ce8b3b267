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
        from goals.services import streams
        from goals.types import FACTS
        from livestream import old_names
        from livestream.demo.users import register_preparation
        from sessions_app import stages
        from sessions_app.serializers import FeedEntrySerializer

        register_preparation(demo.create_ticket_products)
        sessions.register()
        stages.register(streams)
        FeedEntrySerializer.declare_goals(GoalSerializer(many=True))
        for facts in FACTS:
            old_names.declare_goal_class(name=facts.class_name, goal_type=facts.type)
