"""`manage.py verify_ledger` tells people and programs whether the ledger is right."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.support.escrows import paid_escrow
from wallet.models import Account
from wallet.verification import CHECKS

pytestmark = pytest.mark.django_db


@pytest.fixture
def one_coin_too_many(moving):
    _, [payer] = paid_escrow([10])
    Account.objects.filter(pk=payer.pk).update(balance=1)
    return payer


def verify(*arguments):
    """Run the command; return its exit code and what it printed."""
    out = StringIO()
    try:
        call_command("verify_ledger", *arguments, stdout=out, no_color=True)
    except CommandError as error:
        return error.returncode, out.getvalue()
    return 0, out.getvalue()


def test_of_a_right_ledger_it_names_each_rule_and_exits_with_0(moving):
    paid_escrow([10, 20])
    code, text = verify()
    assert code == 0
    assert text.splitlines() == [f"ok  {check}" for check in CHECKS]


def test_of_a_wrong_one_it_says_where_and_exits_with_1(one_coin_too_many):
    code, text = verify()
    assert code == 1
    assert "WRONG  all balances sum up to zero" in text
    assert f"{one_coin_too_many.pk}: 1, not 0" in text
    assert "ok  a settled escrow is empty" in text


def test_for_programs_it_prints_one_document(one_coin_too_many):
    code, text = verify("--json")
    told = json.loads(text)
    assert (code, told["ok"], len(told["findings"])) == (1, False, 2)
    assert told["findings"][0] == "all balances sum up to zero: all accounts has 1, not 0"


def test_for_programs_a_right_ledger_is_a_document_too():
    assert verify("--json") == (0, '{"ok": true, "findings": []}\n')
