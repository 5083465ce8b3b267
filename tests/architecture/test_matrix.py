"""The documented matrix of events and receivers is the one the code has."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from livestream.events import matrix, registry
from livestream.events.signals import DomainSignal
from tests.architecture.source import ROOT

KEPT_AT = ROOT / "docs" / "signal-matrix.md"


def printed(*arguments):
    out = StringIO()
    call_command("signal_matrix", *arguments, stdout=out)
    return out.getvalue()


def test_the_copy_in_docs_is_what_the_command_prints():
    assert KEPT_AT.read_text().strip() == printed().strip()
    assert printed("--check") == ""


def test_a_copy_that_is_out_of_date_is_noticed(happening):
    with pytest.raises(CommandError, match="out of date"):
        printed("--check")


def test_every_event_and_every_receiver_is_in_it():
    sections = dict(each.split("\n", 1) for each in matrix.render().split("\n## ")[1:])
    assert list(sections) == list(DomainSignal.registry)
    for receiver in registry.all_receivers():
        row = f"| {receiver.name} | {'effect' if receiver.effect else 'state'}"
        assert row in sections[receiver.signal.name]
