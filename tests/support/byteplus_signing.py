"""BytePlus' signature, worked out from the vendor's documents and not by the package that signs."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

LARGEST_SKEW = timedelta(minutes=15)
ALWAYS_SIGNED = {"host", "x-date", "x-content-sha256"}


@dataclass
class Signed:
    """A request as it arrived; names of headers are in lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def signed_names(self) -> list[str]:
        found = re.search(r"SignedHeaders=([a-z0-9;-]+)", self.headers.get("authorization", ""))
        return found[1].split(";") if found else []


def is_signed(request: Signed, access_key: str, secret_key: str, region: str) -> bool:
    """Tell whether the request was signed with this key, a moment ago, and not changed since."""
    names, headers = request.signed_names, request.headers
    if not set(names) >= ALWAYS_SIGNED or headers["x-content-sha256"] != hashlib.sha256(request.body).hexdigest():
        return False
    made_at = datetime.strptime(headers["x-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    if abs(datetime.now(tz=UTC) - made_at) > LARGEST_SKEW:
        return False
    return hmac.compare_digest(headers["authorization"], authorization(request, access_key, secret_key, region))


def authorization(request: Signed, access_key: str, secret_key: str, region: str) -> str:
    """Return the header that the request should carry."""
    date = request.headers["x-date"]
    scope = f"{date[:8]}/{region}/rtc/request"
    text = "\n".join(["HMAC-SHA256", date, scope, hashlib.sha256(_canonical(request).encode()).hexdigest()])
    key = secret_key.encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.new(key, text.encode(), "sha256").hexdigest()
    names = ";".join(request.signed_names)
    return f"HMAC-SHA256 Credential={access_key}/{scope}, SignedHeaders={names}, Signature={signature}"


def _canonical(request: Signed) -> str:
    names = sorted(request.signed_names)
    pairs = ((_encoded(name), _encoded(request.query[name])) for name in sorted(request.query))
    query = "&".join(f"{name}={value}" for name, value in pairs)
    headers = "".join(f"{name}:{request.headers[name].strip()}\n" for name in names)
    digest = hashlib.sha256(request.body).hexdigest()
    return "\n".join([request.method, request.path, query, headers, ";".join(names), digest])


def _encoded(text: str) -> str:
    return quote(text, safe="-_.~")
