"""The users of a demo: each is signed in with a token and calls the REST API."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from urllib.parse import urlencode

from livestream.demo.errors import Refused
from livestream.demo.server import Answer, Body, Call, Server

_PASSWORD = "demo"  # noqa: S105 - that of the local profile, known to everybody


class Person:
    """One signed-in user. Refusals raise Refused unless their code is expected."""

    def __init__(self, *, server: Server, name: str) -> None:
        self.server = server
        self.name = name
        self._token = self._sign_in()
        self.id = str(self.get("/users/me")["id"])

    def get(self, path: str, **parameters: str) -> Body:
        """Send a GET and return its body."""
        query = f"?{urlencode(parameters)}" if parameters else ""
        return self.call("GET", path + query).body

    def call(
        self,
        method: str,
        path: str,
        body: Body | None = None,
        *,
        key: str | None = None,
        already: Callable[[], Body | None] | None = None,
        expected: Collection[str] = (),
    ) -> Answer:
        """Send one call; `key` is its Idempotency-Key, `expected` are codes of refusals to return."""
        headers = self.headers() | ({"Idempotency-Key": key} if key else {})
        data = None if body is None else json.dumps(body).encode()
        answer = self.server.send(Call(method, path, data, headers, already))
        if answer.status >= 400 and answer.code not in expected:
            raise Refused(f"{self.name} asked for {method} {path} and was refused: {_reason(answer)}")
        return answer

    def headers(self) -> dict[str, str]:
        """Return the headers that authenticate this user."""
        return {"Authorization": f"Bearer {self._token}"}

    @property
    def balance(self) -> int:
        """This user's coins, as of now."""
        return int(self.get("/wallet")["balance"])

    def moved_through(self, *, escrow_id: str) -> int:
        """Return the coins this user got out of an escrow less those paid into it, by the ledger."""
        moves = self.get("/wallet/transfers", page_size="100")["results"]
        of_escrow = [move for move in moves if move["escrow_id"] == escrow_id]
        return sum(move["amount"] if move["to_user_id"] == self.id else -move["amount"] for move in of_escrow)

    def _sign_in(self) -> str:
        credentials = {"username": self.name, "password": _PASSWORD}
        answer = self.server.send(Call("POST", "/auth/token", json.dumps(credentials).encode()))
        if answer.status != 200:
            raise Refused(
                f"{self.name} cannot sign in ({_reason(answer)}). The demo users exist in the local profile only; "
                "`make run` creates them."
            )
        return str(answer.body["access"])


def _reason(answer: Answer) -> str:
    said = answer.body.get("detail") or answer.body.get("title") or "no reason given"
    return f"{answer.status} {answer.code}: {said}"
