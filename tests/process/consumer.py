"""A consumer of /events as a client writes one: it stores what it reads and where it goes on in one transaction."""

from __future__ import annotations

import sqlite3
import sys
from urllib.parse import urljoin

import requests


def consume(address: str, authorization: str, file: str) -> None:
    """Read on from where the file ends, for ever."""
    store = sqlite3.connect(file, isolation_level=None)
    store.execute("CREATE TABLE IF NOT EXISTS seen (number INTEGER PRIMARY KEY, id TEXT)")
    store.execute("CREATE TABLE IF NOT EXISTS place (following TEXT)")
    events = urljoin(address, "/events")
    with requests.Session() as session:
        session.headers["Authorization"] = authorization
        while True:
            [following] = store.execute("SELECT max(following) FROM place").fetchone()
            answer = session.get(urljoin(events, following or "?wait=2&page_size=3"), timeout=60)
            answer.raise_for_status()
            page = answer.json()
            store.execute("BEGIN")
            store.executemany("INSERT INTO seen (id) VALUES (?)", [(each["id"],) for each in page["results"]])
            store.execute("DELETE FROM place")
            store.execute("INSERT INTO place VALUES (?)", (page["next"],))
            store.execute("COMMIT")


if __name__ == "__main__":
    consume(*sys.argv[1:])
