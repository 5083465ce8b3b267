"""What goals refuse."""

from __future__ import annotations

from livestream.errors import Conflict, DomainError, Forbidden, NotFound, Unprocessable


class GoalNotFound(NotFound):
    code = "goal_not_found"
    title = "There is no such goal"


class NotYourGoal(Forbidden):
    code = "not_your_goal"
    title = "This goal belongs to another streamer"


class GoalNotActive(Conflict):
    code = "goal_not_active"
    title = "This goal has ended"


class FundingNotClosed(Conflict):
    code = "funding_not_closed"
    title = "The tickets of this show are still on sale"


class FundingNotReached(Conflict):
    code = "funding_not_reached"
    title = "The funding goal was not reached"


class ShowAlreadyCreated(Conflict):
    code = "show_already_created"
    title = "This funding goal has its show already"


class ShorterThanSold(Conflict):
    code = "shorter_than_sold"
    title = "The show is shorter than what was sold"


class StartsTooLate(Conflict):
    code = "starts_too_late"
    title = "The show starts later than what was sold"


class NbfTooFar(Unprocessable):
    code = "nbf_too_far"
    title = "nbf is too far in the future"


class PriceChanged(Conflict):
    code = "price_changed"
    title = "The price is higher than what you agreed to pay"


class ContributionNotFound(NotFound):
    code = "contribution_not_found"
    title = "There is no such purchase"


class NotYourContribution(Forbidden):
    code = "not_your_contribution"
    title = "Somebody else bought these tickets"


class SaleReached(Conflict):
    code = "sale_reached"
    title = "The sale has reached its target, and its tickets are final"


class UnknownTicketProduct(Unprocessable):
    code = "unknown_ticket_product"
    title = "There is no such ticket product"


class TicketProductMismatch(Unprocessable):
    code = "ticket_product_mismatch"
    title = "The funding goal sells another ticket product"


class GoalOfAnotherSession(Unprocessable):
    code = "goal_of_another_session"
    title = "The funding goal belongs to another session"


class ExpiryInThePast(Unprocessable):
    code = "exp_in_the_past"
    title = "exp lies in the past"


class NotForSale(Conflict):
    code = "not_for_sale"
    title = "This goal sells no tickets"


class OwnGoal(Forbidden):
    code = "own_goal"
    title = "A streamer cannot buy tickets of their own goal"


class OwnSession(Forbidden):
    code = "own_session"
    title = "A streamer cannot invite themselves"


class BlockedByStreamer(Forbidden):
    code = "blocked_by_streamer"
    title = "The streamer has blocked you"


class NotAuthorizedForQuality(Forbidden):
    code = "not_authorized_for_quality"
    title = "You have not paid for this quality"


class QualityNotOffered(Forbidden):
    code = "quality_not_offered"
    title = "The streamer does not offer this"


class ShowInProgress(Forbidden):
    code = "show_in_progress"
    title = "A show is being sold or played"


class ExclusiveInProgress(Forbidden):
    code = "exclusive_in_progress"
    title = "The streamer is in a 1-on-1"


class StageTaken(Conflict):
    code = "stage_taken"
    title = "The streamer's stage is taken"


class LivestreamTriggerQuotaExceeded(DomainError):
    status = 429
    code = "livestream_trigger_quota_exceeded"
    title = "The streamer takes no invitation again yet"


class DurationOutOfBounds(Unprocessable):
    code = "duration_out_of_bounds"
    title = "The duration is out of bounds"


class AgreeRequired(Unprocessable):
    code = "agree_required"
    title = "An invitation is agreed to or declined"


class AlreadyAgreed(Conflict):
    code = "already_agreed"
    title = "This invitation was agreed to"


class KaraokeAlreadyActive(Conflict):
    code = "karaoke_already_active"
    title = "This session has its karaoke already"


class AgreeNotAllowed(Unprocessable):
    code = "agree_not_allowed"
    title = "Only an invitation can be agreed to"
