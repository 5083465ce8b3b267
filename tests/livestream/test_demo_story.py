"""The story of a demo: one line a happening, and promises that are checked."""

import io

import pytest

from livestream.demo.errors import DemoFailed
from livestream.demo.story import Story, progress_of


def goal(progress, target=1000, unit="coins"):
    return {"progress": progress, "levels": [{"title": "Tickets", "target": target}], "unit": unit}


@pytest.fixture
def out():
    return io.StringIO()


def test_a_line_says_who_did_what_with_how_many_coins_and_how_far_the_goal_is(out):
    Story(out=out).report("viewer1", "buys a ticket", coins=-1200, goal=goal(500))
    told = " ".join(out.getvalue().split())
    assert told == "viewer1 buys a ticket -1,200 [##########..........] 500 of 1,000 coins"


def test_a_line_is_never_wrapped(out):
    Story(out=out).report("streamer", "plays " * 50)
    assert out.getvalue().count("\n") == 1


@pytest.mark.parametrize(("progress", "marks"), [(0, 0), (999, 19), (1000, 20), (5000, 20)])
def test_the_bar_is_full_at_the_target_and_not_before(progress, marks):
    assert progress_of(goal(progress)).count("#") == marks


def test_a_file_gets_no_colours_and_a_terminal_does(out):
    terminal = io.StringIO()
    for story in (Story(out=out), Story(out=terminal, colour=True)):
        story.chapter("A show")
        story.report("viewer1", "buys a ticket", coins=-200)
    assert "\x1b" not in out.getvalue()
    assert "\x1b" in terminal.getvalue()


def test_a_promise_that_holds_is_counted(out):
    story = Story(out=out)
    story.check("nobody pays twice", holds=True)
    assert story.checks == 1
    assert "ok" in out.getvalue()


def test_a_promise_that_does_not_hold_ends_the_demo_with_a_sentence(out):
    story = Story(out=out)
    with pytest.raises(DemoFailed, match="nobody pays twice"):
        story.check("nobody pays twice", holds=False)
    assert story.checks == 0
