"""Which scenarios the demo has."""

from livestream.demo import scenarios
from livestream.demo.registry import SCENARIOS


def test_every_module_of_scenarios_declares_one():
    assert {name.rpartition(".")[2] for name in (each.play.__module__ for each in SCENARIOS.values())} == set(
        scenarios.__all__
    )


def test_a_show_is_played_before_failing_ones():
    assert list(SCENARIOS)[:2] == ["show", "refund"]


def test_each_rule_that_protects_a_viewer_has_a_story():
    assert {"taken-back", "blocked", "cut-short", "missed-start"} <= set(SCENARIOS)


def test_each_has_a_title_for_people():
    assert all(each.title and each.name == name for name, each in SCENARIOS.items())
