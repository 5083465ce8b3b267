"""This release answers as the one before reads were compiled and cached, but for what was meant to change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.recorded import chapters, recording

BEFORE = recording.read(Path(__file__).with_name("answers_of_557e441.json"))


@pytest.mark.django_db
def test_each_answer_is_the_recorded_one_when_it_is_read_and_when_it_is_cached(settings: Any) -> None:
    settings.TOKEN_REMEMBERED = 3600
    differing = []
    for number, (chapter, answers) in enumerate(chapters.play(), 1):
        differing += [f"{number}, {each}" for each in recording.differences(BEFORE[chapter], answers)]
    assert differing == []
