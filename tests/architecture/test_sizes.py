"""What one reads at once fits on a page or two: files under 200 lines, functions of at most 40."""

from __future__ import annotations

import ast

from tests.architecture.source import product_modules

LONGEST_FILE = 199
LONGEST_FUNCTION = 40


def test_no_file_outgrows_two_hundred_lines():
    lengths = {str(each.path): each.text.count("\n") for each in product_modules()}
    assert len(lengths) > 50
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_no_function_outgrows_forty_lines():
    found = {f"{m.path}:{f.name}": length(f) for m in product_modules() for f in functions(m.tree)}
    assert len(found) > 300
    assert {name: lines for name, lines in found.items() if lines > LONGEST_FUNCTION} == {}


def functions(tree):
    return [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def length(function):
    return (function.end_lineno or 0) - function.lineno + 1


def test_nothing_is_called_utils():
    """A name that says nothing gathers everything."""
    vague = {"utils", "helpers", "common", "misc"}
    assert [str(m.path) for m in product_modules() if vague & {m.path.stem, *m.path.parts}] == []
