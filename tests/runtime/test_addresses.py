"""Addresses: understood, or None; never an exception."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodels.runtime.addresses import Address, is_loopback, read_address

NONE = [
    "",
    "null",
    "http://",
    "http://[::1",
    "http://::1]",
    "http://[::1]x",
    "http://[v1.x]",
    "http://[fe80::1%25eth0]",
    "https://a:port",
    "https://a:99999",
    "https://a:-1",
    "https://ärzte.example.org",
    "https://a\u2100b.example.org",
    "https://example.org/\u00fc",
    "https://user" + ":word@example.org",
    "https://example.org\\@evil.example",
    "https://exa mple.org",
    "https://example.org\n",
    "https://example.org\t",
    "https://-",
    "https://[10.0.0.4]",
    "ftp://example.org",
    "//example.org",
    "example.org",
]


@pytest.mark.parametrize("text", NONE)
def test_text_that_is_no_address_is_none(text: str) -> None:
    assert read_address(text) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://Example.org", Address("https", "example.org", 443)),
        ("http://localhost:8501", Address("http", "localhost", 8501)),
        ("http://[::1]:8501/a?b#c", Address("http", "::1", 8501, "/a", "b", "c")),
        ("HTTPS://xn--rzte-0ra.example.org:443/", Address("https", "xn--rzte-0ra.example.org", 443, "/")),
        ("http://app_1:80", Address("http", "app_1", 80)),
        ("http://127.0.0.1:0", Address("http", "127.0.0.1", 0)),
    ],
)
def test_address_is_understood(text: str, found: Address) -> None:
    assert read_address(text) == found


@given(st.text(alphabet=st.sampled_from("htps:/[].@?#%0aé1\\ -")))
def test_any_text_gives_an_address_or_none(text: str) -> None:
    for whole in (text, f"http://{text}", f"https://[{text}"):
        found = read_address(whole)
        assert found is None or found.host


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1", "[::1]"])
def test_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", [None, "", "0.0.0.0", "::", "10.0.0.4", "localhost.example.org", "unix:///run/a"])
def test_not_this_machine(host: str | None) -> None:
    assert not is_loopback(host)
