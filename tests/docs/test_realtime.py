"""The page on real time: what it says of channels, events and limits is what the code does."""

from __future__ import annotations

import json
import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from notifications import channels
from notifications.management.commands import realtime_reference
from notifications.push_events import TABLE
from settings.environment import BASE_DIR
from tests.docs import pages

PAGE = BASE_DIR / "docs" / "realtime.md"
TEXT = PAGE.read_text()


def printed(*arguments):
    out = StringIO()
    call_command("realtime_reference", *arguments, stdout=out)
    return out.getvalue()


def test_the_copy_in_docs_is_what_the_command_prints():
    assert TEXT.strip() == printed().strip()
    assert printed("--check") == ""


def test_a_copy_that_is_out_of_date_is_noticed(monkeypatch):
    monkeypatch.setattr(realtime_reference.realtime_reference, "TABLE", TABLE[1:])
    with pytest.raises(CommandError, match="out of date"):
        printed("--check")


def section_of(row):
    return TEXT.split(f"\n### {row.name}\n")[1].split("\n### ")[0].split("\n## ")[0]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_each_event_is_told_with_its_channels_its_members_and_an_example(row):
    section = section_of(row)
    assert [name for name in row.channels if f"`{name}`" not in section] == []
    own = set(row.payload().fields) - {"event_id", "push_id", "truncated"}
    assert [name for name in own if f"\n| `{name}` |" not in section] == []
    [example] = re.findall(r"```json\n(.*?)```", section, re.DOTALL)
    assert set(json.loads(example)) == set(row.example)


def test_each_kind_of_channel_that_hears_something_is_told_who_may_join():
    told = {row.strip("`") for row in pages.first_column(path=PAGE, heading="Channels").splitlines()[2:]}
    assert told == {each.pattern for each in channels.DESCRIBED}
    assert {name for row in TABLE for name in row.channels} <= told


def test_nothing_of_the_template_is_left_and_nothing_is_escaped():
    assert [word for word in ("{%", "{{", "&quot;", "&#x27;", "&amp;") if word in TEXT] == []


def test_the_links_within_the_page_lead_somewhere():
    headings = re.findall(r"^#+ (.*)$", TEXT, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) <= anchors
