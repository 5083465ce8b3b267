"""The address of a client: the peer's, unless a trusted proxy names another."""

import pytest
from django.test import RequestFactory

from livestream.api.addresses import client_address
from settings.throttles import networks


def seen(settings, peer, forwarded=None, *, trusted=""):
    settings.TRUSTED_PROXIES = networks(trusted)
    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return client_address(RequestFactory().get("/", REMOTE_ADDR=peer, **headers))


def test_nobody_is_believed_unless_trusted(settings):
    assert seen(settings, "192.0.2.1", "203.0.113.9") == "192.0.2.1"
    assert seen(settings, "192.0.2.1", "203.0.113.9", trusted="10.0.0.0/8") == "192.0.2.1"


@pytest.mark.parametrize(
    ("forwarded", "found"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("203.0.113.9, 10.0.0.7", "203.0.113.9"),
        ("1.1.1.1, 203.0.113.9", "203.0.113.9"),  # the client wrote the first one itself
        ("1.1.1.1, 203.0.113.9, 10.9.9.9", "203.0.113.9"),
        ("10.0.0.7", "10.0.0.7"),
        ("garbage", "10.0.0.1"),
        ("1.1.1.1, garbage", "10.0.0.1"),
        ("", "10.0.0.1"),
    ],
)
def test_the_last_address_that_no_trusted_proxy_has_is_the_clients(settings, forwarded, found):
    assert seen(settings, "10.0.0.1", forwarded, trusted="10.0.0.0/8") == found


def test_a_network_of_ipv6_is_one_client_and_mapped_addresses_are_ipv4(settings):
    assert seen(settings, "2001:db8:1:2:aaaa::1") == seen(settings, "2001:db8:1:2:bbbb::2") == "2001:db8:1:2::/64"
    assert seen(settings, "::ffff:192.0.2.1") == "192.0.2.1"


def test_behind_a_unix_socket_the_proxy_is_trusted_if_any_is(settings):
    assert seen(settings, "", "203.0.113.9", trusted="127.0.0.1") == "203.0.113.9"
    assert seen(settings, "", "203.0.113.9") == "unknown"
