"""Funded shows for the tests of notifications, and what was pushed about them."""

from __future__ import annotations

from django.test import Client

from goals.services import contributions
from livestream import clock
from notifications.models import Push
from tests.notifications.webhooks import body_of, member, post
from tests.support.outbox import run_due
from tests.support.people import make_funding, make_show, make_user


def buy(goal, viewer=None, quantity=1):
    """Buy tickets of 200 coins; returns the buyer."""
    viewer = viewer or make_user(coins=100_000)
    contributions.contribute(goal_id=goal.id, payer_id=viewer.pk, quantity=quantity, now=clock.now())
    return viewer


def funded(session, moving, *viewers):
    """Return a funding goal that these viewers (or one) reached, with everything done about it."""
    buyers = viewers or (make_user(coins=100_000),)
    funding = make_funding(session, target=200 * len(buyers))
    for viewer in buyers:
        buy(funding, viewer)
    run_due()
    moving.advance(seconds=1)
    run_due()
    funding.refresh_from_db()
    return funding


def running_show(session, moving, *viewers, **details):
    """Return a show that has started, before anything is done about it."""
    funding = funded(session, moving, *viewers)
    Push.objects.all().delete()
    return make_show(funding, **details)


def enter_stage(show):
    """Have Pusher tell that the streamer entered the show's stage."""
    entered = member("member_added", goal_id=show.id, user_id=show.streamer_id)
    assert post(Client(), body_of(entered)).status_code == 200


def pushed(event):
    """Return what was pushed as `event`, by channel, in order; a channel may be named twice."""
    rows = Push.objects.filter(event=event).order_by("id")
    return [(channel, row.data) for row in rows for channel in row.channels]


def told(event):
    """Return who was told `event`."""
    return [channel for channel, _ in pushed(event)]
