"""When things happened, by the database's clock: its triggers note it, so the clocks of processes do not matter."""

from __future__ import annotations

from typing import Any

from tests.process.databases import Postgres

_PREPARE = """
    CREATE TABLE noted (what text, id text, at timestamptz NOT NULL DEFAULT clock_timestamp());
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO noted (what, id) VALUES (TG_ARGV[0], to_jsonb(NEW) ->> TG_ARGV[1]);
            RETURN NULL;
        END
    $$;
    CREATE TRIGGER note_end AFTER UPDATE OF ended_at ON goals_goal FOR EACH ROW
        WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL) EXECUTE FUNCTION note('ended', 'id');
    CREATE TRIGGER note_settled AFTER UPDATE OF settled_at ON wallet_escrow FOR EACH ROW
        WHEN (OLD.settled_at IS NULL AND NEW.settled_at IS NOT NULL) EXECUTE FUNCTION note('settled', 'escrow_id');
    CREATE TRIGGER note_progress AFTER UPDATE OF progress ON goals_goal FOR EACH ROW
        WHEN (OLD.progress <> NEW.progress) EXECUTE FUNCTION note('progress', 'id');
"""
_TIMES = "SELECT extract(epoch FROM at) FROM noted WHERE what = '{what}' AND id = '{subject}' ORDER BY at"
ENDED, SETTLED, PROGRESS = "ended", "settled", "progress"


class Stamps:
    """Reads the notes; moments are seconds since the epoch."""

    def __init__(self, database: Postgres) -> None:
        self._database = database

    def prepare(self) -> None:
        """Note from now on when goals end and advance, and when escrows are settled."""
        self._database.change(_PREPARE)

    def now(self) -> float:
        """Return the database's time."""
        return float(self.one("SELECT extract(epoch FROM clock_timestamp())"))

    def times(self, what: str, subject: Any) -> list[float]:
        """Return when this happened to a goal or an escrow, each time, the first one first."""
        found = self._database.query(_TIMES.format(what=what, subject=subject))
        return [float(at) for (at,) in found]

    def once(self, what: str, subject: Any) -> float | None:
        """Return when this happened, None if it has not; it must not have happened twice."""
        times = self.times(what, subject)
        assert len(times) < 2, f"{what} {subject} happened {len(times)} times"
        return times[0] if times else None

    def dead(self) -> list[Any]:
        """Return the dead tasks."""
        return self._database.query("SELECT actor, error FROM livestream_outboxmessage WHERE failed_at IS NOT NULL")

    def due(self) -> list[Any]:
        """Return the tasks that are due and not done."""
        return self._database.query(
            "SELECT actor, attempts, error FROM livestream_outboxmessage WHERE eta <= clock_timestamp()"
        )

    def uncounted(self) -> int:
        """Return how many payments into escrows are not counted yet."""
        return int(self.one("SELECT count(*) FROM wallet_pendingcredit"))

    def one(self, sql: str) -> Any:
        """Return the single value of a query."""
        [(value,)] = self._database.query(sql)
        return value
