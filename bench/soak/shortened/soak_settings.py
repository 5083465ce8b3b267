"""The local profile with short periods, so that half an hour shows that every table that is purged stops growing.

`SOAK_KEPT` (seconds) is how long rows are kept; the setting of the product counts days. The package `bench` would set
Django up, so this folder is put on the path instead.
"""

import os

from settings.local import *  # noqa: F403
from settings.local import INSTALLED_APPS

SOAK_KEPT = int(os.environ["SOAK_KEPT"])
RETENTION_DAYS = SOAK_KEPT / (24 * 60 * 60)
INSTALLED_APPS = [*INSTALLED_APPS, "shortened_periods.ShortenedPeriods"]
