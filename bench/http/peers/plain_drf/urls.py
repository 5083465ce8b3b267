"""GET /goals/{id}, by a generic view."""

from django.db.models import Sum
from django.urls import path
from plain_drf.models import Goal, Session, TicketProduct, User
from rest_framework import serializers
from rest_framework.generics import RetrieveAPIView


class UserSerializer(serializers.ModelSerializer):
    """What everybody may see of a user."""

    class Meta:
        model = User
        fields = ["id", "username"]


class SessionSerializer(serializers.ModelSerializer):
    """A session with its streamer."""

    streamer = UserSerializer()

    class Meta:
        model = Session
        fields = [
            "id",
            "streamer",
            "title",
            "preset",
            "prices",
            "active",
            "created_at",
            "started_at",
            "ended_at",
        ]


class LevelSerializer(serializers.Serializer):
    """A level of a goal."""

    title = serializers.CharField()
    target = serializers.IntegerField()


class TicketProductSerializer(serializers.ModelSerializer):
    """A kind of ticket."""

    class Meta:
        model = TicketProduct
        fields = ["id", "type", "price"]


class GoalSerializer(serializers.ModelSerializer):
    """A goal with all that belongs to it, and what the reader has paid."""

    session = SessionSerializer()
    streamer = UserSerializer()
    levels = LevelSerializer(many=True)
    ticket_product = TicketProductSerializer()
    paid = serializers.SerializerMethodField()

    class Meta:
        model = Goal
        fields = "__all__"

    def get_paid(self, goal: Goal) -> int:
        """Return the coins that the reader has paid."""
        own = goal.contributions.filter(payer=self.context["request"].user)
        return own.aggregate(paid=Sum("amount"))["paid"] or 0


class GoalView(RetrieveAPIView):
    """Read a goal."""

    queryset = Goal.objects.select_related("session__streamer", "streamer", "ticket_product")
    serializer_class = GoalSerializer


urlpatterns = [path("goals/<str:pk>", GoalView.as_view())]
