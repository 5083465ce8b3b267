"""Which refusals a function can raise: found in its source, and in that of all that it calls.

A reference to a function of the project counts as a call of it, so that tables of functions, partials and
decorators are followed too. What `publish` calls at once are the state receivers of the event. A task that is only
named runs later, and neither it nor the outbox is followed. A refusal that is caught on the way is left out.
"""

from __future__ import annotations

import ast
import builtins
import functools
import inspect
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FunctionType, MethodType
from typing import Any

from livestream.errors import DomainError
from livestream.events import publish
from livestream.events.registry import receivers_of
from livestream.events.signals import DomainSignal
from livestream.outbox.registry import get_task, task_names

Error = type[DomainError]
ROOMS = {"livestream", "wallet", "sessions_app", "goals", "notifications", "tests"}


@dataclass(frozen=True)
class Step:
    """One function on the way, with the class on which its `self` looks methods up."""

    function: FunctionType
    owner: type | None = None

    @property
    def name(self) -> str:
        return f"{self.function.__module__}.{self.function.__qualname__}"


@dataclass
class Summary:
    """What the source of one function says: refusals, and calls with what is caught around them."""

    raised: set[Error] = field(default_factory=set)
    calls: list[tuple[Step, tuple[type[BaseException], ...]]] = field(default_factory=list)


class Raising:
    """Answers what functions raise, and reads each function once."""

    def __init__(self) -> None:
        self._summaries: dict[Step, Summary] = {}

    def paths(self, function: Any, owner: type | None = None) -> dict[Error, tuple[str, ...]]:
        """Return each refusal that the function can raise, with the names of the steps that lead to it."""
        found: dict[Error, tuple[str, ...]] = {}
        self._follow(Step(_unwrapped(function), owner), (), (), found, set())
        return found

    def _follow(
        self,
        step: Step,
        caught: tuple[type[BaseException], ...],
        path: tuple[str, ...],
        found: dict[Error, tuple[str, ...]],
        seen: set[tuple[Step, tuple[type[BaseException], ...]]],
    ) -> None:
        if (step, caught) in seen:
            return
        seen.add((step, caught))
        summary = self._summary(step)
        for error in summary.raised:
            if not issubclass(error, caught):
                found.setdefault(error, (*path, step.name))
        for called, around in summary.calls:
            self._follow(called, tuple(dict.fromkeys((*caught, *around))), (*path, step.name), found, seen)

    def _summary(self, step: Step) -> Summary:
        if step not in self._summaries:
            reader = _Reader(step)
            for node in _nodes_of(step.function):
                reader.visit(node)
            self._summaries[step] = reader.summary
        return self._summaries[step]


class _Reader(ast.NodeVisitor):
    def __init__(self, step: Step) -> None:
        self.step = step
        self.summary = Summary()
        self.caught: tuple[type[BaseException], ...] = ()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        # Neither its decorators, which are read where they are applied, nor its annotations.
        for each in node.body:
            self.visit(each)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_Try(self, node: ast.Try) -> None:
        before = self.caught
        kinds = [kind for handler in node.handlers if not _raises_again(handler) for kind in self._kinds(handler.type)]
        self.caught = (*before, *kinds)
        for each in node.body:
            self.visit(each)
        self.caught = before
        for each in [*(line for handler in node.handlers for line in handler.body), *node.orelse, *node.finalbody]:
            self.visit(each)

    def visit_With(self, node: ast.With) -> None:
        before = self.caught
        for item in node.items:
            call = item.context_expr
            if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("suppress"):
                self.caught = (*self.caught, *(kind for each in call.args for kind in self._kinds(each)))
            else:
                self.visit(call)
        for each in node.body:
            self.visit(each)
        self.caught = before

    def visit_Call(self, node: ast.Call) -> None:
        function = self._value(node.func)
        if function is publish:
            self._publish(node)
        if _is_task(function):
            self._note(function, called=True)
        else:
            self.visit(node.func)
        # A refusal that is compared with is not raised.
        for each in [*node.args, *(keyword.value for keyword in node.keywords)] if function is not isinstance else ():
            self.visit(each)

    def visit_Name(self, node: ast.Name) -> None:
        self._note(self._value(node))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        value = self._value(node)
        if value is None:
            self.visit(node.value)
        self._note(value)

    def _note(self, value: Any, *, called: bool = False) -> None:
        for each in _contents(value):
            if isinstance(each, type) and issubclass(each, DomainError):
                if each is not DomainError and not issubclass(each, self.caught):
                    self.summary.raised.add(each)
            elif (function := _unwrapped(each)) is not None and _is_ours(function) and (called or not _is_task(each)):
                self.summary.calls.append((Step(function, _owner_of(each, self.step)), self.caught))

    def _publish(self, node: ast.Call) -> None:
        signal = self._value(node.args[0])
        # A signal that only a variable names may be any of them.
        signals = [signal] if isinstance(signal, DomainSignal) else list(DomainSignal.registry.values())
        for receiver in (each for signal in signals for each in receivers_of(signal) if not each.effect):
            self.summary.calls.append((Step(_unwrapped(receiver.function)), self.caught))

    def _value(self, node: ast.expr | None) -> Any:
        """Return what a name or a chain of attributes stands for in the module; None where only running tells."""
        if isinstance(node, ast.Name):
            if node.id in self.step.function.__code__.co_varnames:
                return None
            return inspect.getclosurevars(self.step.function).nonlocals.get(node.id, self._global(node.id))
        if isinstance(node, ast.Attribute):
            if isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"} and self.step.owner:
                return getattr(self.step.owner, node.attr, None)
            base = self._value(node.value)
            return getattr(base, node.attr, None) if inspect.ismodule(base) or inspect.isclass(base) else None
        return None

    def _global(self, name: str) -> Any:
        found = self.step.function.__globals__.get(name)
        return found if found is not None else getattr(builtins, name, None)

    def _kinds(self, node: ast.expr | None) -> Iterator[type[BaseException]]:
        for each in node.elts if isinstance(node, ast.Tuple) else [node]:
            kind = self._value(each)
            if isinstance(kind, type) and issubclass(kind, BaseException):
                yield kind


def _contents(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, (tuple, list, set, frozenset)) else [value]


def _raises_again(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(each, ast.Raise) and each.exc is None for each in ast.walk(handler))


def _unwrapped(value: Any) -> Any:
    while isinstance(value, functools.partial):
        value = value.func
    value = value.__func__ if isinstance(value, MethodType) else value
    value = value.fget if isinstance(value, property) else value
    value = inspect.unwrap(value) if callable(value) else value
    return value if isinstance(value, FunctionType) else None


def _owner_of(value: Any, step: Step) -> type | None:
    if isinstance(value, MethodType):
        return value.__self__ if isinstance(value.__self__, type) else type(value.__self__)
    return step.owner if step.owner and getattr(step.owner, getattr(value, "__name__", ""), None) is value else None


def _is_ours(function: FunctionType) -> bool:
    package, _, module = function.__module__.partition(".")
    return package in ROOMS and not module.startswith("outbox.")


def _is_task(value: Any) -> bool:
    function = _unwrapped(value)
    return function is not None and function in _tasks()


@functools.cache
def _tasks() -> frozenset[FunctionType]:
    return frozenset(_unwrapped(get_task(name).function) for name in task_names())


def _nodes_of(function: FunctionType) -> list[ast.AST]:
    """Return the definition of a function; none for one that has no source, such as `__init__` of a dataclass."""
    code = function.__code__
    return [node for node in _functions_in(code.co_filename) if _first_line(node) == code.co_firstlineno]


@functools.cache
def _functions_in(path: str) -> list[ast.AST]:
    if not Path(path).exists():
        return []
    nodes = ast.walk(ast.parse(Path(path).read_text()))
    return [node for node in nodes if isinstance(node, (ast.FunctionDef, ast.Lambda))]


def _first_line(node: ast.AST) -> int:
    decorators = getattr(node, "decorator_list", [])
    return min(each.lineno for each in (node, *decorators))
