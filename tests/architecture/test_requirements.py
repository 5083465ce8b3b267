"""Everything that is required is used: imported, run, named in the settings, or loaded by what is."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

from tests.architecture.source import ROOMS, ROOT

PYTHON = (*ROOMS, "tests", "bench", "examples", "manage.py")
RUN_FROM = ("Makefile", ".ci/install", ".ci/run", ".ci/servers.sh", "docs/operations.md", "examples/python/show.py")
REQUIREMENTS = ("requirements.txt", "requirements-dev.txt")

# What loads a distribution that nothing here imports. pytest loads its plugins by itself; the
# others are optional requirements of their loader.
LOADED_BY = {
    "hiredis": "redis",
    "flask": "moto",
    "flask-cors": "moto",
    "pytest-django": "pytest",
    "pytest-randomly": "pytest",
    "pytest-xdist": "pytest",
}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def required() -> list[str]:
    lines = [line for name in REQUIREMENTS for line in (ROOT / name).read_text().splitlines()]
    return [canonical(found[0]) for line in lines if (found := re.match(r"[A-Za-z][A-Za-z0-9._-]*", line))]


@functools.cache
def used_modules() -> frozenset[str]:
    """Return the top-level names of all modules that the project imports, runs or configures."""
    return frozenset([*imported(), *named_in_settings(), *run_or_plugged_in()])


def python_files(*places: str) -> Iterator[Path]:
    for place in places:
        path = ROOT / place
        yield from path.rglob("*.py") if path.is_dir() else [path]


def imported() -> Iterator[str]:
    for path in python_files(*PYTHON):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.partition(".")[0]


def named_in_settings() -> Iterator[str]:
    """Yield the packages of dotted names, as in INSTALLED_APPS and MIDDLEWARE."""
    for path in python_files("settings"):
        for node in ast.walk(ast.parse(path.read_text())):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and re.fullmatch(r"[a-z]\w*(\.\w+)*", text):
                yield text.partition(".")[0]


def run_or_plugged_in() -> Iterator[str]:
    for name in RUN_FROM:
        yield from re.findall(r"(?:-m|import|from) (\w+)", (ROOT / name).read_text())
    for plugins in re.findall(r"^plugins = \[(.+)\]$", (ROOT / "pyproject.toml").read_text(), re.MULTILINE):
        yield from re.findall(r'"(\w+)', plugins)


@functools.cache
def modules_by_distribution() -> dict[str, set[str]]:
    """Return the modules of each installed distribution; stubs count as the module they describe."""
    found: dict[str, set[str]] = {}
    for module, distributions in metadata.packages_distributions().items():
        for name in distributions:
            found.setdefault(canonical(name), set()).add(module.removesuffix("-stubs"))
    return found


def is_used(name: str) -> bool:
    return bool(modules_by_distribution().get(name, set()) & used_modules())


def loads(*, loader: str, name: str) -> bool:
    """Tell whether `loader` names `name` among its optional requirements, or is pytest and `name` a plugin."""
    plugged_in = {point.group for point in metadata.distribution(name).entry_points}
    optional = {canonical(re.split(r"[^\w.-]", each, maxsplit=1)[0]) for each in metadata.requires(loader) or []}
    return name in optional or (loader == "pytest" and "pytest11" in plugged_in)


@pytest.mark.parametrize("name", sorted({*required()} - {*LOADED_BY}))
def test_a_requirement_is_used(name):
    assert is_used(name), f"nothing imports, runs or configures {name}"


@pytest.mark.parametrize(("name", "loader"), LOADED_BY.items())
def test_what_nothing_imports_is_loaded_by_something_that_is_used(name, loader):
    assert name in required()
    assert is_used(loader)
    assert loads(loader=loader, name=name)


@pytest.mark.parametrize("name", LOADED_BY)
def test_an_exception_is_still_needed(name):
    assert name in required()
    assert not is_used(name)


def test_a_requirement_that_nothing_uses_is_noticed():
    assert not is_used("sniffio")  # installed with others, and imported by none of ours
    assert is_used("django")
