"""Goals as JSON, in and out (spec section 3)."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import serializers

from goals import escrow_ids
from goals.endings import EndedBecause, Outcome
from goals.models import Contribution
from goals.types import GoalType, Unit
from livestream.api.bodies import ClosedSerializer
from livestream.api.fields import (
    BoundedInteger,
    CoinsField,
    EpochDateTimeField,
    EpochField,
    ObjectIdSerializerField,
    StrictBooleanField,
    StrictTextField,
)
from sessions_app.serializers import VERSION

LARGEST_TARGET = 10**12
LONGEST_SHOW_SECONDS = 24 * 60 * 60
MOST_LEVELS = 100
MOST_TICKETS = 10_000
_FOR_PARTIES = "only for the streamer, support and this viewer"


class Level(ClosedSerializer):
    """A step of a goal; `target` is coins or seconds."""

    title = StrictTextField(max_length=200)
    target = BoundedInteger(min_value=1, max_value=LARGEST_TARGET)


class ShowLevel(Level):
    """The one step of a show; `target` is seconds to perform."""

    target = BoundedInteger(min_value=1, max_value=LONGEST_SHOW_SECONDS)


def check_rising(levels: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Refuse levels whose targets do not rise, with code `targets_not_rising`."""
    if any(low["target"] >= high["target"] for low, high in pairwise(levels)):
        raise serializers.ValidationError(_("Each target must be above the previous one."), "targets_not_rising")
    return levels


class FundingContext(ClosedSerializer):
    """Which ticket is sold."""

    ticket_product_id = StrictTextField(max_length=100)
    ticket_product_type = StrictTextField(max_length=20)


class FundingTerms(ClosedSerializer):
    """What the sale promises, in seconds: the least length of the show, and how soon after the sale it starts."""

    duration = BoundedInteger(min_value=1, max_value=LONGEST_SHOW_SECONDS)
    start_within = BoundedInteger(min_value=1, max_value=settings.SHOW_START_WITHIN_MAX, required=False)


class FundingBody(ClosedSerializer):
    """Opens a ticket sale; targets are coins."""

    session_id = ObjectIdSerializerField()
    levels = serializers.ListField(child=Level(), min_length=1, max_length=MOST_LEVELS)
    exp = EpochDateTimeField()
    context = FundingContext()  # type: ignore[assignment]  # the seeds' name; DRF has one too
    terms = FundingTerms()

    def validate_levels(self, levels: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return check_rising(levels)


class ShowContext(FundingContext):
    """Which funding goal paid for the show, and where it is played (seed 004)."""

    funding_goal_id = ObjectIdSerializerField()
    session_id = ObjectIdSerializerField()


class ShowBody(ClosedSerializer):
    """Makes a show (seed 004)."""

    levels = serializers.ListField(child=ShowLevel(), min_length=1, max_length=1)
    nbf = EpochDateTimeField(required=False, allow_null=True)
    context = ShowContext()  # type: ignore[assignment]  # likewise


class KaraokeBody(ClosedSerializer):
    """Makes the session's karaoke: a level a song, targets in seconds."""

    session_id = ObjectIdSerializerField()
    levels = serializers.ListField(child=ShowLevel(), min_length=1, max_length=MOST_LEVELS)
    nbf = EpochDateTimeField(required=False, allow_null=True)

    def validate_levels(self, levels: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return check_rising(levels)


class InvitationBody(ClosedSerializer):
    """Invites a streamer (seed 003); `duration` is in seconds, `max_price` is the most coins to pay in total."""

    exp = EpochDateTimeField()
    duration = BoundedInteger(min_value=1)
    max_price = BoundedInteger(min_value=0, required=False)


class EndBody(ClosedSerializer):
    """With `agree`, answers an invitation; without it, ends a goal or takes an invitation back (seed 001)."""

    agree = StrictBooleanField(required=False)


class ContributionBody(ClosedSerializer):
    """Buys tickets; `max_price` is the most coins to pay in total."""

    quantity = BoundedInteger(min_value=1, max_value=MOST_TICKETS)
    max_price = CoinsField(required=False)


class Conditions(serializers.Serializer[Any]):
    """Where a goal belongs."""

    session_id = ObjectIdSerializerField()


class Context(serializers.Serializer[Any]):
    """What a goal is about; members that do not apply are absent."""

    type = serializers.ChoiceField(choices=[each.value for each in GoalType])
    session_id = ObjectIdSerializerField(required=False)
    funding_goal_id = ObjectIdSerializerField(required=False)
    show_goal_id = ObjectIdSerializerField(required=False)
    started = EpochField(required=False)
    paused = EpochField(required=False)
    last_updated = EpochField(required=False)
    ticket_product_id = serializers.CharField(required=False)
    ticket_product_type = serializers.CharField(required=False)
    exclusive_to = ObjectIdSerializerField(required=False, help_text=_FOR_PARTIES)
    trigger_goal_id = ObjectIdSerializerField(required=False)
    exclusive_goal_id = ObjectIdSerializerField(required=False)


class Metadata(serializers.Serializer[Any]):
    """Whose a goal is (`user_id` is the streamer), and what an invitation was for."""

    user_id = ObjectIdSerializerField()
    triggered_by = ObjectIdSerializerField(required=False, help_text=_FOR_PARTIES)
    prepaid_duration = serializers.IntegerField(required=False, help_text="seconds")
    goal_agreed = EpochField(required=False)
    cooldown = EpochField(required=False)


class InvitationPrice(serializers.Serializer[Any]):
    """What an invitation costs, in coins, at the streamer's rate when it was made."""

    rate = serializers.IntegerField(help_text="coins a minute")
    minimum = serializers.IntegerField(help_text="coins for the shortest duration")
    joining = serializers.IntegerField(help_text="coins for the invitation's own `prepaid_duration`")


class Terms(serializers.Serializer[Any]):
    """What a sale promises; its show has the same terms."""

    price = serializers.IntegerField(help_text="coins a ticket")
    duration = serializers.IntegerField(help_text="the least length of the show, in seconds")
    start_within = serializers.IntegerField(help_text="the show starts within this many seconds of the end of the sale")
    start_by = EpochField(required=False, help_text="once the target is reached: the latest start of the show")


class GoalSerializer(serializers.Serializer[Any]):
    """A goal as the reader may see it."""

    id = ObjectIdSerializerField()
    version = serializers.IntegerField(help_text=VERSION)
    type = serializers.ChoiceField(choices=[each.value for each in GoalType])
    active = serializers.BooleanField()
    state = serializers.ChoiceField(choices=("scheduled", "active", "ended"))
    progress = serializers.IntegerField()
    unit = serializers.ChoiceField(choices=[each.value for each in Unit])
    level = serializers.IntegerField()
    levels = serializers.ListField(child=Level())
    nbf = EpochField(allow_null=True)
    exp = EpochField(allow_null=True)
    conditions = Conditions()
    context = Context()  # type: ignore[assignment]  # likewise
    metadata = Metadata()
    price = InvitationPrice(required=False)
    terms = Terms(required=False)
    outcome = serializers.ChoiceField(choices=[each.value for each in Outcome], allow_null=True)
    ended_because = serializers.ChoiceField(choices=[each.value for each in EndedBecause], allow_null=True)
    breakdown = serializers.DictField(
        child=serializers.IntegerField(),
        required=False,
        help_text="Coins by payer: all of them for the streamer and support, a payer's own for a payer",
    )


class ReceiptTransfer(serializers.Serializer[Any]):
    """The movement of coins that a purchase was."""

    transfer_id = serializers.CharField()
    from_user_id = ObjectIdSerializerField(source="payer_id")
    to_user_id = serializers.SerializerMethodField()
    amount = serializers.IntegerField()
    escrow_id = serializers.SerializerMethodField()
    created_at = EpochDateTimeField()

    def get_escrow_id(self, receipt: Any) -> str:
        return escrow_ids.show_funding(receipt.goal_id)

    def get_to_user_id(self, _receipt: Any) -> str | None:
        return None  # the coins lie in escrow: nobody has them yet


class ReceiptSerializer(serializers.Serializer[Any]):
    """What a buyer is answered; `progress` is coins, all that this buyer bought included."""

    transfer = ReceiptTransfer(source="*")
    goal_id = ObjectIdSerializerField()
    quantity = serializers.IntegerField()
    progress = serializers.IntegerField()


class ContributionSerializer(serializers.Serializer[Contribution]):
    """A purchase, for the streamer and support."""

    transfer_id = serializers.CharField()
    user_id = ObjectIdSerializerField(source="payer_id")
    quantity = serializers.IntegerField()
    amount = serializers.IntegerField()
    returned = serializers.IntegerField(help_text="coins that were given back before the escrow was settled")
    created_at = EpochDateTimeField()
