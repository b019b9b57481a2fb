"""The ASGI app of the CDS service: discovery, the service, feedback and health. Nothing of a patient is logged."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import anyio
import anyio.to_thread
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from riskmodels.cds.card import CRITERIA_REASONS, REASON_SYSTEM, RISK_REASONS, Card, card_for
from riskmodels.cds.models import InForce
from riskmodels.cds.reading import LIMITS, Told, read_call, refusal
from riskmodels.cds.service import SERVICE, RequestError, discovery, is_uuid, read_object
from riskmodels.cds.tokens import TokenStoreError
from riskmodels.cds.trust import NotTrustedError, Trust
from riskmodels.errors import ModelFileError
from riskmodels.runtime.logs import log_event
from riskmodels.tasks import MOST_WAITING, Room, TaskError, warm_up

#: bytes of a request, and seconds it may take to arrive
MOST_BYTES, LONGEST_UPLOAD = 5 * 2**20, 30.0
#: requests read and computed at the same time; others wait
AT_ONCE = 4
#: bytes of feedback, which is read where all requests are answered
MOST_FEEDBACK_BYTES = 2**18
LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1", "[::1]")
_OUTCOMES = ("accepted", "overridden")
_MOST_FEEDBACK = 100
Answer = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Settings:
    """How the app is set up.

    Args:
        trust: checks tokens; None only where the app answers this computer alone.
        app_url: address of the CareRisk app that cards link to; no link when empty.
        origins: web pages that may call it from a browser; none when empty.
        today: the day that ages and look-backs are counted from.
    """

    trust: Trust | None = None
    app_url: str = ""
    origins: Sequence[str] = ()
    today: Callable[[], date] = date.today


def make_app(models: InForce, settings: Settings) -> Starlette:
    """The app.

    Args:
        models: to answer with; loaded when the app starts.
        settings: how it is set up.
    """
    service = _Service(models, settings)
    place = f"/cds-services/{SERVICE}"
    routes = [
        Route("/healthz", service.health, methods=["GET"]),
        Route("/cds-services", service.guarded(service.discover), methods=["GET"]),
        Route(place, service.guarded(service.call), methods=["POST"]),
        Route(f"{place}/feedback", service.guarded(service.feedback), methods=["POST"]),
        Route("/cds-services/{other}", service.guarded(service.unknown), methods=["POST"]),
        Route("/cds-services/{other}/feedback", service.guarded(service.unknown), methods=["POST"]),
    ]
    return Starlette(routes=routes, middleware=_middleware(settings), lifespan=service.lifespan)


def _middleware(settings: Settings) -> list[Middleware]:
    found = []
    if settings.trust is None:  # a page that names this computer by a host of its own could ask for a visitor
        found.append(Middleware(TrustedHostMiddleware, allowed_hosts=list(LOCAL_HOSTS), www_redirect=False))
    if settings.origins:
        found.append(
            Middleware(
                CORSMiddleware,
                allow_origins=list(settings.origins),
                allow_methods=["GET", "POST"],
                allow_headers=["Authorization", "Content-Type"],
            )
        )
    return found


class _Service:
    """The endpoints."""

    def __init__(self, models: InForce, settings: Settings) -> None:
        self._models, self._settings = models, settings

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        """Load the models before the first request; the readers are loaded beside it."""
        self._limiter, self._waiters = anyio.CapacityLimiter(AT_ONCE), anyio.CapacityLimiter(2 * MOST_WAITING)
        self._room = Room(AT_ONCE)
        self._room.start(warm_up)
        try:
            await anyio.to_thread.run_sync(self._models.current)
            yield
        finally:
            self._room.stop()

    def guarded(self, answer: Answer) -> Answer:
        """The endpoint behind the token, with every error as an answer that tells the log nothing of a patient."""

        async def endpoint(request: Request) -> Response:
            try:
                await self._check(request)
                return await answer(request)
            except NotTrustedError as error:
                log_event("cds token refused")
                return _problem(401, error.message, {"WWW-Authenticate": "Bearer"})
            except TokenStoreError as error:
                log_event("cds tokens not checked", error=error)
                return _problem(503, "No token can be checked at the moment.")
            except RequestError as error:
                return _problem(error.status, error.message, missing=error.missing)
            except ClientDisconnect:
                return Response(status_code=499)
            except ModelFileError as error:
                log_event("cds model not usable", error=error)
                return _problem(503, "The model cannot be used at the moment.")
            except Exception as error:  # its message may quote the request: only its class and place are logged
                log_event("cds error", error=error)
                return _problem(500, "The service failed. No card was made.")

        return endpoint

    async def _check(self, request: Request) -> None:
        """In a thread: the store of used tokens may let it wait."""
        if self._settings.trust is not None:
            told = request.headers.get("authorization", "")
            await anyio.to_thread.run_sync(self._settings.trust.check, told, request.url.path)

    async def health(self, _: Request) -> Response:
        """Whether the models load."""
        try:
            models = await anyio.to_thread.run_sync(self._models.current)
        except ModelFileError as error:
            log_event("cds model not usable", error=error)
            return _problem(503, "The model cannot be used.")
        return JSONResponse({"status": "ok", "models": {name: model.version for name, model in models.items()}})

    async def discover(self, _: Request) -> Response:
        """What services there are."""
        return JSONResponse(discovery())

    async def unknown(self, _: Request) -> Response:
        """No such service."""
        return _problem(404, "There is no such service. GET /cds-services lists them.")

    async def call(self, request: Request) -> Response:
        """Cards for a patient."""
        body, begun = await _body(request), time.monotonic()
        told = await anyio.to_thread.run_sync(self._read, body, limiter=self._waiters)
        cards = await anyio.to_thread.run_sync(self._cards, told, limiter=self._limiter)
        for card in cards:
            log_event("cds card", kind=card["indicator"], record=card["uuid"])
        log_event("cds request answered", count=len(cards), duration=time.monotonic() - begun)
        return JSONResponse({"cards": cards}, headers={"Cache-Control": "no-store"})

    def _read(self, body: bytes) -> Told:
        """What the call tells, read in a process of its own: one that takes long holds up no other."""
        try:
            return self._room.start(read_call, body, self._settings.today(), limits=LIMITS).result()
        except TaskError as error:
            raise refusal(error) from None

    def _cards(self, told: Told) -> list[Card]:
        if told.patient is None:
            return []
        url, today = self._settings.app_url, self._settings.today()
        return card_for(told.patient, self._models.current(), app_url=url, notes=told.notes, today=today)

    async def feedback(self, request: Request) -> Response:
        """What became of cards: counted in the log by card, without what the person wrote."""
        entries = read_object(await _body(request, MOST_FEEDBACK_BYTES)).get("feedback")
        if not isinstance(entries, list) or not 0 < len(entries) <= _MOST_FEEDBACK:
            raise RequestError(400, f"feedback has to be a list of 1 to {_MOST_FEEDBACK} entries.")
        told = [_feedback(entry) for entry in entries]
        for card, outcome, reason in told:
            log_event(f"cds card {outcome}", kind=reason, record=card)
        return Response(status_code=200)


def _feedback(entry: object) -> tuple[str, str, str]:
    """Card, outcome, and the code of the reason where it is one of ours."""
    if not isinstance(entry, dict) or not is_uuid(entry.get("card")) or entry.get("outcome") not in _OUTCOMES:
        raise RequestError(400, "Each entry needs card (a UUID) and outcome (accepted or overridden).")
    told = entry.get("overrideReason")
    reason = told.get("reason") if isinstance(told, dict) else None
    code = reason.get("code") if isinstance(reason, dict) and reason.get("system") == REASON_SYSTEM else None
    known = isinstance(code, str) and code in (*CRITERIA_REASONS, *RISK_REASONS)
    return str(entry["card"]).lower(), str(entry["outcome"]), str(code) if known else ""


async def _body(request: Request, most: int = MOST_BYTES) -> bytes:
    """The body of a JSON request, no more than ``most`` bytes of it.

    Raises:
        RequestError: 415, 413 or 408.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("application/json", "application/fhir+json"):
        raise RequestError(415, "Send application/json.")
    too_large = RequestError(413, f"The body is larger than {_size(most)}.")
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > most:
        raise too_large
    parts, size = [], 0
    with anyio.move_on_after(LONGEST_UPLOAD) as scope:
        async for part in request.stream():
            size += len(part)
            if size > most:
                raise too_large
            parts.append(part)
    if scope.cancelled_caught:
        raise RequestError(408, "The body did not arrive in time.")
    return b"".join(parts)


def _size(count: int) -> str:
    return f"{count // 2**20} MB" if count >= 2**20 else f"{count // 2**10} kB"


def _problem(
    status: int, message: str, headers: dict[str, str] | None = None, missing: tuple[str, ...] = ()
) -> Response:
    body: dict[str, Any] = {"error": message}
    return JSONResponse(body | ({"missing": list(missing)} if missing else {}), status, headers)
