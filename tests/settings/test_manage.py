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


@pytest.mark.parametrize(
    ("port", "sentence"), [("abc", "Not a valid integer."), ("70000", "less than or equal to 65535")]
)
def test_a_port_that_is_none_is_named(port, sentence):
    ran = manage("serve", PORT=port)
    assert ran.returncode == 1
    assert ran.stderr.startswith("This configuration cannot start:\n- PORT: ")
    assert sentence in ran.stderr
    assert "Traceback" not in ran.stderr


def test_several_are_named_at_once_and_each_once():
    ran = manage("check", PORT="70000", RETENTION_DAYS="-1")
    named = [line.partition(":")[0] for line in ran.stderr.splitlines()[1:]]
    assert sorted(named) == ["- PORT", "- RETENTION_DAYS"]
