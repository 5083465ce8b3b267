"""Production runs with BytePlus or without it, and never with half of it."""

import json
from pathlib import Path

import pytest

from settings.refusals import production_problems
from tests.settings.test_profiles import FIT, show
from tests.settings.test_refusals import fit

WHOLE = {
    "RTC_PROVIDER": "byteplus",
    "BYTEPLUS_APP_ID": "1" * 24,
    "BYTEPLUS_APP_KEY": "app-key",
    "BYTEPLUS_ACCESS_KEY": "AKEXAMPLE",
    "BYTEPLUS_SECRET_KEY": "SKEXAMPLE",
    "BYTEPLUS_SSL": True,
    "BYTEPLUS_RECORD_STORAGE": {"Type": 0},
}


def test_it_starts_with_all_of_it_and_without_any():
    assert production_problems(settings=fit(**WHOLE)) == []
    assert production_problems(settings=fit(RTC_PROVIDER="local")) == []


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"RTC_PROVIDER": "zoom"}, "RTC_PROVIDER"),
        ({"BYTEPLUS_APP_ID": ""}, "BYTEPLUS_APP_ID"),
        ({"BYTEPLUS_APP_KEY": ""}, "BYTEPLUS_APP_KEY"),
        ({"BYTEPLUS_ACCESS_KEY": ""}, "BYTEPLUS_ACCESS_KEY"),
        ({"BYTEPLUS_SECRET_KEY": "", "RTC_PROVIDER": "local"}, "BYTEPLUS_SECRET_KEY"),
        ({"BYTEPLUS_SSL": False}, "BYTEPLUS_SSL"),
        ({"BYTEPLUS_RECORD_STORAGE": {}}, "BYTEPLUS_RECORD_STORAGE"),
        ({"BYTEPLUS_RECORD_STORAGE": [{"Type": 0}]}, "BYTEPLUS_RECORD_STORAGE"),
    ],
)
def test_it_refuses_half_of_it_and_names_the_other_half(change, names):
    problems = production_problems(settings=fit(**WHOLE | change))
    assert len(problems) == 1
    assert names in problems[0]


def test_the_environment_alone_chooses_the_vendor(tmp_path: Path):
    given = {name: value for name, value in WHOLE.items() if name.startswith("BYTEPLUS") and isinstance(value, str)}
    storage = {"BYTEPLUS_RECORD_STORAGE": json.dumps({"Type": 0})}
    said = "s.RTC_PROVIDER, s.BYTEPLUS_SSL, s.BYTEPLUS_HOST, s.BYTEPLUS_RECORD_STORAGE"
    shown = show("production", said, state=tmp_path, **FIT | given | storage)
    assert shown.stdout.strip() == "('byteplus', True, 'open.byteplusapi.com', {'Type': 0})", shown.stderr
    assert show("production", "s.RTC_PROVIDER", state=tmp_path, **FIT).stdout.strip() == "local"
    broken = show("production", "1", state=tmp_path, **FIT | given | {"BYTEPLUS_RECORD_STORAGE": "{"})
    assert "BYTEPLUS_RECORD_STORAGE" in broken.stderr
    assert "SKEXAMPLE" not in broken.stderr
