"""App configuration."""

from livestream.apps import DomainAppConfig


class GoalsConfig(DomainAppConfig):
    name = "goals"
    verbose_name = "Goals"
    default = True

    def ready(self) -> None:
        super().ready()
        from goals import demo, selectors
        from goals.payment_serializers import OF_TRANSFERS, payment_reason_field
        from goals.representation import payments, sessions
        from goals.serializers import GoalSerializer
        from goals.services import streams
        from goals.types import FACTS
        from livestream import old_names
        from livestream.demo.users import register_preparation
        from sessions_app import stages
        from sessions_app.serializers import FeedEntrySerializer
        from wallet import filters as wallet_filters
        from wallet import representation as transfer_reasons
        from wallet.serializers import TransferSerializer

        wallet_filters.register_goals(selectors.escrow_of_goal)
        transfer_reasons.register_endings(payments.reasons_of_escrows)
        register_preparation(demo.create_ticket_products)
        sessions.register()
        stages.register(streams)
        FeedEntrySerializer.declare("goals", GoalSerializer(many=True))
        TransferSerializer.declare("reason", payment_reason_field(help_text=OF_TRANSFERS))
        for facts in FACTS:
            old_names.declare_goal_class(name=facts.class_name, goal_type=facts.type)
