"""Operators' commands as they are typed: exit code, and what is on stdout and stderr."""

from __future__ import annotations

import json
from contextlib import redirect_stderr
from dataclasses import dataclass
from io import StringIO
from typing import Any

from django.core.management import CommandError, get_commands, load_command_class
from django.core.management.base import OutputWrapper


@dataclass(frozen=True)
class Ran:
    """How a command ended; `said` is the sentence of a refusal or a failure."""

    code: int
    out: str
    err: str
    said: str = ""

    @property
    def told(self) -> dict[str, Any]:
        """The JSON document that was printed, and nothing else."""
        document: dict[str, Any] = json.loads(self.out)
        return document


class Terminal(StringIO):
    """Somewhere that somebody looks at."""

    def isatty(self) -> bool:
        return True


def run(name: str, *arguments: str, err: StringIO | None = None) -> Ran:
    """Run `manage.py name arguments…` in this process, on the test's own connection."""
    out, err = StringIO(), err or StringIO()
    command: Any = load_command_class(get_commands()[name], name)
    command.stdout, command.stderr = OutputWrapper(out), OutputWrapper(err)
    command._called_from_command_line = True
    command._typed = (name, *arguments)
    try:
        with redirect_stderr(err):  # where argparse writes
            options = vars(command.create_parser("manage.py", name).parse_args(arguments))
        options.pop("args", None)
        command.execute(**options)
    except CommandError as error:
        return Ran(error.returncode, out.getvalue(), err.getvalue(), str(error))
    except SystemExit as error:
        return Ran(int(error.code or 0), out.getvalue(), err.getvalue(), err.getvalue().splitlines()[-1])
    return Ran(0, out.getvalue(), err.getvalue())
