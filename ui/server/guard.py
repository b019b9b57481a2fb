"""What is refused before Streamlit sees it: anybody from elsewhere without sign-in, and other people's files.

The pages ask who sits there (:func:`ui.page.start_page`); this asks for what is no page: downloads, pictures,
uploads, measurements of the server. It also notes when a signed-in person does something.
"""

from __future__ import annotations

import asyncio
import logging
import os.path
from html import escape
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config, runtime
from streamlit.proto.BackMsg_pb2 import BackMsg

from riskmodels.errors import CareRiskError
from ui.server.cookies import claims_of_request
from ui.server.files import FileOwners
from ui.server.ready import READY
from ui.sign_in.account import end_sign_in
from ui.sign_in.claims import Claims, account_key
from ui.sign_in.local import NEEDS_SIGN_IN, is_local, is_malformed
from ui.sign_in.register import REGISTER
from ui.sign_in.settings import Settings, SettingsError, sign_in_settings

_LOG = logging.getLogger(__name__)
HEALTH = "/_stcore/health"
#: Streamlit's own way out: it removes the cookie from the browser, and the guard ends the sign-in itself
_LOGOUT = "/auth/logout"
_MEDIA, _UPLOAD = "/media/", "/_stcore/upload_file/"
#: numbers about the server, for whoever runs it: asked on the machine itself
_INSIDE = ("/_stcore/metrics", "/_stcore/script-health-check", "/_stcore/agent")
#: what a browser may say; of the rest, ``clear_cache`` would empty what all people share and stop everybody's jobs
_SAID = ("rerun_script", "stop_script", "file_urls_request", "app_heartbeat", "backend_operation_request")
_NOT_YOURS = "This file belongs to another account, or you are not signed in. Open its page and try again.\n"
_MALFORMED = "The request names its host or its origin by a text that is no address.\n"
_PAGE = Path(__file__).with_name("refusal.html")


class Guard:
    """ASGI middleware.

    Args:
        app: what it guards.
        owners: of the files in ``/media``.
    """

    def __init__(self, app: ASGIApp, owners: FileOwners) -> None:
        self._app, self._owners = app, owners
        self._page = _PAGE.read_text(encoding="utf-8")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] not in ("http", "websocket") or _route(scope) in (HEALTH, READY):
            await self._app(scope, receive, send)
            return
        if is_malformed(Headers(scope=scope)):  # Streamlit would stumble over it
            await self._refuse(scope, receive, send, PlainTextResponse(_MALFORMED, 400))
            return
        try:
            settings = sign_in_settings()
        except SettingsError as error:
            await self._refuse(scope, receive, send, self._told("Sign-in is not set up", str(error), 503))
            return
        if settings is None:
            refusal: Response | None = None
            receive = _listening(receive, {}, None)
            if not _is_from_here(scope):
                refusal = self._told("Sign-in is needed", NEEDS_SIGN_IN, 403)
        else:
            claims = await _learned(scope, claims_of_request(scope, settings))
            if _route(scope) == _LOGOUT and scope.get("method") in ("GET", "HEAD"):
                await asyncio.to_thread(_end, claims, settings)
            refusal = self._refusal(scope, claims, settings)
            receive = _listening(receive, claims, settings)
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            await self._refuse(scope, receive, send, refusal)

    def _refusal(self, scope: Scope, claims: Claims, settings: Settings) -> Response | None:
        route = _route(scope)
        lasts = REGISTER.knows(claims) and REGISTER.ended(claims, settings) is None
        account = account_key(claims) if lasts else ""
        if route.startswith(_MEDIA):
            allowed = self._owners.may_read(os.path.splitext(route.removeprefix(_MEDIA))[0], account)
        elif route.startswith(_UPLOAD) and scope.get("method") != "OPTIONS":
            allowed = account != "" and account == account_of_session(route.removeprefix(_UPLOAD).split("/")[0])
        elif route.startswith(_INSIDE):
            allowed = is_local("127.0.0.1", Headers(scope=scope), (scope.get("client") or ("", 0))[0])
        else:
            allowed = True
        return None if allowed else PlainTextResponse(_NOT_YOURS, 403)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, response: Response) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await response(scope, receive, send)

    def _told(self, title: str, sentence: str, status: int) -> HTMLResponse:
        page = self._page.replace("{title}", escape(title)).replace("{sentence}", escape(sentence))
        return HTMLResponse(page, status)


async def _learned(scope: Scope, claims: Claims) -> Claims:
    """The claims, once the register knows the sign-in where it is asked; none while the database cannot be reached."""
    asked = scope["type"] == "websocket" or _route(scope).startswith((_MEDIA, _UPLOAD))
    if not asked or REGISTER.knows(claims):
        return claims
    try:
        await asyncio.to_thread(REGISTER.learn, claims)
    except CareRiskError as error:
        _LOG.warning("a sign-in cannot be looked up: %s", error.log)
        return {}
    return claims


def claims_of_session(session_id: str) -> Claims | None:
    """What the person of a session claimed when it was opened; None where there is no such session."""
    if not runtime.exists():
        return None
    manager: Any = runtime.get_instance()._session_mgr
    found = manager.get_active_session_info(session_id)
    return None if found is None else dict(found.session._user_info)


def account_of_session(session_id: str) -> str:
    """The account of a session; empty when nobody is signed in there."""
    return account_key(claims_of_session(session_id) or {})


def _end(claims: Claims, settings: Settings) -> None:
    """Whoever asks for the way out is signed out, for all tabs and copies of the cookie; a button is not needed."""
    try:
        end_sign_in(claims, settings)
    except CareRiskError as error:
        _LOG.error("a sign-out is not in the audit trail: %s", error.log)


def _is_from_here(scope: Scope) -> bool:
    client = (scope.get("client") or (None, 0))[0]
    return is_local(config.get_option("server.address"), Headers(scope=scope), client)


def _listening(receive: Receive, claims: Claims, settings: Settings | None) -> Receive:
    """A socket's messages: what no page says is left out, and what a signed-in person does is noted."""

    async def listen() -> Message:
        message = await receive()
        while message["type"] == "websocket.receive" and not is_said(message.get("bytes") or b""):
            message = await receive()
        if settings and account_key(claims) and is_action(message.get("bytes") or b""):
            REGISTER.touch(claims, settings)
        return message

    return listen


def is_said(data: bytes) -> bool:
    """Whether a message is of a kind that a page sends; one that cannot be read is left to Streamlit, which closes."""
    message = _read(data)
    return message is None or message.WhichOneof("type") in _SAID


def is_action(data: bytes) -> bool:
    """Whether a message is something that the person did: a rerun, but none that the browser asks for by a timer."""
    message = _read(data)
    if message is None or message.WhichOneof("type") != "rerun_script":
        return False
    return not message.rerun_script.is_auto_rerun


def _read(data: bytes) -> BackMsg | None:
    message = BackMsg()
    try:
        message.ParseFromString(data)
    except Exception:  # the protobuf library's own error
        return None
    return message


def _route(scope: Scope) -> str:
    """The path below the app's own address."""
    path: str = scope["path"]
    base = (config.get_option("server.baseUrlPath") or "").strip("/")
    for prefix in (scope.get("root_path", ""), f"/{base}" if base else ""):
        if prefix and path.startswith(f"{prefix}/"):
            path = path.removeprefix(prefix)
    return path
