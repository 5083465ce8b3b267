"""What notifications refuse."""

from __future__ import annotations

from livestream.errors import DomainError, Forbidden


class InvalidSignature(DomainError):
    """Nobody who knows one of our webhook keys has signed this."""

    status = 401
    code = "invalid_signature"
    title = "The webhook's signature is not valid"


class WebhookTooLarge(DomainError):
    """Read to the limit, and there was more."""

    status = 413
    code = "body_too_large"
    title = "The webhook is larger than 4 MB"


class TooManyEvents(DomainError):
    """More events than Pusher ever sends; storing them would take longer than it waits for the answer."""

    status = 413
    code = "too_many_events"
    title = "The webhook has more than 10,000 events"


class MalformedWebhook(DomainError):
    """The body is signed, but has no time or no list of events."""

    code = "malformed_webhook"
    title = "The webhook is malformed"


class WebhookTooOld(DomainError):
    """Longer ago than Pusher repeats, with a margin (spec section 5)."""

    code = "webhook_too_old"
    title = "The webhook is too old"


class WebhookFromFuture(DomainError):
    """Our clock and the sender's disagree, or the sender lies."""

    code = "webhook_from_future"
    title = "The webhook's time lies in the future"


class InvalidSocketId(DomainError):
    """Not what Pusher calls a connection."""

    code = "invalid_socket_id"
    title = "A socket id is two numbers joined by a dot"


class ChannelNotAllowed(Forbidden):
    """The channel is somebody else's, or no channel of this product."""

    code = "channel_not_allowed"
    title = "You may not join this channel"


class SigningUnavailable(DomainError):
    """Authorizations are signed with Pusher's secret, and there is none."""

    status = 503
    code = "channel_auth_unavailable"
    title = "Channels cannot be authorized on this server"
