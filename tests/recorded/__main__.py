"""Records what the code of this checkout answers, in a test database of its own: `python -m tests.recorded COMMIT`."""

import logging
import os
import sys
from pathlib import Path

import django
from django.db import connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings.test")
django.setup()

from tests.recorded import chapters, recording  # noqa: E402 - they import models


def main(commit: str) -> None:
    """Play the world, check that the answers are the same the second time, and write them."""
    answered: dict[str, recording.Answers] = {}
    logging.disable(logging.WARNING)  # each request is logged
    usual = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, serialize=False)
    try:
        for chapter, answers in chapters.play():
            differing = list(recording.differences(answered.setdefault(chapter, answers), answers))
            if differing:
                sys.exit("\n".join([f"{chapter}, the second answers are not the first ones:", *differing]))
    finally:
        connection.creation.destroy_test_db(usual, verbosity=0)
    path = Path(__file__).with_name(f"answers_of_{commit}.json")
    recording.write(path, origin=f"commit {commit}", chapters=answered)
    print(f"{path}: {path.stat().st_size // 1000} kB")  # noqa: T201 - a command


if __name__ == "__main__":
    main(*sys.argv[1:])
