"""Who may have signed a webhook."""

import hashlib
import hmac

from notifications import webhook_protocol

PAIRS = (("old", "old-secret"), ("new", "new-secret"), ("new", "newer-secret"), ("empty", ""))
BODY = b'{"time_ms": 1}'


def judge(signature, *, key="new", body=BODY):
    return webhook_protocol.is_signed(body=body, key=key, signature=signature, pairs=PAIRS)


def test_the_signature_is_that_of_pusher():
    wanted = hmac.new(b"new-secret", BODY, hashlib.sha256).hexdigest()
    assert webhook_protocol.sign(body=BODY, secret="new-secret") == wanted
    assert judge(wanted)


def test_every_configured_pair_is_accepted_while_tokens_rotate():
    assert judge(webhook_protocol.sign(body=BODY, secret="old-secret"), key="old")
    assert judge(webhook_protocol.sign(body=BODY, secret="newer-secret"), key="new")


def test_a_secret_counts_only_with_its_own_key():
    assert not judge(webhook_protocol.sign(body=BODY, secret="old-secret"), key="new")
    assert not judge(webhook_protocol.sign(body=BODY, secret="old-secret"), key="unknown")


def test_nobody_signs_with_an_empty_secret():
    assert not judge(webhook_protocol.sign(body=BODY, secret=""), key="empty")


def test_what_is_no_signature_is_wrong_and_not_an_error():
    for signature in ("", "é" * 64, "\udc80", "0" * 64, "x" * 100_000):
        assert not judge(signature)


def test_one_changed_byte_is_noticed():
    signed = webhook_protocol.sign(body=BODY, secret="new-secret")
    assert not judge(signed, body=BODY + b" ")
    assert not judge(signed[:-1] + ("0" if signed[-1] != "0" else "1"))
