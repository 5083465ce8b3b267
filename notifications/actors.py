"""Actors of notifications."""

from __future__ import annotations

import time

from django.conf import settings

from livestream import clock
from livestream.outbox import durable, external
from notifications import provider
from notifications.services import admitting, escrow_pushes, goal_pushes, processing, sending, streams


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


# `after_viewer` is what the release before counted its progress by; its messages may still be there.
@durable()
def push_stream_authorized(*, goal_id: str, event_id: str, after_viewer: str = "") -> None:
    """Have everybody who paid for a running goal told that it is theirs to watch."""
    streams.authorize(goal_id=goal_id, event_id=event_id, now=clock.now())


@external()
def send_stream_authorized(*, audience_id: str) -> None:
    """Tell an audience, for as long as the lease of the message allows; the sweep asks again."""
    until = time.monotonic() + settings.OUTBOX_LEASE
    chosen = provider.get_provider()
    while time.monotonic() < until and admitting.admit_page(
        audience_id=audience_id, provider=chosen, until=until, now=clock.now()
    ):
        pass


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
