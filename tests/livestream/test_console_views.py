"""The page of the console: where it is shown, and what it tells its scripts."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from livestream.demo.users import DEMO_USERS


@pytest.fixture(autouse=True)
def _switched_on(settings):
    settings.CONSOLE = True


def page(client, query=""):
    answer = client.get(f"/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def start_of(client, query=""):
    [text] = re.findall(r'<script id="start" type="application/json">(.*?)</script>', page(client, query))
    return json.loads(text)


@pytest.mark.parametrize("path", ["/", "/console/texts.js"])
def test_it_is_there_only_where_it_is_switched_on(client, settings, path):
    assert client.get(path).status_code == 200
    settings.CONSOLE = False
    refused = client.get(path)
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")


def test_it_needs_no_database(client):
    """Without the fixture `db`, a query would fail."""
    assert "pane-streamer" in page(client)


@pytest.mark.parametrize(
    ("query", "panes"),
    [
        ("", ["streamer", "viewer"]),
        ("?pane=", ["streamer", "viewer"]),
        ("?pane=streamer", ["streamer"]),
        ("?pane=viewer", ["viewer"]),
        ("?pane=<script>", ["streamer", "viewer"]),
    ],
)
def test_one_pane_can_be_shown_alone(client, query, panes):
    assert [pane["name"] for pane in start_of(client, query)["panes"]] == panes
    assert re.findall(r'id="pane-(\w+)"', page(client, query)) == panes


def test_only_the_local_profile_names_its_users(client, settings):
    settings.LOCAL_PROFILE = True
    named = start_of(client)["demo"]["usernames"]
    assert named == [user.username for user in DEMO_USERS if not user.is_staff]
    settings.LOCAL_PROFILE = False
    assert start_of(client)["demo"] is None


@pytest.mark.parametrize(("shortest", "longest", "suggested"), [(3, 3600, 10), (60, 3600, 60), (1, 5, 5)])
def test_a_suggested_invitation_is_within_its_bounds(client, settings, shortest, longest, suggested):
    settings.INVITATION_MIN_DURATION, settings.INVITATION_MAX_DURATION = shortest, longest
    assert start_of(client)["invitation"] == {"min": shortest, "max": longest, "suggested": suggested}


@pytest.mark.parametrize(
    ("query", "language", "title"), [("", "en", "console"), ("?lang=zh-hant", "zh-hant", "控制台")]
)
def test_it_speaks_both_languages(client, query, language, title):
    text = page(client, query)
    assert f'<html lang="{language}">' in text
    assert title in re.findall("<title>(.*)</title>", text)[0]
    assert f"/console/texts.js?lang={language}" in text


def test_its_texts_are_those_of_the_language(client):
    go_live = json.dumps("開始直播")
    assert go_live in client.get("/console/texts.js?lang=zh-hant").content.decode()
    assert go_live not in client.get("/console/texts.js?lang=en").content.decode()


def test_only_reading_is_allowed(client):
    assert client.post("/").status_code == 405


def test_nothing_in_it_is_inline(client):
    """The policy forbids inline scripts and styles, so one would silently not work."""
    text = page(client)
    assert re.findall(r"<script(?![^>]*(?:src=|application/json))", text) == []
    assert re.findall(r"<style|\sstyle=|\son\w+=", text) == []


def test_each_file_that_it_names_is_there(client):
    named = re.findall(r'(?:src|href)="/static/([^"]+)"', page(client))
    assert len(named) > 3
    assert [path for path in named if finders.find(path) is None] == []


def test_each_module_that_a_module_names_is_there():
    for module in Path(finders.find("livestream/console/main.js")).parent.glob("*.js"):
        for name in re.findall(r'from "\./(.+)"', module.read_text()):
            assert (module.parent / name).exists(), f"{module.name} imports {name}"
