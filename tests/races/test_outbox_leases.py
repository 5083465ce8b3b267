"""The thread that renews leases waits for no row that somebody else has locked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from livestream import clock
from livestream.models import OutboxMessage
from livestream.outbox import claiming, leases
from tests.support.broker import silent_broker
from tests.support.threads import Turnstile, in_thread

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@transaction.atomic
def lock(message: OutboxMessage, turnstile: Turnstile) -> None:
    OutboxMessage.objects.select_for_update().get(pk=message.pk)
    turnstile.stop()


def test_leases_are_renewed_although_somebody_has_locked_one_of_the_rows(external_probe):
    turnstile = Turnstile()
    with silent_broker(), clock.frozen() as moving:
        for _ in range(3):
            external_probe.do()
        claimed = [claiming.claim_one(message_id=row.id, now=moving.at) for row in external_probe.rows()]
        locking = in_thread(lambda: lock(claimed[0], turnstile))
        turnstile.wait_until_reached()
        moving.advance(seconds=0.5)
        leases._renew(claimed)
        turnstile.let_on()
        locking()
        until = dict(OutboxMessage.objects.values_list("pk", "running_until"))
        gained = [until[each.pk] - each.running_until for each in claimed]
        assert gained == [timedelta(), timedelta(seconds=0.5), timedelta(seconds=0.5)]
