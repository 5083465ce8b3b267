"""The operators' page: each metric, alarm, command and exit code in it is a real one."""

from __future__ import annotations

import re
import shlex

import pytest
from django.core.management import get_commands, load_command_class
from prometheus_client.parser import text_string_to_metric_families

from livestream.command_line import exits
from tests.docs import pages

TEXT = pages.OPERATIONS.read_text()
COMMANDS = ("replay_events", "replay_tasks", "replay_webhooks", "settle_escrows", "verify_ledger", "signal_matrix")


def rows(heading: str, first: str) -> list[list[str]]:
    """Return the cells of the table whose first column is called `first`."""
    section = TEXT.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    table = section.split(f"| {first} |")[1].split("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.splitlines()[2:]]


@pytest.fixture
def exposed(client, db):
    """Each metric of ours that is served, and the values its labels have."""
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(client.get("/metrics").content.decode()):
        name = family.name + ("_total" if family.type == "counter" else "")
        if name.startswith("livestream_") and not name.endswith("_created"):
            found[name] = {value for s in family.samples for label, value in s.labels.items() if label != "le"}
    return found


def test_the_table_of_metrics_is_what_is_served(exposed):
    documented = {name: set(re.findall(r"`(\w+)`", told)) for (name, _, told) in rows("Metrics and alarms", "metric")}
    assert {name.strip("`") for name in documented} == set(exposed)
    for name, values in exposed.items():
        if name not in ("livestream_outbox_failures_total", "livestream_outbox_dead"):  # whose actors are many
            assert values <= documented[f"`{name}`"], name


def test_each_alarm_asks_for_what_is_served(exposed):
    alarms = rows("Metrics and alarms", "alarm")
    asked = set()
    for _, expression, *_ in alarms:
        for name, labels in re.findall(r"(livestream_\w+?)(?:_bucket)?(?:\{(.*?)\}|\[|\)| )", expression):
            asked.add(name)
            assert name in exposed, expression
            assert set(re.findall(r'"(\w+)"', labels)) <= exposed[name], expression
        assert expression.count("(") == expression.count(")") > 0, expression
    assert set(exposed) - asked <= {
        "livestream_escrows_unsettled",
        "livestream_webhooks_waiting",
        "livestream_pushes_unsent",
        "livestream_outbox_messages",
    }


def options_of(command: str) -> set[str]:
    parser = load_command_class(get_commands()[command], command).create_parser("manage.py", command)
    usual = load_command_class("django.core", "check").create_parser("manage.py", "check")
    return set(parser._option_string_actions) - set(usual._option_string_actions) - {"--skip-checks"}


def test_each_command_is_there_with_all_that_it_is_chosen_by():
    told = {name.strip("`"): set(re.findall(r"`(--[a-z-]+)`", how)) for name, _, how in rows("Commands", "command")}
    assert tuple(told) == COMMANDS
    for name in COMMANDS[:4]:
        assert options_of(name) - {"--apply", "--json", "--rate"} == told[name], name
    assert all("--json" in options_of(name) for name in COMMANDS)


def test_the_examples_can_be_typed():
    examples = [line for block in pages.blocks(path=pages.OPERATIONS, language="sh") for line in block.splitlines()]
    for part in (part for line in examples if "replay" in line for part in line.split("&&")):
        _, _, name, *arguments = shlex.split(part, comments=True)
        load_command_class(get_commands()[name], name).create_parser("manage.py", name).parse_args(arguments)


def test_the_exit_codes_are_those_of_the_commands():
    codes = [exits.Unfinished(""), exits.WrongArgument(""), exits.Interrupted("")]
    assert [int(code) for code, _ in rows("Commands", "exit code")] == [0, *(each.returncode for each in codes)]
