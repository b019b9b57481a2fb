"""Back to the page after signing in: Streamlit itself leads to Home, and what was typed hangs on the page's address."""

from __future__ import annotations

import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from riskmodels.runtime.addresses import read_address

_COOKIE, _SECONDS = "carerisk_back", 600
_LOGIN, _CALLBACK = "/auth/login", "/oauth2callback"
#: a page of this app and the random ids that may stand in its address; nothing that leads elsewhere
#: what the app may be served under; anything else in the path of a request would be written into the cookie
_BASE = re.compile(r"(/[A-Za-z0-9._~-]{1,60}){0,4}")
_ADDRESS = re.compile(r"/[A-Za-z]{0,40}(\?[A-Za-z0-9_=&-]{0,300})?")


class WayBack:
    """ASGI middleware: a cookie of ten minutes keeps the page that asked for sign-in; there sign-in ends."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or not _is_ours(scope["path"]):
            await self._app(scope, receive, send)
            return

        async def send_changed(message: Message) -> None:
            if message["type"] == "http.response.start":
                _change(scope, message)
            await send(message)

        await self._app(scope, receive, send_changed)


def _change(scope: Scope, message: Message) -> None:
    headers = MutableHeaders(scope=message)
    base = _base(scope["path"])
    if scope["path"].endswith(_LOGIN):
        page = page_of(Headers(scope=scope), base)
        headers.append("set-cookie", f"{_COOKIE}={page}; {_kept(base)}; Max-Age={_SECONDS if page else 0}")
        return
    page = HTTPConnection(scope).cookies.get(_COOKIE, "")
    signed_in = any(value.startswith("_streamlit_user=") for value in headers.getlist("set-cookie"))
    if message["status"] == 302 and signed_in and _ADDRESS.fullmatch(page):
        headers["location"] = f"{base}{page}"
    headers.append("set-cookie", f"{_COOKIE}=; {_kept(base)}; Max-Age=0")


def _is_ours(path: str) -> bool:
    return path.endswith((_LOGIN, _CALLBACK)) and _BASE.fullmatch(_base(path)) is not None


def _base(path: str) -> str:
    return path.removesuffix(_LOGIN).removesuffix(_CALLBACK)


def page_of(headers: Headers, base: str) -> str:
    """Path and query of the page of this app that a request came from; empty for any other origin.

    Args:
        headers: of the request.
        base: path that the app is served under, without a slash at its end.
    """
    came_from = read_address(headers.get("referer", ""))
    here = came_from and read_address(f"{came_from.scheme}://{headers.get('host', '')}")
    if came_from is None or here is None or came_from.origin != here.origin:
        return ""
    page = came_from.path.removeprefix(base) + (f"?{came_from.query}" if came_from.query else "")
    return page if _ADDRESS.fullmatch(page) else ""


def _kept(base: str) -> str:
    return f"Path={base}{_CALLBACK}; HttpOnly; SameSite=Lax"
