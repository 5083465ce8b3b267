"""`manage.py relay`: sends due work to the broker; run any number of them."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from livestream.outbox import relaying


class Command(BaseCommand):
    """Runs until SIGTERM or SIGINT, and then finishes the round it is in."""

    help = "Send due outbox messages to the broker until stopped."

    def handle(self, **_: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        self.stdout.write("relaying; stop with Ctrl-C")
        relaying.run(stop)
