"""Whether a request comes from this machine, and from nowhere else by way of it."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

#: headers that a proxy adds; any of them means that somebody else is behind the request
_FORWARDED = ("forwarded", "via", "x-real-ip", "true-client-ip", "cf-connecting-ip")

#: what to do where a request is not local and nobody can sign in
NEEDS_SIGN_IN = (
    "This app can be reached from other machines, so it needs sign-in. Set CARERISK_OIDC_METADATA_URL and the other "
    "settings of docs/sign_in.md, or serve it to this machine only: STREAMLIT_SERVER_ADDRESS=127.0.0.1, opened as "
    "localhost, without a proxy before it."
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


def is_local(address: str | None, headers: Mapping[str, str], client: str | None) -> bool:
    """Whether a request may be answered without sign-in.

    Args:
        address: what the server is bound to (``server.address``); None is every address of the machine.
        headers: of the request, names in lower case.
        client: address the request came from.
    """
    forwarded = any(name in _FORWARDED or name.startswith("x-forwarded") for name in headers)
    hosts = [_host(headers.get("host", ""))]
    hosts += [urlsplit(headers[name]).hostname for name in ("origin",) if name in headers]
    return is_loopback(address) and is_loopback(client) and not forwarded and all(map(is_loopback, hosts))


def _host(header: str) -> str | None:
    """``[::1]:8501`` → ``::1``."""
    try:
        return urlsplit(f"//{header}").hostname
    except ValueError:
        return None
