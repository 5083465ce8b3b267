"""Actors of notifications."""

from __future__ import annotations

import time

from django.conf import settings

from livestream import clock
from livestream.outbox import durable, external
from notifications import provider
from notifications.services import escrow_pushes, goal_pushes, processing, sending, streams


@external()
def send_pushes() -> None:
    """Send what waits, for as long as the lease of the message allows; the sweep asks again."""
    until = time.monotonic() + settings.OUTBOX_LEASE
    chosen = provider.get_provider()
    while sending.send_page(provider=chosen, now=clock.now()) and time.monotonic() < until:
        pass


# Not `durable`: each webhook has a transaction of its own, so that one that fails takes no
# other with it, and no lock outlives its webhook. It does call no network.
@external(queue="default")
def process_webhooks() -> None:
    """Process the inbox, for as long as the lease of the message allows."""
    until = time.monotonic() + settings.OUTBOX_LEASE
    while processing.process_page(now=clock.now()) and time.monotonic() < until:
        pass


@durable()
def push_goal_progress(*, goal_id: str, event_id: str) -> None:
    """Push a goal's progress as it stands now (spec section 8)."""
    goal_pushes.push_goal(goal_id=goal_id, event=goal_pushes.PROGRESS, event_id=event_id, now=clock.now())


@durable()
def push_stream_authorized(*, goal_id: str, after_viewer: str, event_id: str) -> None:
    """Tell the next ticket holders of a show that it is theirs to watch."""
    streams.authorize_next(goal_id=goal_id, after_viewer=after_viewer, event_id=event_id, now=clock.now())


@durable()
def push_escrow_refunds(*, escrow_id: str, first_payer: str, last_payer: str, event_id: str) -> None:
    """Tell the next payers of an escrow what they were given back."""
    escrow_pushes.tell_refunds(
        escrow_id=escrow_id,
        first_payer=first_payer,
        last_payer=last_payer,
        event_id=event_id,
        now=clock.now(),
    )
