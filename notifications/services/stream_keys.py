"""The keys of stream tokens: one signs, and all are published, so that edge servers can verify tokens."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

ALGORITHM = "EdDSA"
_PURPOSE = b"livestream stream tokens 1"
_SEED_BYTES = 32


@dataclass(frozen=True, slots=True, eq=False)
class StreamKey:
    """A private key and its public half, a JSON Web Key (RFC 8037) whose `kid` is its thumbprint (RFC 7638)."""

    private: Ed25519PrivateKey
    published: Mapping[str, str]

    @property
    def kid(self) -> str:
        """The id by which tokens name this key."""
        return self.published["kid"]


def signing_key() -> StreamKey:
    """Return the key that signs: the first of STREAM_TOKEN_KEYS, or one derived from SECRET_KEY."""
    return _keys()[0]


def published_keys() -> list[Mapping[str, str]]:
    """Return the public halves of all keys whose tokens may still be valid, the signing one first."""
    return [key.published for key in _keys()]


def base64url(content: bytes) -> str:
    """Return base64url without padding, as in JSON Web Tokens and Keys."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _keys() -> tuple[StreamKey, ...]:
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return _made(tuple(settings.STREAM_TOKEN_KEYS), tuple(secrets))


@functools.lru_cache(maxsize=4)
def _made(seeds: tuple[bytes, ...], secrets: tuple[str, ...]) -> tuple[StreamKey, ...]:
    return tuple(_key(seed) for seed in seeds or map(_derived, secrets))


def _derived(secret: str) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=_SEED_BYTES, salt=None, info=_PURPOSE).derive(secret.encode())


def _key(seed: bytes) -> StreamKey:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    required = {"crv": "Ed25519", "kty": "OKP", "x": base64url(private.public_key().public_bytes_raw())}
    thumbprint = hashlib.sha256(json.dumps(required, sort_keys=True, separators=(",", ":")).encode()).digest()
    return StreamKey(private, {**required, "kid": base64url(thumbprint), "use": "sig", "alg": ALGORITHM})
