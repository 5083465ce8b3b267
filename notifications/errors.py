"""What notifications refuse."""

from __future__ import annotations

from livestream.errors import DomainError, Forbidden


class InvalidSignature(DomainError):
    """The webhook is not signed with a key of this service."""

    status = 401
    code = "invalid_signature"
    title = "The webhook's signature is not valid"
    advice = "Check the key and the secret that the realtime server signs with."


class WebhookTooLarge(DomainError):
    """The webhook is larger than 4 MB."""

    status = 413
    code = "webhook_too_large"
    title = "The webhook is larger than 4 MB"
    advice = "Send fewer events in one webhook."


class TooManyEvents(DomainError):
    """The webhook has more than 10,000 events."""

    status = 413
    code = "too_many_events"
    title = "The webhook has more than 10,000 events"
    advice = "Send fewer events in one webhook."


class MalformedWebhook(DomainError):
    """The body is signed, but it is not a webhook: `time_ms` or the list of `events` is missing."""

    code = "malformed_webhook"
    title = "The webhook is malformed"
    advice = "Send webhooks in the format of Pusher Channels."


class WebhookTooOld(DomainError):
    """The webhook was made too long ago."""

    code = "webhook_too_old"
    title = "The webhook is too old"
    advice = "Do not repeat it. Check the clock of the sender."
    members = {"max_age": {"type": "integer", "description": "How old a webhook may be, in seconds.", "example": 900}}


class WebhookFromFuture(DomainError):
    """The time of the webhook lies in the future."""

    code = "webhook_from_future"
    title = "The webhook's time lies in the future"
    advice = "Check the clock of the sender."


class InvalidSocketId(DomainError):
    """`socket_id` is not two numbers joined by a dot."""

    code = "invalid_socket_id"
    title = "A socket id must be two numbers joined by a dot"
    advice = "Send the `socket_id` of the connection."


class ChannelNotAllowed(Forbidden):
    """There is no such channel, or it is not for you."""

    code = "channel_not_allowed"
    title = "You may not join this channel"
    advice = "Subscribe only to your own channels and to those of a stream that you may watch."


class SigningUnavailable(DomainError):
    """The service has no credentials of a realtime server, so it cannot sign."""

    status = 503
    code = "channel_auth_unavailable"
    title = "Channels cannot be authorized on this server"
    advice = "Work without real time: read `GET /events` instead."
