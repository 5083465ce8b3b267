"""Bodies, and everything that can be wrong with them."""

from __future__ import annotations

from typing import Any

from goals.demo import TICKET
from goals.models import Goal
from livestream import clock
from sessions_app.models import Session

OVER_64_BIT = 2**63
LEVEL = {"title": "Tickets", "target": 400}

# What no whole number that is wanted can be, and with which code it is refused.
NO_NUMBERS = [
    (None, "null"),
    ("400", "invalid"),
    (True, "invalid"),
    (400.0, "invalid"),
    (1e3, "invalid"),
    ([], "invalid"),
    ({}, "invalid"),
    (0, "min_value"),
    (-1, "min_value"),
    (-(2**70), "min_value"),
    (OVER_64_BIT, "max_value"),
]
NO_TEXTS = [(None, "null"), (7, "invalid"), (True, "invalid"), ([], "invalid"), ("", "blank"), (" ", "blank")]
NO_TIMES = [
    (None, "null"),
    ("soon", "invalid_epoch"),
    (True, "invalid_epoch"),
    (1745993863.5, "invalid_epoch"),
    (0, "epoch_out_of_range"),
    (-1, "epoch_out_of_range"),
    (1745993863000, "epoch_out_of_range"),
    (OVER_64_BIT, "epoch_out_of_range"),
]
NO_ID_TEXTS = [(each, "invalid_id") for each in ("1", 7, True, "G" * 24, "A" * 24, "", [], {})]


def funding_body(session: Session) -> dict[str, Any]:
    """Return the body that opens a sale."""
    return {
        "session_id": session.id,
        "levels": [dict(LEVEL)],
        "exp": clock.to_epoch(clock.now()) + 600,
        "context": {"ticket_product_id": TICKET, "ticket_product_type": "show"},
        "terms": {"duration": 60, "start_within": 900},
    }


def show_body(funding: Goal) -> dict[str, Any]:
    """Return the body of seed 004."""
    context = {"funding_goal_id": funding.id, "session_id": funding.session_id}
    return {
        "levels": [{"title": "Proceed", "target": 60}],
        "context": context | {"ticket_product_id": TICKET, "ticket_product_type": "show"},
        "nbf": clock.to_epoch(clock.now()) + 60,
    }


def with_wrong(body: Any, path: str, wrong: Any) -> Any:
    """Put something wrong at a place such as `/levels/0/target`, or take away what is there."""
    *parents, name = [int(part) if part.isdigit() else part for part in path.strip("/").split("/")]
    place = body
    for part in parents:
        place = place[part]
    if wrong is MISSING:
        del place[name]
    else:
        place[name] = wrong
    return body


MISSING = object()
_TEXT_PLACES = {"/context/ticket_product_id": 100, "/context/ticket_product_type": 20, "/levels/0/title": 200}
_IN_BOTH = [
    *[(place, wrong, code) for place in _TEXT_PLACES for wrong, code in NO_TEXTS],
    *[(place, "x" * (longest + 1), "max_length") for place, longest in _TEXT_PLACES.items()],
    *[(place, MISSING, "required") for place in (*_TEXT_PLACES, "/levels", "/context", "/levels/0/target")],
    *[("/levels/0/target", wrong, code) for wrong, code in NO_NUMBERS],
    ("/levels", None, "null"),
    ("/levels", {}, "not_a_list"),
    ("/levels", "x", "not_a_list"),
    ("/levels", [], "min_length"),
    ("/levels/0", 5, "invalid"),
    ("/levels/0/extra", 1, "unknown_member"),
    ("/context", None, "null"),
    ("/context", [], "invalid"),
    ("/context/type", "show", "unknown_member"),
    ("/active", True, "unknown_member"),
    ("/type", "show", "unknown_member"),
]
IN_FUNDING = [
    *_IN_BOTH,
    *[("/session_id", wrong, code) for wrong, code in [*NO_ID_TEXTS, (MISSING, "required"), (None, "null")]],
    *[("/exp", wrong, code) for wrong, code in [*NO_TIMES, (MISSING, "required")]],
    ("/levels/0/target", 10**12 + 1, "max_value"),
    ("/levels", [LEVEL] * 101, "max_length"),
    ("/levels", [LEVEL, LEVEL], "targets_not_rising"),
    ("/nbf", 1745993863, "unknown_member"),
    ("/terms", MISSING, "required"),
    ("/terms", None, "null"),
    ("/terms", 60, "invalid"),
    ("/terms/duration", MISSING, "required"),
    ("/terms/duration", 24 * 3600 + 1, "max_value"),
    ("/terms/start_within", 24 * 3600 + 1, "max_value"),
    ("/terms/price", 200, "unknown_member"),
    *[(f"/terms/{name}", wrong, code) for name in ("duration", "start_within") for wrong, code in NO_NUMBERS],
]
IN_SHOW = [
    *_IN_BOTH,
    *[
        (f"/context/{name}", wrong, code)
        for name in ("funding_goal_id", "session_id")
        for wrong, code in [*NO_ID_TEXTS, (MISSING, "required"), (None, "null")]
    ],
    *[("/nbf", wrong, code) for wrong, code in NO_TIMES if wrong is not None],
    ("/levels/0/target", 24 * 3600 + 1, "max_value"),
    ("/levels", [LEVEL, {"title": "Encore", "target": 500}], "max_length"),
    ("/exp", 1745993863, "unknown_member"),
]

RAW = [
    (b"", "validation_error"),
    (b"{", "malformed_json"),
    (b"[]", "not_an_object"),
    (b"7", "not_an_object"),
    (b"\xff", "malformed_json"),
    (b'{"quantity": NaN}', "number_not_finite"),
    (b'{"quantity": 1, "quantity": 2}', "duplicate_member"),
    (b'{"quantity": ' + b"9" * 5000 + b"}", "malformed_json"),
    (b'{"context": {"ticket_product_id": "a\\u0000b"}}', "text_not_storable"),
    (b'{"a": ' * 40 + b"1" + b"}" * 40, "body_too_deep"),
    (b" " * (64 * 1024 + 1), "body_too_large"),
]
