"""Room tokens, byte for byte as BytePlus lays them out."""

import base64
import hashlib
import hmac
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.rtc.tokens import LONGEST_LIFE, room_token

APP_ID, APP_KEY = "123456781234567812345678", "app key"
ISSUED = 1_700_000_000
VECTOR = {
    "app_id": APP_ID,
    "app_key": APP_KEY,
    "room_id": "new room",
    "user_id": "new user id",
    "issued_at": ISSUED,
    "expire_at": 1_700_003_600,
    "nonce": 12_345_678,
}
PERFORMER = (
    "001123456781234567812345678QwBOYbwAAPFTZRD/U2UIAG5ldyByb29tCwBuZXcgdXNlciBpZAUAAAAQ/1NlAQAQ/1NlAgAQ/1NlAwAQ/1NlBA"
    "AAAAAAIACBb1UkubyLiQbgSE8mW0V1iap6eADRs2XDmO8kgOsmtQ=="
)
VIEWER = (
    "001123456781234567812345678KwBOYbwAAPFTZRD/U2UIAG5ldyByb29tCwBuZXcgdXNlciBpZAEABAAQ/1NlIACmcGU3PfOkkjQR8RLwiokNmqz8"
    "Eyx7A1e5IhPulkUg4A=="
)


def read(token):
    """Take a token apart as the vendor's server does; returns what it says, once its signature is checked."""
    assert token[:27] == "001" + APP_ID
    content = base64.b64decode(token[27:], validate=True)
    message, rest = cut(content)
    signature, rest = cut(rest)
    assert rest == b""
    assert signature == hmac.new(APP_KEY.encode(), message, hashlib.sha256).digest()
    nonce, issued_at, expire_at = struct.unpack_from("<III", message)
    room_id, rest = cut(message[12:])
    user_id, rest = cut(rest)
    (count,) = struct.unpack_from("<H", rest)
    privileges = dict(struct.iter_unpack("<HI", rest[2:]))
    assert len(privileges) == count
    return nonce, issued_at, expire_at, room_id.decode(), user_id.decode(), privileges


def cut(content):
    (length,) = struct.unpack_from("<H", content)
    return content[2 : 2 + length], content[2 + length :]


@pytest.mark.parametrize(("publish", "expected"), [(True, PERFORMER), (False, VIEWER)])
def test_the_vendors_vectors_are_met(publish, expected):
    assert room_token(**VECTOR, publish=publish) == expected


@given(
    st.text("abcXYZ019_@-.", min_size=1, max_size=128),
    st.text("abcXYZ019_@-.", min_size=1, max_size=128),
    st.integers(1, LONGEST_LIFE),
    st.booleans(),
)
def test_whoever_knows_the_key_reads_what_was_granted(room_id, user_id, seconds, publish):
    said = VECTOR | {"room_id": room_id, "user_id": user_id, "expire_at": ISSUED + seconds}
    _, issued_at, expire_at, *names, privileges = read(room_token(**said, publish=publish))
    assert (issued_at, expire_at, names) == (ISSUED, ISSUED + seconds, [room_id, user_id])
    assert sorted(privileges) == ([0, 1, 2, 3, 4] if publish else [4])
    assert all(until in (0, expire_at) for until in privileges.values())


def test_no_token_lives_longer_than_the_vendor_allows():
    _, _, expire_at, _, _, privileges = read(room_token(**VECTOR | {"expire_at": ISSUED + 10**8}, publish=False))
    assert expire_at == privileges[4] == ISSUED + 7 * 24 * 60 * 60


@pytest.mark.parametrize("expire_at", [0, ISSUED - 1, ISSUED])
def test_what_would_be_for_ever_to_the_vendor_is_refused(expire_at):
    with pytest.raises(ValueError, match="ends after"):
        room_token(**VECTOR | {"expire_at": expire_at}, publish=True)


def test_two_tokens_are_never_the_same():
    said = {name: value for name, value in VECTOR.items() if name != "nonce"}
    assert len({room_token(**said, publish=False) for _ in range(100)}) == 100
