"""A server in BytePlus' place: real HTTP, the vendor's rules, and its own check of the signature."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.support.byteplus_rules import VERSIONS, Wrong, check, said
from tests.support.byteplus_signing import Signed, is_signed

STARTED_BEFORE = "The task has been started. Please do not call the startup task interface repeatedly"

# How a call may go wrong. Before it is done, after it, or neither: then it is done later.
UNDONE = ("500", "503 in html", "throttled in 200", "internal in 200", "reset", "silence")
DONE_UNSAID = ("done, 500", "done, reset", "done, silence")
DONE_LATER = "done later"
FAULTS = (*UNDONE, *DONE_UNSAID, DONE_LATER)


@dataclass
class BytePlusServer:
    """Answers on 127.0.0.1; `faults` befall the next calls, and `away` all of them.

    `running` are the tasks that are being recorded, with the longest time each may take.
    """

    app_id: str = "123456781234567812345678"
    access_key: str = "AKEXAMPLE"
    secret_key: str = "SKEXAMPLE"
    region: str = "ap-singapore-1"
    repeats_are_errors: bool = False
    away: str | None = None
    faults: deque[str] = field(default_factory=deque)
    running: dict[str, int] = field(default_factory=dict)
    ever_started: list[str] = field(default_factory=list)
    kicked: list[tuple[str, str]] = field(default_factory=list)
    bodies: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    unsigned: list[str] = field(default_factory=list)

    def __enter__(self) -> BytePlusServer:
        self._lock = threading.Lock()
        self._later: list[tuple[str, dict[str, Any]]] = []
        self._closing = threading.Event()
        handler = type("Handler", (_Handler,), {"owner": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    def calls(self, action: str) -> list[dict[str, Any]]:
        """Return the bodies of the calls that were done, in order."""
        return [body for name, body in self.bodies if name == action]

    def forget(self) -> None:
        """Begin anew, as if nothing had ever been asked."""
        with self._lock:
            self.away, self._later = None, []
            for each in (self.faults, self.running, self.ever_started, self.kicked, self.bodies, self.unsigned):
                each.clear()

    def deliver_late(self) -> None:
        """Let what was under way arrive at last, long after its sender gave up."""
        with self._lock:
            late, self._later = self._later, []
            for action, body in late:
                self._do(action, body)

    def answer(self, method: str, target: str, headers: dict[str, str], raw: bytes) -> tuple[int, bytes] | None:
        """Return status and body for a request; None is no answer at all, and a broken connection."""
        try:
            action, body = self._judge(method, target, headers, raw)
        except Wrong as wrong:
            return said(wrong.status, error=wrong)
        with self._lock:
            fault = self.away or (self.faults.popleft() if self.faults else None)
            if fault == DONE_LATER:
                self._later.append((action, body))
                fault = "silence"
            elif fault is None or fault in DONE_UNSAID:
                result = self._do(action, body)
        return self._fail(fault.removeprefix("done, ")) if fault else result

    def _judge(self, method: str, target: str, headers: dict[str, str], raw: bytes) -> tuple[str, dict[str, Any]]:
        address = urlsplit(target)
        query = dict(parse_qsl(address.query))
        signed = Signed(method, address.path, query, headers, raw)
        if not is_signed(signed, self.access_key, self.secret_key, self.region):
            self.unsigned.append(target)
            raise Wrong("SignatureDoesNotMatch", "The request signature we calculated does not match", 403)
        action = query.get("Action", "")
        if VERSIONS.get(action) != query.get("Version") or method != "POST" or address.path != "/":
            raise Wrong("InvalidActionOrVersion", f"Could not find {action}", 404)
        body = json.loads(raw)
        check(action, body, self.app_id)
        return action, body

    def _do(self, action: str, body: dict[str, Any]) -> tuple[int, bytes]:
        self.bodies.append((action, body))
        return {"BanRoomUser": self._ban, "StartRecord": self._start, "StopRecord": self._stop}[action](body)

    def _ban(self, body: dict[str, Any]) -> tuple[int, bytes]:
        self.kicked.append((body["RoomId"], body["UserId"]))
        return said(200, result={"message": "success"})

    def _start(self, body: dict[str, Any]) -> tuple[int, bytes]:
        task = body["TaskId"]
        if task in self.running:
            repeat = Wrong("InvalidParameter", STARTED_BEFORE)
            return said(200, error=repeat) if self.repeats_are_errors else said(200, result=STARTED_BEFORE)
        self.running[task] = body["Control"]["MaxRecordTime"]
        self.ever_started.append(task)
        return said(200, result="ok")

    def _stop(self, body: dict[str, Any]) -> tuple[int, bytes]:
        if self.running.pop(body["TaskId"], None) is None:
            return said(200, error=Wrong("InvalidParameter", "The task does not exist or has been stopped"))
        return said(200, result="ok")

    def _fail(self, fault: str) -> tuple[int, bytes] | None:
        if fault == "silence":
            self._closing.wait(10)
        if fault in ("silence", "reset"):
            return None
        if fault == "503 in html":
            return 503, b"<html>bad gateway</html>"
        code, status = {
            "500": ("InternalError", 500),
            "throttled in 200": ("FlowLimitExceeded", 200),
            "internal in 200": ("InternalServiceError", 200),
        }[fault]
        return said(status, error=Wrong(code, "because"))


class _Handler(BaseHTTPRequestHandler):
    owner: BytePlusServer
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.owner.answer("POST", self.path, headers, raw)
        # Who gave up waiting has closed the connection.
        with contextlib.suppress(OSError):
            self._send(answer)

    def _send(self, answer):
        if answer is None:
            # Closed at once and with a reset, which is not how a server says that it is done.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            return
        status, body = answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass
