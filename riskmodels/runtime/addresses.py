"""Addresses of the web that people, settings and requests give: read in one place; a text that is none gives None."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

#: port that an address means where it names none
_PORTS = {"http": 80, "https": 443}
#: name or address with its port; names of other alphabets are written as browsers send them (``xn--…``)
_PLACE = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?\.?)(:\d{0,5})?")


@dataclass(frozen=True)
class Address:
    """An address as it was understood.

    Args:
        scheme: ``http`` or ``https``.
        host: in lower case; an IPv6 address without its brackets.
        port: also where it is the scheme's own and was left out.
        path, query: as given.
        fragment: what stands behind ``#``.
    """

    scheme: str
    host: str
    port: int
    path: str = ""
    query: str = ""
    fragment: str = ""

    @property
    def origin(self) -> tuple[str, str, int]:
        """What browsers keep apart by: scheme, host and port."""
        return self.scheme, self.host, self.port


def read_address(text: str) -> Address | None:
    """Read an http or https address.

    Args:
        text: e.g. ``https://[::1]:8501/path?query``.

    Returns:
        None where it is none: open brackets, a port that is no number, blanks, letters beyond ASCII, a user's name
        before the host, another scheme.
    """
    if not text.isascii() or not text.isprintable() or " " in text:
        return None
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if (
        parts.scheme not in _PORTS
        or not _PLACE.fullmatch(parts.netloc)
        or (parts.netloc[0] == "[" and not _is_ipv6(host))
    ):
        return None
    return Address(
        parts.scheme, host, _PORTS[parts.scheme] if port is None else port, parts.path, parts.query, parts.fragment
    )


def is_loopback(host: str | None) -> bool:
    """Whether a host name or address is this machine's own: ``localhost``, ``127.0.0.1``, ``::1``."""
    if not host:
        return False
    if host.casefold() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _is_ipv6(host: str) -> bool:
    try:
        return IPv6Address(host).scope_id is None
    except ValueError:
        return False
