"""`manage.py relay`: wakes workers for due work, and calls the sweeps; run any number of them."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from livestream.outbox import relaying


class Command(BaseCommand):
    """Runs until SIGTERM or SIGINT, and then finishes the round it is in."""

    help = "Wake workers for due outbox messages, and call the sweeps, until stopped."

    def handle(self, **_: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        self.stdout.write("relaying; stop with Ctrl-C")
        relaying.run(stop)
