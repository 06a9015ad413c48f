"""G8: nothing is fetched that is not public; the guard says no before any look-up."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Refused
from tools.read.web.guard import check_url, is_public

pytestmark = pytest.mark.rule("G8")


def test_an_ordinary_site_passes() -> None:
    assert check_url("https://northwind.example/about", allow_private=False)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://169.254.169.254/latest/",
        "http://localhost/",
        "http://[::1]/",
        "https://a:b@northwind.example/",
        "https://northwind.example:8443/",
        "file:///etc/passwd",
    ],
)
def test_what_is_not_public_or_hides_is_refused(url: str) -> None:
    with pytest.raises(Refused) as caught:
        check_url(url, allow_private=False)
    assert caught.value.message.endswith(".")


PRIVATE = [
    ipaddress.ip_network(one) for one in ("10.0.0.0/8", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
]


@given(st.sampled_from(PRIVATE), st.integers(0, 2**32))
def test_no_private_address_is_public_however_it_is_wrapped(network: ipaddress.IPv4Network, n: int) -> None:
    address = network[n % network.num_addresses]
    assert not is_public(address)
    assert not is_public(ipaddress.IPv6Address(f"::ffff:{address}"))
