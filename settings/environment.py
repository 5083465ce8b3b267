"""The one reader of environment variables, which collects every problem instead of stopping at the first."""

import base64
import re
from collections.abc import Iterable
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvError, EnvValidationError

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env(eager=False)
_SEED = re.compile(r"[A-Za-z0-9_-]{43}=?")  # 32 bytes


def folder(*, text: str) -> Path:
    """Read a folder as people write it: `~` is the home, a relative one starts at the project's root."""
    return (BASE_DIR / Path(text).expanduser()).resolve()


def key_pairs(*, text: str) -> tuple[tuple[str, str], ...]:
    """Split `key:secret,key2:secret2` into pairs; a secret may contain colons."""
    pairs = (entry.strip().partition(":") for entry in text.split(",") if entry.strip())
    return tuple((key, secret) for key, _, secret in pairs)


def ed25519_seeds(text: str) -> tuple[bytes, ...]:
    """Read private keys, separated by commas: Ed25519 seeds in base64url, padded or not. Raises EnvError."""
    entries = [entry.strip() for entry in text.split(",") if entry.strip()]
    seeds = [_seed(entry) for entry in entries]
    if wrong := [str(place) for place, seed in enumerate(seeds, start=1) if seed is None]:
        # Only positions: the message is printed, and the keys are secret.
        raise EnvError(f"not 32 bytes in base64url: key {', '.join(wrong)} of {len(entries)}.")
    return tuple(seed for seed in seeds if seed is not None)


def _seed(text: str) -> bytes | None:
    # `urlsafe_b64decode` would ignore invalid characters.
    return base64.urlsafe_b64decode(text.rstrip("=") + "=") if _SEED.fullmatch(text) else None


env.add_parser("ed25519_seeds", ed25519_seeds)


def unreadable_variables() -> list[str]:
    """Close the reader and name each variable it could not make sense of."""
    try:
        env.seal()
    except EnvValidationError as error:
        # A profile may read a variable twice, and get the same error twice.
        return [f"{name}: {' '.join(dict.fromkeys(map(str, said)))}" for name, said in _by_name(error).items()]
    return []


def _by_name(error: EnvValidationError) -> dict[str, list[str]]:
    # environs keeps a bare list for a variable read alone; a sealed reader always has names.
    messages = error.error_messages
    return {"environment": messages} if isinstance(messages, list) else dict(messages)


def refuse_to_start_on(problems: Iterable[str]) -> None:
    """Raise one error that names all problems, so that one deployment is enough to find them."""
    if listed := list(problems):
        raise ImproperlyConfigured("This configuration cannot start:\n- " + "\n- ".join(listed))
