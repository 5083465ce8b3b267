"""Sizes are habits: medians that show where the code drifts, and exceptions that give their reason.

A module is split where its subject ends, and a function where a step has a name of its own. Hence
neither is held to a number alone: what is much longer than most is listed here with a reason.
"""

from __future__ import annotations

import ast
from pathlib import Path
from statistics import median

from tests.architecture.source import Module, product_modules

LONG_MODULE = 220
LONG_FUNCTION = 40

# Half of all modules and functions are shorter than these. A median that leaves its range says that
# modules are cut by length again, or that they gather subjects.
MEDIAN_MODULE = range(35, 81)
MEDIAN_FUNCTION = range(3, 13)
TINY_MODULE = 30
MOST_TINY_MODULES = 0.16

LONG_MODULES: dict[str, str] = {
    "sessions_app/services/recording.py": "the requests, the calls and the rows of one state machine, read together",
    "livestream/events/contracts.py": "the payload of every event, read as one list",
    "goals/errors.py": "every refusal of the app, read as one list",
    "goals/receivers.py": "the wiring of the app, read as one list",
    "goals/serializers.py": "what a goal is asked for and answered as, read beside each other",
    "goals/selectors.py": "the queries of the app, most of a line or two",
    "goals/services/leaving.py": "one rule for everybody who loses access, with its form for each kind of escrow",
    "wallet/selectors.py": "the queries of the app, most of a line or two",
    "notifications/push_contracts.py": "the data of every push, read as one list",
    "notifications/push_payloads.py": "the payload of every push, read as one list",
    "notifications/push_events.py": "every push as clients read of it, one table",
    "notifications/receivers.py": "the wiring of the app, read as one list",
    "wallet/verification.py": "every rule of the ledger, read as one list",
    "notifications/services/goal_pushes.py": "every push about a goal, beside the rule of who hears it",
}
LONG_FUNCTIONS: dict[str, str] = {}


def test_most_modules_fit_on_a_page_or_two():
    assert int(median(lengths_of_modules().values())) in MEDIAN_MODULE


def test_few_modules_are_tiny():
    """A reader who follows one flow through ten files of twenty lines reads mostly imports."""
    lengths = list(lengths_of_modules().values())
    assert len([each for each in lengths if each < TINY_MODULE]) / len(lengths) <= MOST_TINY_MODULES


def test_a_long_module_gives_its_reason():
    assert {path for path, lines in lengths_of_modules().items() if lines > LONG_MODULE} == set(LONG_MODULES)
    assert all(LONG_MODULES.values())


def test_most_functions_are_short():
    assert int(median(length for _name, length in lengths_of_functions())) in MEDIAN_FUNCTION


def test_a_long_function_gives_its_reason():
    assert {name for name, lines in lengths_of_functions() if lines > LONG_FUNCTION} == set(LONG_FUNCTIONS)
    assert all(LONG_FUNCTIONS.values())


def test_nothing_is_called_utils():
    """A name that says nothing gathers everything."""
    vague = {"utils", "helpers", "common", "misc"}
    assert [str(m.path) for m in product_modules() if vague & {m.path.stem, *m.path.parts}] == []


def test_a_length_counts_lines():
    source = Module(Path("sample.py"), "def first():\n    return 1\n\n\ndef second(): ...\n")
    assert {name: length(node) for name, node in functions(source)} == {"sample.py:first": 2, "sample.py:second": 1}


def lengths_of_modules() -> dict[str, int]:
    """Return the lines of each module that has code; an `__init__.py` that only marks a package has none."""
    modules = [each for each in product_modules() if each.path.name != "__init__.py"]
    return {str(each.path): each.text.count("\n") for each in modules}


def lengths_of_functions() -> list[tuple[str, int]]:
    return [(name, length(node)) for module in product_modules() for name, node in functions(module)]


def functions(module: Module):
    for node in ast.walk(module.tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield f"{module.path}:{node.name}", node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or 0) - function.lineno + 1
