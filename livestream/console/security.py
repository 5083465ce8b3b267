"""The Content-Security-Policy of the console: scripts and styles of this service alone, and no inline ones."""

from __future__ import annotations

from livestream.realtime_address import realtime_address

_OWN = "'self'"


def policy() -> str:
    """Return the value of the header; the page may connect to this service and to the realtime server."""
    realtime = realtime_address()
    directives = {
        "default-src": "'none'",
        "script-src": _OWN,
        "style-src": _OWN,
        "img-src": _OWN,
        "connect-src": f"{_OWN} {realtime.origin}" if realtime else _OWN,
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {sources}" for name, sources in directives.items())
