"""What goals are asked for with: the bodies of requests (spec section 3)."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from livestream.api.bodies import ClosedSerializer
from livestream.api.fields import (
    BoundedInteger,
    CoinsField,
    EpochDateTimeField,
    ObjectIdSerializerField,
    StrictBooleanField,
    StrictTextField,
)

LARGEST_TARGET = 10**12
LONGEST_SHOW_SECONDS = 24 * 60 * 60
MOST_LEVELS = 100
MOST_TICKETS = 10_000


@extend_schema_serializer(component_name="LevelRequest")
class LevelBody(ClosedSerializer):
    """A step of a goal; `target` is coins or seconds."""

    title = StrictTextField(max_length=200)
    target = BoundedInteger(min_value=1, max_value=LARGEST_TARGET)


@extend_schema_serializer(component_name="TimedLevelRequest")
class ShowLevelBody(LevelBody):
    """The one step of a show; `target` is seconds to perform."""

    target = BoundedInteger(min_value=1, max_value=LONGEST_SHOW_SECONDS)


def check_rising(levels: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Refuse levels whose targets do not rise, with code `targets_not_rising`."""
    if any(low["target"] >= high["target"] for low, high in pairwise(levels)):
        raise serializers.ValidationError(_("Each target must be above the previous one."), "targets_not_rising")
    return levels


@extend_schema_serializer(component_name="TicketProductRequest")
class FundingContext(ClosedSerializer):
    """Which ticket is sold."""

    ticket_product_id = StrictTextField(max_length=100)
    ticket_product_type = StrictTextField(max_length=20)


@extend_schema_serializer(component_name="SaleTermsRequest")
class FundingTerms(ClosedSerializer):
    """What the sale promises, in seconds: the least length of the show, and how soon after the sale it starts."""

    duration = BoundedInteger(min_value=1, max_value=LONGEST_SHOW_SECONDS)
    start_within = BoundedInteger(min_value=1, max_value=settings.SHOW_START_WITHIN_MAX, required=False)


@extend_schema_serializer(component_name="FundingGoalRequest")
class FundingBody(ClosedSerializer):
    """Opens a ticket sale; targets are coins."""

    session_id = ObjectIdSerializerField()
    levels = serializers.ListField(child=LevelBody(), min_length=1, max_length=MOST_LEVELS)
    exp = EpochDateTimeField()
    context: Any = FundingContext()  # DRF has a member of this name too, which no body needs
    terms = FundingTerms()

    def validate_levels(self, levels: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return check_rising(levels)


@extend_schema_serializer(component_name="ShowContextRequest")
class ShowContext(FundingContext):
    """Which funding goal paid for the show, and where it is played."""

    funding_goal_id = ObjectIdSerializerField()
    session_id = ObjectIdSerializerField()


@extend_schema_serializer(component_name="ShowGoalRequest")
class ShowBody(ClosedSerializer):
    """Makes the show that a sale paid for."""

    levels = serializers.ListField(child=ShowLevelBody(), min_length=1, max_length=1)
    nbf = EpochDateTimeField(required=False, allow_null=True)
    context: Any = ShowContext()


@extend_schema_serializer(component_name="KaraokeGoalRequest")
class KaraokeBody(ClosedSerializer):
    """Makes the session's karaoke: a level a song, targets in seconds."""

    session_id = ObjectIdSerializerField()
    levels = serializers.ListField(child=ShowLevelBody(), min_length=1, max_length=MOST_LEVELS)
    nbf = EpochDateTimeField(required=False, allow_null=True)

    def validate_levels(self, levels: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return check_rising(levels)


@extend_schema_field(
    {
        "type": "integer",
        "minimum": settings.INVITATION_MIN_DURATION,
        "maximum": settings.INVITATION_MAX_DURATION,
        "description": "How many seconds you pay for.",
        "example": 300,
    }
)
class InvitationDuration(BoundedInteger):
    """How long an invitation is for; the service refuses what is out of bounds, with `duration_out_of_bounds`."""


@extend_schema_serializer(component_name="InvitationRequest")
class InvitationBody(ClosedSerializer):
    """Invites a streamer; `duration` is in seconds, `max_price` is the most coins to pay in total."""

    exp = EpochDateTimeField()
    duration = InvitationDuration(min_value=1)
    max_price = CoinsField(required=False)


@extend_schema_serializer(component_name="EndGoalRequest")
class EndBody(ClosedSerializer):
    """With `agree`, answers an invitation; without it, ends a goal or takes an invitation back."""

    agree = StrictBooleanField(required=False)


@extend_schema_serializer(component_name="TicketOrderRequest")
class ContributionBody(ClosedSerializer):
    """Buys tickets; `max_price` is the most coins to pay in total."""

    quantity = BoundedInteger(min_value=1, max_value=MOST_TICKETS)
    max_price = CoinsField(required=False)
