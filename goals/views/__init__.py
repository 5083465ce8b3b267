"""The HTTP views of goals."""

from goals.views.contributions import ContributionView, ReturnTicketsView
from goals.views.events import EventsView
from goals.views.goals import GoalViewSet
from goals.views.invitations import TriggerExclusiveView, TriggerPrivateView
from goals.views.payments import PaymentView
from goals.views.products import TicketProductView

__all__ = [
    "ContributionView",
    "EventsView",
    "GoalViewSet",
    "PaymentView",
    "ReturnTicketsView",
    "TicketProductView",
    "TriggerExclusiveView",
    "TriggerPrivateView",
]
