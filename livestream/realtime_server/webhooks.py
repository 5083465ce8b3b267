"""Delivering webhooks: signed, one after the other, again while their receiver does not take them."""

from __future__ import annotations

import asyncio
from collections import deque
from http import HTTPStatus

import aiohttp
import structlog

from livestream.realtime_server import frames, signatures
from livestream.realtime_server.batching import Webhook
from livestream.realtime_server.options import Options

log = structlog.get_logger(__name__)

# Seconds: Pusher waits for an answer for four, and tries for five minutes.
_ANSWER = 4
_TRIED_FOR = 300
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 30


class Webhooks:
    """The queue of one receiver. Where it is full, the oldest webhook is dropped; the receiver can ask who is there."""

    def __init__(self, *, options: Options) -> None:
        self._options = options
        self._waiting: deque[tuple[float, Webhook]] = deque(maxlen=options.limits.webhooks)
        self._arrived = asyncio.Event()

    def put(self, webhook: Webhook) -> None:
        """Queue a webhook for delivery; without a receiver there is none."""
        if not self._options.webhook_url:
            return
        if len(self._waiting) == self._waiting.maxlen:
            _report_loss(self._waiting[0][1], "too many wait")
        self._waiting.append((asyncio.get_running_loop().time(), webhook))
        self._arrived.set()

    async def deliver(self) -> None:
        """Deliver for as long as the server runs."""
        timeout = aiohttp.ClientTimeout(total=_ANSWER)
        async with aiohttp.ClientSession(timeout=timeout, trust_env=False) as session:
            while True:
                await self._arrived.wait()
                while self._waiting:
                    await self._deliver_first(session)
                self._arrived.clear()

    async def _deliver_first(self, session: aiohttp.ClientSession) -> None:
        """Deliver the oldest webhook, or give it up after five minutes; those behind it wait, to stay in order."""
        first = self._waiting[0]
        made_at, webhook = first
        pause: float = _FIRST_PAUSE
        while self._waiting and self._waiting[0] is first:
            refusal = await self._post(session, webhook)
            if refusal and asyncio.get_running_loop().time() + pause - made_at < _TRIED_FOR:
                log.info("realtime_webhook_waits", refusal=refusal, waiting=len(self._waiting))
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
                continue
            if refusal:
                _report_loss(webhook, refusal)
            if self._waiting and self._waiting[0] is first:
                self._waiting.popleft()

    async def _post(self, session: aiohttp.ClientSession, webhook: Webhook) -> str:
        """Send a webhook once; return why it was not taken, an empty text where it was."""
        body = frames.encode({"time_ms": webhook.time_ms, "events": webhook.events}).encode()
        headers = {
            "Content-Type": "application/json",
            "X-Pusher-Key": self._options.key,
            "X-Pusher-Signature": signatures.sign(secret=self._options.secret, text=body),
        }
        try:
            async with session.post(self._options.webhook_url, data=body, headers=headers) as answer:
                taken = HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES
                return "" if taken else f"status {answer.status}"
        except (aiohttp.ClientError, TimeoutError) as error:
            return repr(error)


def _report_loss(webhook: Webhook, why: str) -> None:
    log.error("realtime_webhook_lost", events=webhook.events, time_ms=webhook.time_ms, why=why)
