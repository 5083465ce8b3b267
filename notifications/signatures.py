"""Whether a webhook is signed by somebody who knows one of our keys."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable


def sign(*, body: bytes, secret: str) -> str:
    """Return the signature of a webhook: HMAC-SHA256 of the raw body, in hex."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def is_valid(*, body: bytes, key: str, signature: str, pairs: Iterable[tuple[str, str]]) -> bool:
    """Tell whether `signature` is that of one of the `(key, secret)` pairs called `key`.

    Compared as bytes: a signature of other characters is wrong, not an error. A pair without
    a secret signs nothing, lest everybody could.
    """
    given = signature.encode(errors="replace")
    secrets = [secret for name, secret in pairs if secret and name == key]
    return any(hmac.compare_digest(sign(body=body, secret=secret).encode(), given) for secret in secrets)
