"""Of two balances that a user was shown, the one with the higher version is newer."""

from __future__ import annotations

import pytest

from goals.endings import EndedBecause
from goals.services import contributions, lifecycle
from livestream import clock
from tests.support.outbox import run_due
from tests.support.people import make_funding, make_session, make_user
from wallet import selectors
from wallet.errors import InsufficientBalance
from wallet.models import Account
from wallet.services import early_refunds

pytestmark = pytest.mark.django_db


def wallet(user):
    found = selectors.wallet_of(user_id=user.pk)
    return found.balance, found.version


def buy(goal, viewer):
    contributions.contribute(goal_id=goal.id, payer_id=viewer.pk, quantity=1, now=clock.now())


def test_each_change_of_a_balance_raises_its_version_by_one():
    viewer = make_user(coins=1000)
    seen = [wallet(viewer)]
    goal = make_funding(make_session(make_user()), target=10_000)
    for _ in range(2):
        buy(goal, viewer)
        seen.append(wallet(viewer))
    about = {"reason": EndedBecause.WITHDRAWN, "now": clock.now()}
    early_refunds.refund_payers(escrow_id=goal.escrow_id, payers=[viewer.pk], **about)
    seen.append(wallet(viewer))
    buy(goal, viewer)
    seen.append(wallet(viewer))
    lifecycle.deactivate_goal(goal_id=goal.id, because=EndedBecause.CANCELLED, now=clock.now())
    run_due()
    seen.append(wallet(viewer))
    assert seen == [(1000, 1), (800, 2), (600, 3), (1000, 4), (800, 5), (1000, 6)]


def test_what_is_refused_changes_neither():
    viewer = make_user(coins=100)
    goal = make_funding(make_session(make_user()), target=10_000)
    with pytest.raises(InsufficientBalance):
        buy(goal, viewer)
    assert wallet(viewer) == (100, 1)


def test_who_never_had_coins_has_an_empty_wallet():
    viewer = make_user()
    Account.objects.filter(pk=viewer.pk).delete()
    assert wallet(viewer) == (0, 0)
