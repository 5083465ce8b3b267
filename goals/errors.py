"""What goals refuse."""

from __future__ import annotations

from livestream.errors import Conflict, DomainError, Forbidden, NotFound, Unprocessable


class GoalNotFound(NotFound):
    """There is no goal with this id."""

    code = "goal_not_found"
    title = "There is no such goal"
    advice = "Check the id. `GET /goals` lists the goals of a session or a streamer."


class NotYourGoal(Forbidden):
    """Only the streamer of the goal may do this."""

    code = "not_your_goal"
    title = "This goal belongs to another streamer"


class GoalNotActive(Conflict):
    """The goal has ended, or has not started yet."""

    code = "goal_not_active"
    title = "This goal is not active"
    advice = "Read the goal again: `state`, `outcome` and `ended_because` say what became of it."


class FundingNotClosed(Conflict):
    """The tickets for the show are still on sale."""

    code = "funding_not_closed"
    title = "The tickets of this show are still on sale"
    advice = "Wait until the sale has reached its target and closed, then create the show."


class FundingNotReached(Conflict):
    """The sale ended below its target, so it gets no show. Its buyers are refunded."""

    code = "funding_not_reached"
    title = "The sale did not reach its target"
    advice = "Open a new sale."


class ShowAlreadyCreated(Conflict):
    """The sale already has its show."""

    code = "show_already_created"
    title = "This sale already has its show"
    advice = "Read the sale: `context.show_goal_id` names the show."


class ShorterThanSold(Conflict):
    """The last target of the show is below `terms.duration` of the sale."""

    code = "shorter_than_sold"
    title = "The show is shorter than what was sold"
    advice = "Make the show at least `duration` seconds long."
    members = {"duration": {"type": "integer", "description": "The seconds that were sold.", "example": 600}}


class StartsTooLate(Conflict):
    """The show would start after `terms.start_by` of the sale."""

    code = "starts_too_late"
    title = "The show would start later than the sale promised"
    advice = "Start the show by `start_by`. After that moment, the buyers are refunded."
    members = {
        "start_by": {"type": "integer", "description": "The latest start, in unix seconds.", "example": 1745993863}
    }


class NbfTooFar(Unprocessable):
    """`nbf` is further ahead than a session can last."""

    code = "nbf_too_far"
    title = "`nbf` is too far in the future"
    advice = "Choose an earlier `nbf`."
    members = {"max": {"type": "integer", "description": "How many seconds ahead `nbf` may be.", "example": 86400}}


class PriceChanged(Conflict):
    """The price is above `max_price`. Nothing was paid."""

    code = "price_changed"
    title = "The price is higher than what you agreed to pay"
    advice = "Show the new `price`, and repeat the call with a higher `max_price` if the user agrees."
    members = {
        "price": {"type": "integer", "description": "The price of the whole call now, in coins.", "example": 600}
    }


class ContributionNotFound(NotFound):
    """There is no purchase with this id in this sale."""

    code = "contribution_not_found"
    title = "There is no such purchase"
    advice = "Check the `transfer_id`. The answer to the purchase has it."


class NotYourContribution(Forbidden):
    """Somebody else bought these tickets."""

    code = "not_your_contribution"
    title = "Somebody else bought these tickets"


class SaleReached(Conflict):
    """The sale has reached its target, so its tickets can no longer be returned."""

    code = "sale_reached"
    title = "The sale has reached its target, and its tickets are final"
    advice = "Show the tickets as final. If no show takes place, they are refunded."


class UnknownTicketProduct(Unprocessable):
    """There is no ticket product with this id and type."""

    code = "unknown_ticket_product"
    title = "There is no such ticket product"
    advice = "Choose one that `GET /ticket_products` lists."


class TicketProductMismatch(Unprocessable):
    """The show names another ticket product than the sale that pays for it."""

    code = "ticket_product_mismatch"
    title = "The sale sells another ticket product"
    advice = "Send the ticket product of the sale."


class GoalOfAnotherSession(Unprocessable):
    """The sale belongs to another session than the one in the request."""

    code = "goal_of_another_session"
    title = "The sale belongs to another session"
    advice = "Send the session of the sale."


class ExpiryInThePast(Unprocessable):
    """`exp` is not in the future."""

    code = "exp_in_the_past"
    title = "`exp` is not in the future"
    advice = "Choose a later `exp`. The header `Date` of the answer has the time of the server."


class NotForSale(Conflict):
    """The goal is not a ticket sale."""

    code = "not_for_sale"
    title = "This goal sells no tickets"
    advice = "Buy tickets of a goal of type `funding`."


class OwnGoal(Forbidden):
    """Streamers cannot buy tickets of their own sales."""

    code = "own_goal"
    title = "A streamer cannot buy tickets of their own goal"


class OwnSession(Forbidden):
    """Streamers cannot invite themselves."""

    code = "own_session"
    title = "A streamer cannot invite themselves"


class BlockedByStreamer(Forbidden):
    """The streamer has blocked you."""

    code = "blocked_by_streamer"
    title = "The streamer has blocked you"
    advice = "Hide what this streamer offers. What you paid and have not received is refunded."


class NotAuthorizedForQuality(Forbidden):
    """You have not paid for what is performed now, or the streamer has blocked you."""

    code = "not_authorized_for_quality"
    title = "You have not paid for this quality"
    advice = "Show the preview. After a payment, or when the performance has ended, ask again."


class QualityNotOffered(Forbidden):
    """The session has no price for this quality, so the streamer does not offer it."""

    code = "quality_not_offered"
    title = "The streamer does not offer this"
    advice = "Read `prices` of the session."


class ShowInProgress(Forbidden):
    """The streamer sells tickets or performs a show, and accepts no invitations until it has ended."""

    code = "show_in_progress"
    title = "A show is on sale or being performed"
    advice = "Offer invitations again when the sale or the show has ended."


class ExclusiveInProgress(Forbidden):
    """The streamer is in a 1-on-1, and accepts no invitations until it has ended."""

    code = "exclusive_in_progress"
    title = "The streamer is in a 1-on-1"
    advice = "Offer invitations again when the 1-on-1 has ended."


class StageTaken(Conflict):
    """Another performance that was paid for is scheduled or running. A streamer performs one at a time."""

    code = "stage_taken"
    title = "The streamer's stage is taken"
    advice = "Wait until the other performance has ended, or end it."


class LivestreamTriggerQuotaExceeded(DomainError):
    """An invitation was declined or left unanswered a short time ago: anybody's to a private show of this session, or
    your own to a 1-on-1.
    """

    status = 429
    code = "livestream_trigger_quota_exceeded"
    title = "The streamer accepts no new invitation yet"
    advice = "Offer invitations again after the seconds in `Retry-After`."
    names_a_delay = True


class DurationOutOfBounds(Unprocessable):
    """`duration` is shorter or longer than an invitation may be."""

    code = "duration_out_of_bounds"
    title = "The duration is out of bounds"
    advice = "Choose a duration from `min` to `max` seconds."
    members = {
        "min": {"type": "integer", "description": "The shortest duration, in seconds.", "example": 60},
        "max": {"type": "integer", "description": "The longest duration, in seconds.", "example": 3600},
    }


class AgreeRequired(Unprocessable):
    """The goal is an unanswered invitation, and the streamer did not say whether they agree."""

    code = "agree_required"
    title = "Say whether you agree to the invitation"
    advice = "Send `agree`: `true` to accept the invitation, `false` to decline it."


class AlreadyAgreed(Conflict):
    """The invitation was accepted, so it can no longer be taken back."""

    code = "already_agreed"
    title = "This invitation was agreed to"
    advice = "Show it as accepted."


class KaraokeAlreadyActive(Conflict):
    """The session already has a karaoke."""

    code = "karaoke_already_active"
    title = "This session already has a karaoke"
    advice = "End the other karaoke first."


class AgreeNotAllowed(Unprocessable):
    """`agree` was sent for a goal that is not an unanswered invitation."""

    code = "agree_not_allowed"
    title = "Only an invitation can be agreed to"
    advice = "Leave `agree` out to end the goal."
