"""``/smart/launch`` and ``/smart/callback``: where a record opens the app, and where its server sends back to."""

from __future__ import annotations

import logging
from html import escape
from pathlib import Path
from secrets import compare_digest
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from riskmodels.runtime.logs import log_event
from riskmodels.smart.launch import LaunchError, begin, client_of, finish
from riskmodels.smart.record import read_record
from riskmodels.smart.settings import CALLBACK, LAUNCH, SmartSettings, SmartSettingsError, read_smart_settings
from ui.smart.waiting import COOKIE, LAUNCHES, RECORDS, SECONDS, Arrived, new_browser

_LOG = logging.getLogger(__name__)
_PAGE = Path(__file__).parents[1] / "server" / "refusal.html"
#: the page that takes what was read
_PATIENT = "/Patient"
_LONGEST = 2048
_AGAIN = "Open the app from the record again."


def routes() -> list[Route]:
    """The routes where the launch is set up; none where it is not. Half a set-up answers what is missing."""
    try:
        settings = read_smart_settings()
    except SmartSettingsError as error:
        _LOG.error("%s", error.log)
        answer = _refusal("The SMART launch is not set up", str(error), 503)

        async def refuse(_: Request) -> Response:
            return answer

        return [Route(LAUNCH, refuse), Route(CALLBACK, refuse)]
    if settings is None:
        return []
    door = _Door(settings)
    return [Route(LAUNCH, door.launch), Route(CALLBACK, door.callback)]


class _Door:
    """The two routes."""

    def __init__(self, settings: SmartSettings) -> None:
        self._settings = settings

    async def launch(self, request: Request) -> Response:
        """From the record, with ``iss`` and ``launch``; or from here, with ``iss`` where there are several records."""
        told, context = request.query_params.get("iss", ""), request.query_params.get("launch", "")
        issuer = self._settings.issuer(told)
        if not issuer or max(len(told), len(context)) > _LONGEST:
            return self._refused("iss", "This record is not one that may open the app.", 403)
        try:
            async with client_of() as client:
                launch = await begin(client, self._settings, issuer, context)
        except LaunchError as error:
            return self._refused("discovery", f"{error.message} {_AGAIN}", 502)
        browser = new_browser()
        LAUNCHES.put(browser, launch)
        log_event("smart launch", kind="from the record" if context else "from here")
        answer = RedirectResponse(launch.address, 302)
        answer.set_cookie(
            COOKIE,
            browser,
            max_age=int(SECONDS),
            path=self._settings.base or "/",
            secure=self._settings.secure,
            httponly=True,
            samesite="lax",
        )
        return answer

    async def callback(self, request: Request) -> Response:
        """Back from the record's server: the code becomes a token, the token reads the record, and is gone."""
        browser, query = request.cookies.get(COOKIE, ""), request.query_params
        launch = LAUNCHES.take(browser)
        if launch is None or not compare_digest(launch.state.encode(), query.get("state", "").encode()):
            return self._refused("state", f"This launch was not begun here, or is over. {_AGAIN}", 403)
        code = query.get("code", "")
        if not 0 < len(code) <= 2 * _LONGEST:
            return self._refused("access", f"The record's server did not grant access. {_AGAIN}", 403)
        try:
            async with client_of() as client:
                record = await read_record(client, launch.issuer, await finish(client, self._settings, launch, code))
        except LaunchError as error:
            return self._refused("record", f"{error.message} {_AGAIN}", 502)
        RECORDS.put(browser, Arrived(record, launch.issuer))
        log_event("smart record read", count=len(record.notes))
        return RedirectResponse(f"{quote(self._settings.base)}{_PATIENT}", 303)

    def _refused(self, kind: str, sentence: str, status: int) -> Response:
        log_event("smart launch refused", kind=kind, level=logging.WARNING)
        answer = _refusal("Not opened from the record", sentence, status)
        answer.delete_cookie(COOKIE, path=self._settings.base or "/")
        return answer


def _refusal(title: str, sentence: str, status: int) -> HTMLResponse:
    page = _PAGE.read_text(encoding="utf-8")
    return HTMLResponse(page.replace("{title}", escape(title)).replace("{sentence}", escape(sentence)), status)
