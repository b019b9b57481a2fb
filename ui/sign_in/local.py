"""Whether a request comes from this machine, and from nowhere else by way of it."""

from __future__ import annotations

from collections.abc import Mapping

from riskmodels.runtime.addresses import Address, is_loopback, read_address

#: headers that a proxy adds; any of them means that somebody else is behind the request
_FORWARDED = ("forwarded", "via", "x-real-ip", "true-client-ip", "cf-connecting-ip")

#: what to do where a request is not local and nobody can sign in
NEEDS_SIGN_IN = (
    "This app can be reached from other machines, so it needs sign-in. Set CARERISK_OIDC_METADATA_URL and the other "
    "settings of docs/sign_in.md, or serve it to this machine only: STREAMLIT_SERVER_ADDRESS=127.0.0.1, opened as "
    "localhost, without a proxy before it."
)


def is_local(address: str | None, headers: Mapping[str, str], client: str | None) -> bool:
    """Whether a request may be answered without sign-in: from this machine, and of no page but the app's own.

    Args:
        address: what the server is bound to (``server.address``); None is every address of the machine.
        headers: of the request, names in lower case.
        client: address the request came from.
    """
    forwarded = any(name in _FORWARDED or name.startswith("x-forwarded") for name in headers)
    return is_loopback(address) and is_loopback(client) and not forwarded and _is_own(headers)


def is_malformed(headers: Mapping[str, str]) -> bool:
    """Whether the request names its host or its origin by a text that is no address; no browser does."""
    host, origin = headers.get("host"), headers.get("origin", "null")
    return (host is not None and _host(headers) is None) or (origin != "null" and _bare(origin) is None)


def _is_own(headers: Mapping[str, str]) -> bool:
    """Whether the host is this machine, and the page that asks, where it is told, is of this host and this port.

    A browser keeps ``localhost``, ``127.0.0.1`` and ``[::1]`` apart, and so does this: a page of another program, on
    another port of this machine, must not open the app.
    """
    host = _host(headers)
    if host is None or not is_loopback(host.host):
        return False
    if "origin" not in headers:
        return True
    origin = _bare(headers["origin"])
    return origin is not None and origin == _host(headers, origin.scheme)


def _host(headers: Mapping[str, str], scheme: str = "http") -> Address | None:
    """``Host``, with the port that the scheme means where none is told."""
    return _bare(f"{scheme}://{headers.get('host', '')}")


def _bare(text: str) -> Address | None:
    """Scheme, host and port; None for an address with anything more."""
    found = read_address(text)
    return found if found is not None and found == Address(*found.origin) else None
