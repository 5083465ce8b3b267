"""How often one caller may call, and from which proxies the address of a client is taken."""

from ipaddress import ip_network

from environs import EnvError, validate

from .environment import env

_COUNT = validate.Range(min=0)


def networks(text: str) -> tuple[str, ...]:
    """Read addresses and networks (`10.0.0.0/8`), separated by commas. Raises EnvError."""
    entries = tuple(entry.strip() for entry in text.split(",") if entry.strip())
    try:
        return tuple(str(ip_network(entry)) for entry in entries)
    except ValueError as error:
        raise EnvError(f"not addresses or networks: {error}.") from error


env.add_parser("networks", networks)

# Calls a minute of one user, or of one address without a user; 0 is no limit.
THROTTLES: dict[str, int] = {
    "read": env.int("THROTTLE_READ", 12_000, validate=_COUNT) or 0,
    "write": env.int("THROTTLE_WRITE", 6_000, validate=_COUNT) or 0,
    "pay": env.int("THROTTLE_PAY", 3_000, validate=_COUNT) or 0,
    "channel-auth": env.int("THROTTLE_CHANNEL_AUTH", 6_000, validate=_COUNT) or 0,
    # Both are counted by address. Each sign-in hashes a password, which takes up to half a second of CPU time.
    "sign-in": env.int("THROTTLE_SIGN_IN", 120, validate=_COUNT) or 0,
    "renew": env.int("THROTTLE_RENEW", 600, validate=_COUNT) or 0,
}

# Wrong passwords within SIGN_IN_WINDOW (seconds): for one account from one address, from one address for all
# accounts, and for one account from all addresses. Above the last, each address has only SIGN_IN_ATTEMPTS_ATTACKED.
# At least two: the limiter does not store a count that falls to zero, so one attempt stays counted after a right
# password. A limit of one would then lock its user out for SIGN_IN_WINDOW.
_ATTEMPTS = validate.Range(min=2)
SIGN_IN_WINDOW = env.int("SIGN_IN_WINDOW", 15 * 60, validate=validate.Range(min=1))
SIGN_IN_ATTEMPTS = env.int("SIGN_IN_ATTEMPTS", 10, validate=_ATTEMPTS)
SIGN_IN_ATTEMPTS_ADDRESS = env.int("SIGN_IN_ATTEMPTS_ADDRESS", 100, validate=_ATTEMPTS)
SIGN_IN_ATTEMPTS_ACCOUNT = env.int("SIGN_IN_ATTEMPTS_ACCOUNT", 100, validate=_ATTEMPTS)
SIGN_IN_ATTEMPTS_ATTACKED = env.int("SIGN_IN_ATTEMPTS_ATTACKED", 2, validate=_ATTEMPTS)

# Proxies whose `X-Forwarded-For` is believed.
TRUSTED_PROXIES: tuple[str, ...] = env.networks("TRUSTED_PROXIES", "")
