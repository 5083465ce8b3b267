"""Addresses of goals."""

from __future__ import annotations

from django.urls import path, register_converter

from goals.views import (
    ContributionView,
    EventsView,
    GoalViewSet,
    PaymentView,
    ReturnTicketsView,
    TicketProductView,
    TriggerExclusiveView,
    TriggerPrivateView,
)


class TransferIdConverter:
    """URL converter `transfer`: the id of a transfer, in the form that the service generates."""

    regex = r"[A-Za-z0-9:._-]{1,128}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(TransferIdConverter, "transfer")

_many = GoalViewSet.as_view({"get": "list", "post": "create"})
_one = GoalViewSet.as_view({"get": "retrieve", "delete": "deactivate_goal"})
_events = GoalViewSet.as_view({"get": "events"}, filterset_class=None, cursor_ordering=("position",))

urlpatterns = [
    path("goals", _many, name="goals"),
    path("goals/<objectid:goal_id>", _one, name="goal"),
    path("goals/<objectid:goal_id>/events", _events, name="goal-events"),
    path("goals/<objectid:goal_id>/contributions", ContributionView.as_view(), name="contributions"),
    path(
        "goals/<objectid:goal_id>/contributions/<transfer:transfer_id>",
        ReturnTicketsView.as_view(),
        name="returned-tickets",
    ),
    path("sessions/<objectid:session_id>/trigger_private", TriggerPrivateView.as_view(), name="trigger_private"),
    path("sessions/<objectid:session_id>/trigger_exclusive", TriggerExclusiveView.as_view(), name="trigger_exclusive"),
    path("ticket_products", TicketProductView.as_view(), name="ticket-products"),
    path("events", EventsView.as_view(), name="events"),
    path("wallet/payments", PaymentView.as_view(), name="payments"),
]
