"""The identity cookie of a request, read as Streamlit's own websocket reads it."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import HTTPConnection
from starlette.types import Scope
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from ui.sign_in.settings import Settings


def claims_of_request(scope: Scope, settings: Settings) -> dict[str, Any]:
    """What the identity cookie claims; empty without one, or when its signature is not ours."""
    cookies = HTTPConnection(scope).cookies

    def decoded(name: str) -> bytes | None:
        value = cookies.get(name, "").encode("latin-1", "replace")
        return decode_signed_value(settings.cookie_secret, name, value) if value else None

    try:
        told = json.loads(get_cookie_with_chunks(decoded, USER_COOKIE_NAME) or b"{}")
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
