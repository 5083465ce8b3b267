"""The HTTP views of goals."""

from goals.views.contributions import ContributionView, GivenBackView
from goals.views.events import EventFeedView
from goals.views.goals import GoalViewSet
from goals.views.invitations import TriggerExclusiveView, TriggerPrivateView

__all__ = [
    "ContributionView",
    "EventFeedView",
    "GivenBackView",
    "GoalViewSet",
    "TriggerExclusiveView",
    "TriggerPrivateView",
]
