"""Bring the catalogues up to date, and name what lacks a translation."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings.test")
django.setup()

from tests.architecture.source import ROOT  # noqa: E402
from tests.translations.catalogues import bring_up_to_date, catalogues, source_of  # noqa: E402

missing = [f"{source_of(*each).relative_to(ROOT)}: {text}" for each in catalogues() for text in bring_up_to_date(*each)]
sys.stdout.write("".join(f"not translated yet: {each}\n" for each in missing))
sys.exit(bool(missing))
