"""`manage.py replay_events`: dry unless applied, refuses what cannot be meant, stops and goes on."""

from __future__ import annotations

import shlex
import signal
import time

import psycopg
import pytest
from django.db import OperationalError, transaction

from livestream import clock, ids
from livestream.management.commands import replay_events
from livestream.models import EventRecord
from tests.support.commands import Terminal, run
from tests.support.outbox import run_due

pytestmark = pytest.mark.django_db
GOAL, OTHER = "a" * 24, "b" * 24


@pytest.fixture
def log(moving, happening):
    """Six events, a second apart, of two goals; and what was heard of them."""
    happening.heard = []
    happening.receive(lambda event: happening.heard.append(event.number), name="counting")
    happening.receive(lambda event: None, name="effect_one", effect=True)
    for number in range(6):
        with transaction.atomic():
            happening.publish(number=number, goal_id=GOAL if number % 2 else OTHER)
        moving.advance(seconds=1)
    run_due()
    happening.heard.clear()
    return happening


def test_a_dry_run_says_what_would_be_done_and_does_nothing(log):
    ran = run("replay_events", "--event", "test.happened")
    assert ran.code == 0
    assert "6 of 6 events looked at" in ran.out
    assert "6  counting" in ran.out
    assert "--apply" in ran.out
    assert (log.heard, run_due()) == ([], 0)


def test_applied_it_runs_them_in_the_order_of_the_log(log):
    assert run("replay_events", "--all", "--apply").code == 0
    assert log.heard == [0, 1, 2, 3, 4, 5]
    assert run_due() == 6, "effects are left to the workers"


def test_it_can_be_run_again(log):
    for _ in range(2):
        assert run("replay_events", "--all", "--apply").code == 0
    assert log.heard == [0, 1, 2, 3, 4, 5] * 2
    assert run_due() == 6


@pytest.mark.parametrize(
    ("chosen", "heard"),
    [
        (lambda log: ["--goal", GOAL], [1, 3, 5]),
        (lambda log: ["--id", EventRecord.objects.earliest("position").event_id], [0]),
        (lambda log: ["--since", EventRecord.objects.all()[4].occurred_at.isoformat()], [4, 5]),
        (lambda log: ["--until", EventRecord.objects.all()[2].occurred_at.isoformat()], [0, 1]),
        (lambda log: ["--all", "--after", str(EventRecord.objects.all()[3].position)], [4, 5]),
        (lambda log: ["--all", "--receiver", "effect_one"], []),
    ],
)
def test_only_what_is_chosen_is_replayed(log, chosen, heard):
    assert run("replay_events", "--apply", *chosen(log)).code == 0
    assert log.heard == heard


def logged(name, **payload):
    at = clock.now()
    return EventRecord.objects.create(event_id=ids.new_id(), name=name, payload=payload, triggerer="", occurred_at=at)


@pytest.mark.parametrize(
    ("given", "chosen"),
    [
        (["goal_ended"], {"show ended", "funding ended"}),
        (["features.leaderboards"], {"show started", "show ended", "funding ended"}),
        (["features.livestream"], {"session"}),
        (["ShowGoal"], {"show started", "show ended"}),
        (["ShowGoal", "ShowFundingGoal"], {"show started", "show ended", "funding ended"}),
        (["ShowGoal", "goal.ended"], {"show ended"}),
        (["KaraokeGoal"], set()),
    ],
)
def test_events_are_chosen_by_old_names(moving, given, chosen):
    made = {
        "show started": logged("goal.started", type="show"),
        "show ended": logged("goal.ended", type="show"),
        "funding ended": logged("goal.ended", type="funding"),
        "session": logged("session.ended"),
    }
    options = [word for name in given for word in ("--event", name)]
    walked = replay_events.Command().choose(parsed(options)).items
    assert {each.event_id for each in walked} == {made[name].event_id for name in chosen}


def parsed(arguments):
    return vars(replay_events.Command().create_parser("manage.py", "replay_events").parse_args(arguments))


def test_an_escrow_is_chosen_by_an_old_form_of_its_id():
    assert parsed(["--escrow", f"_show_funding:{GOAL}"])["escrow"] == f"show_funding:{GOAL}"


REFUSED = [
    ([], "say which events"),
    (["--receiver", "counting"], "say which events"),
    (["--all", "--receiver", "no_such"], "no_such"),
    (["--event", "goal.ended", "--receiver", "notify_livestream_mvps"], "receives none of goal.ended"),
    (["--event", "goal.exploded"], "no event is called goal.exploded"),
    (["--event", "goal.exploded"], "old names known: ExclusiveGoal, KaraokeGoal"),
    (["--event", "KaraokeGoal", "--receiver", "record_show_with_rtc"], "receives none of KaraokeGoal"),
    (["--event", "goal_ended", "--receiver", "notify_livestream_mvps"], "receives none of goal_ended"),
    (["--goal", "xyz"], "'xyz' is no id"),
    (["--goal", "c" * 24], "the log holds nothing"),
    (["--id", "c" * 24], "the log holds nothing"),
    (["--since", "2026-05-02", "--until", "2026-05-01"], "--since must lie before --until"),
    (["--since", "yesterday"], "is no time"),
    (["--all", "--after", "-3"], "--after"),
    (["--all", "--rate", "0"], "is no rate"),
]


@pytest.mark.parametrize(("arguments", "sentence"), REFUSED)
def test_a_wrong_argument_is_refused_with_a_sentence(log, arguments, sentence):
    ran = run("replay_events", "--apply", *arguments)
    assert (ran.code, sentence in ran.said) == (2, True), ran.said
    assert log.heard == []


def test_ctrl_c_stops_it_between_two_events_and_it_says_how_to_go_on(log):
    log.receive(lambda event: event.number == 2 and signal.raise_signal(signal.SIGINT), name="impatient")
    ran = run("replay_events", "--all", "--apply", "--json")
    assert ran.code == 130
    assert log.heard == [0, 1, 2]
    assert (ran.told["interrupted"], ran.told["looked_at"]) == (True, 3)
    going_on = shlex.split(ran.told["resume"])
    assert going_on[:2] == ["manage.py", "replay_events"]
    assert ran.told["resume"] in ran.said
    assert run(*going_on[1:]).code == 0
    assert log.heard == [0, 1, 2, 3, 4, 5]


def test_an_event_that_fails_keeps_no_other_from_being_replayed(log):
    def refuse(event):
        if event.number == 1:
            raise ValueError("not this one")

    log.receive(refuse, name="refusing")
    ran = run("replay_events", "--all", "--apply", "--json")
    assert ran.code == 1
    assert log.heard == [0, 1, 2, 3, 4, 5]
    assert (ran.told["failed"], ran.told["done"]["counting"]) == (1, 5)
    assert ran.told["failures"][0]["error"] == "ValueError: not this one"
    assert run_due() == 5, "of the one that failed nothing is left"


def test_when_the_database_goes_away_it_says_where_to_go_on(log):
    def lose(event):
        if event.number == 3:
            raise OperationalError("gone")

    log.receive(lose, name="losing")
    ran = run("replay_events", "--all", "--apply", "--json")
    assert (ran.code, ran.told["looked_at"], ran.told["failed"]) == (1, 3, 0)
    assert ran.told["resume"].endswith(f"--after {EventRecord.objects.all()[2].position}")


def test_an_item_whose_lock_somebody_holds_fails_alone(log):
    def wait_in_vain(event):
        if event.number == 3:
            raise OperationalError("canceling statement due to lock timeout") from psycopg.errors.LockNotAvailable()

    log.receive(wait_in_vain, name="waiting")
    ran = run("replay_events", "--all", "--apply", "--json")
    assert (ran.code, ran.told["looked_at"], ran.told["failed"]) == (1, 6, 1)


def test_what_it_leaves_in_the_log_itself_is_not_replayed_in_turn(log):
    log.receive(lambda event: event.number < 100 and log.publish(number=100), name="echoing")
    assert run("replay_events", "--all", "--apply", "--json").told["looked_at"] == 6


def test_an_event_of_another_release_is_named_and_left(log):
    EventRecord.objects.create(
        event_id=ids.new_id(), name="of.another.release", payload={}, triggerer="", occurred_at=clock.now()
    )
    ran = run("replay_events", "--all", "--apply", "--json")
    assert (ran.code, ran.told["failed"], ran.told["done"]["counting"]) == (1, 1, 6)
    assert "of.another.release" in ran.told["failures"][0]["error"]


def test_a_terminal_is_shown_a_bar_and_programs_are_not(log):
    seen = run("replay_events", "--all", err=Terminal())
    assert "━" in seen.err
    assert "6/6" in seen.err
    assert run("replay_events", "--all", "--json").err == ""


def test_it_keeps_to_a_rate(log):
    began = time.monotonic()
    run("replay_events", "--all", "--apply", "--rate", "50")
    assert time.monotonic() - began >= 5 / 50


def test_any_number_of_events_are_read_a_page_at_a_time(log, monkeypatch):
    monkeypatch.setattr("livestream.storage.keyset.iterate.__kwdefaults__", {"after": None, "size": 2})
    assert run("replay_events", "--all", "--apply").code == 0
    assert log.heard == [0, 1, 2, 3, 4, 5]
