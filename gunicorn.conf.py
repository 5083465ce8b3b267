"""Settings of gunicorn, which reads this file from the folder it is started in; its command line overrides them."""

from typing import Any

worker_class = "gthread"
threads = 8
# Seconds. A worker whose main thread hangs, or whose machine was paused, is replaced after `timeout`;
# one that is told to stop finishes its requests within `graceful_timeout`.
timeout = 30
graceful_timeout = 30


def post_worker_init(worker: Any) -> None:
    """Reserve one thread of each worker for `/healthz`."""
    from gunicorn.workers.gthread import ThreadWorker

    from livestream import admission

    if isinstance(worker, ThreadWorker):
        admission.requests.reserve_one_of(worker.cfg.threads)
        admission.requests.end_waits_when(lambda: not worker.alive)
