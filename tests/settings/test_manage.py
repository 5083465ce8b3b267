"""What cannot be read in the environment is one sentence on the terminal, and no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "settings.test"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_port_that_is_no_number_is_named():
    ran = manage("serve", PORT="abc")
    assert ran.returncode == 1
    assert ran.stderr == "This configuration cannot start:\n- PORT: Not a valid integer.\n"


def test_several_are_named_at_once_and_each_once():
    ran = manage("check", PORT="70000", RETENTION_DAYS="-1")
    named = [line.partition(":")[0] for line in ran.stderr.splitlines()[1:]]
    assert sorted(named) == ["- PORT", "- RETENTION_DAYS"]


def test_a_kind_of_process_that_is_none_is_named_with_those_that_are():
    ran = manage("check", PROCESS_KIND="webb")
    assert ran.returncode == 1
    assert ran.stderr.splitlines()[1:] == ["- PROCESS_KIND: Must be one of: web, worker, relay, serve, command."]


def test_a_command_is_of_its_kind_and_so_is_what_it_starts():
    ran = manage(
        "shell",
        "-c",
        "import os; from django.conf import settings; print(settings.PROCESS_KIND, os.environ['PROCESS_KIND'])",
    )
    assert ran.stdout.splitlines()[-1] == "command command"
