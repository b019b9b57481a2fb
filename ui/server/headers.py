"""Headers of every response: what the browser may load and run, and that nobody may frame or keep it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

import streamlit
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.sign_in.settings import SettingsError, sign_in_settings

#: a year in seconds, for browsers to ask by https only
_YEAR = 31_536_000
_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # of this app alone: the way back after sign-in needs it, other sites learn nothing
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()",
}
#: paths whose content never changes and holds nothing of a patient
_KEPT = ("/static/", "/component/")
_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def content_policy(page: str) -> str:
    """The content security policy for Streamlit's page.

    Scripts come from this server, or are those that the page itself holds (by hash). Styles are written into the page
    by Streamlit's frontend, so inline ones are allowed.

    Args:
        page: Streamlit's index.html.
    """
    hashes = " ".join(f"'sha256-{_digest(script)}'" for script in _INLINE_SCRIPT.findall(page))
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' {hashes}".strip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "media-src 'self' blob:",
            "worker-src 'self' blob:",
            "manifest-src 'self'",
            "frame-src 'none'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


class SecurityHeaders:
    """ASGI middleware: the headers above, and ``Secure`` on every cookie where the app is reached by https."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        page = Path(streamlit.__file__).parent / "static" / "index.html"
        self._policy = content_policy(page.read_text(encoding="utf-8"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(scope, MutableHeaders(scope=message))
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _add(self, scope: Scope, headers: MutableHeaders) -> None:
        for name, value in _FIXED.items():
            headers[name] = value
        headers["Content-Security-Policy"] = self._policy
        if not scope["path"].startswith(_KEPT):
            headers["Cache-Control"] = "no-store"
        if not _is_secure():
            return
        if _is_https(scope):
            headers["Strict-Transport-Security"] = f"max-age={_YEAR}"
        cookies = headers.getlist("set-cookie")
        if cookies:
            del headers["set-cookie"]
            for cookie in secured(cookies):
                headers.append("set-cookie", cookie)


def secured(cookies: Iterable[str]) -> list[str]:
    """``Set-Cookie`` values, each with ``Secure``."""
    return [
        cookie if "secure" in (part.strip().lower() for part in cookie.split(";")) else f"{cookie}; Secure"
        for cookie in cookies
    ]


def _is_secure() -> bool:
    try:
        settings = sign_in_settings()
    except SettingsError:
        return False
    return settings is not None and settings.secure


def _is_https(scope: Scope) -> bool:
    told = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-proto"]
    return "https" in (scope.get("scheme"), *told)


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
