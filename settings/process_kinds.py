"""The kinds of processes, which have different time limits.

`manage.py` imports this before it knows whether Django is installed.
"""

from collections.abc import Sequence

VARIABLE = "PROCESS_KIND"
WEB, WORKER, RELAY, SERVE, COMMAND = "web", "worker", "relay", "serve", "command"
KINDS = (WEB, WORKER, RELAY, SERVE, COMMAND)

_BY_COMMAND = {
    "runserver": WEB,
    "metrics": WEB,
    "rundramatiq": WORKER,
    "relay": RELAY,
    "serve": SERVE,
}


def kind_of_command(arguments: Sequence[str]) -> str:
    """Return the kind of the process that runs `manage.py` with these arguments (`sys.argv`)."""
    name = arguments[1] if len(arguments) > 1 else ""
    return _BY_COMMAND.get(name, COMMAND)
