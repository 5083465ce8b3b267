#!/usr/bin/env python3
"""Entry point of all management commands."""

import os
import sys

from settings.process_kinds import VARIABLE, kind_of_command


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings.local")
    # Before the settings are read. A process that this one starts, such as Dramatiq's, is of the same kind.
    os.environ.setdefault(VARIABLE, kind_of_command(sys.argv))
    try:
        from django.conf import settings
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
    except ImportError as error:
        sys.exit(f"Django is not installed here ({error}). Run `make install` and use .venv/bin/python.")
    try:
        settings.INSTALLED_APPS  # noqa: B018 - unreadable, Django would read them again and hide why
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
