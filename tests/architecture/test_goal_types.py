"""What a goal type is stands in one table; a new type is asked about at every place that depends on it."""

from __future__ import annotations

import ast
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from goals.types import FACTS, GoalType, facts_of
from livestream.events import contracts
from tests.architecture.source import ROOMS, ROOT, Module, mypy_command, product_modules

TABLE = Path("goals/types.py")
CONTRACTS = Path("livestream/events/contracts.py")
# Goals of one type are made here, and the one of its type that a session has is looked for.
MADE_HERE = {Path("goals/services/creation.py")}
# The names of types that are also names of something else: a preset, a quality, a relation, a scenario.
OTHER_MEANINGS = {
    Path("goals/examples.py"),
    Path("goals/models/entries.py"),
    Path("goals/payments.py"),
    Path("goals/views/invitations.py"),
    Path("goals/views/products.py"),
    Path("notifications/push_examples.py"),
    Path("sessions_app/examples.py"),
    Path("sessions_app/views.py"),
    Path("goals/representation/sessions.py"),
    Path("sessions_app/models/session.py"),
    Path("sessions_app/rules.py"),
    Path("livestream/demo/invitations.py"),
    *(Path("livestream/demo/scenarios") / f"{name}.py" for name in ("__init__", "exclusive", "karaoke", "show")),
}


@pytest.mark.slow
def test_a_type_that_is_only_added_to_the_enum_fails_the_type_check_at_each_place_that_has_to_decide(tmp_path):
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__", "migrations"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    table = tmp_path / TABLE
    added = table.read_text().replace(
        "class GoalType(StrEnum):\n", 'class GoalType(StrEnum):\n    AUCTION = "auction"\n'
    )
    table.write_text(added)
    checked = subprocess.run(mypy_command(tmp_path), cwd=tmp_path, capture_output=True, text=True, check=False)
    named = {Path(line.partition(":")[0]) for line in checked.stdout.splitlines() if "assert_never" in line}
    assert checked.returncode == 1, checked.stdout + checked.stderr
    assert named == deciding_modules()
    assert len(named) > 4


def deciding_modules() -> set[Path]:
    """Return the modules in which a `match` over a goal's type ends with `assert_never`."""
    return {module.path for module in product_modules() if any(_is_over_types(each) for each in _matches(module))}


def _matches(module: Module) -> Iterator[ast.Match]:
    return (node for node in ast.walk(module.tree) if isinstance(node, ast.Match))


def _is_over_types(match: ast.Match) -> bool:
    return any(_names_a_type(node) for case in match.cases for node in ast.walk(case.pattern))


def _names_a_type(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "GoalType"


def test_every_match_over_types_is_exhaustive():
    for module in product_modules():
        for match in _matches(module):
            if _is_over_types(match):
                assert "assert_never" in ast.unparse(match.cases[-1]), f"{module.path}:{match.lineno}"


def test_nobody_compares_a_type_with_a_name():
    """A comparison decides for the types of today; the table, or a match, is asked about those of tomorrow."""
    found = [
        f"{module.path}:{node.lineno}"
        for module in product_modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Compare) and any(_names_a_type(each) for each in ast.walk(node))
    ]
    assert found == []


def test_no_type_is_written_as_a_bare_string():
    names = {each.value for each in GoalType}
    found = [
        f"{module.path}:{node.lineno} {node.value}"
        for module in product_modules()
        if module.path not in {TABLE, CONTRACTS, *OTHER_MEANINGS}
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and node.value in names
    ]
    assert found == []


def test_the_contracts_name_the_same_types():
    assert [getattr(contracts, each.name) for each in GoalType] == [each.value for each in GoalType]


def test_each_type_has_facts_of_its_own_and_the_table_has_them_all():
    assert [facts_of(each).type for each in GoalType] == [facts.type for facts in FACTS] == list(GoalType)


def test_no_query_asks_for_one_type():
    """A query decides as a comparison does: it takes its types from the table."""
    found = [
        f"{module.path}:{node.lineno}"
        for module in product_modules()
        if module.path not in MADE_HERE
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and _is_query(node)
        for argument in node.keywords
        if str(argument.arg).startswith("type") and any(_names_a_type(each) for each in ast.walk(argument.value))
    ]
    assert found == []


def _is_query(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name in {"filter", "exclude", "get", "get_or_create", "Q"}


def test_each_type_has_a_name_of_its_own_in_the_flow_notes():
    assert len({facts_of(each).class_name for each in GoalType}) == len(GoalType)
