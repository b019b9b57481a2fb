"""A small SMART on FHIR server: discovery, a page where a person allows, tokens with PKCE, and a record to read."""

from __future__ import annotations

import base64
import hashlib
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlencode

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.waiting import HUNG, until

CLIENT, PATIENT = "carerisk", "p-7"
Json = dict[str, Any]


@dataclass
class Record:
    """The server's state, for tests to change and look at.

    Args:
        address: of the server.
        resources: by kind.
        answers: fields of the token's answer that are changed; None leaves one out.
        refused: kinds that no token may read.
        configured: fields of the SMART configuration that are changed.
        secret: of the client; a public client when empty.
        next_page: address that the searches for conditions link to as their next page.
        moved: where the configuration is said to be instead.
        mistaken: whether any id is answered with the first resource there is.
        contexts, asked, codes, tokens, seen: what was made and asked so far.
    """

    address: str = ""
    resources: dict[str, list[Json]] = field(default_factory=dict)
    answers: Json = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    configured: Json = field(default_factory=dict)
    secret: str = ""
    next_page: str = ""
    moved: str = ""
    mistaken: bool = False
    contexts: dict[str, str] = field(default_factory=dict)
    asked: list[Json] = field(default_factory=list)
    codes: dict[str, Json] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)
    seen: list[tuple[str, str]] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        """Address of its FHIR server."""
        return f"{self.address}/fhir"

    def open_from(self) -> str:
        """A new context as a record makes one when it opens an app."""
        context = secrets.token_urlsafe(8)
        self.contexts[context] = PATIENT
        return context

    def configuration(self, _: Request) -> Response:
        """The SMART configuration."""
        if self.moved:
            return RedirectResponse(self.moved)
        told = {
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "capabilities": ["launch-ehr", "launch-standalone", "client-public", "permission-v2"],
            "code_challenge_methods_supported": ["S256"],
        }
        return JSONResponse(told | self.configured)

    def authorize(self, request: Request) -> Response:
        """A page with what is asked for and one link, once the request is as the specification has it."""
        asked = dict(request.query_params)
        self.asked.append(asked)
        scopes = asked["scope"].split()
        assert asked["response_type"] == "code"
        assert (asked["client_id"], asked["aud"], asked["code_challenge_method"]) == (CLIENT, self.issuer, "S256")
        assert len(asked["state"]) >= 32
        assert len(asked["code_challenge"]) == 43
        assert ("launch" in scopes) == ("launch" in asked)
        assert "launch" not in asked or asked["launch"] in self.contexts
        code = secrets.token_urlsafe(24)
        self.codes[code] = asked
        back = f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
        no = f"{asked['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': asked['state']})}"
        page = (
            f'<h1>Allow {escape(asked["scope"])}?</h1><a href="{escape(back)}">Allow</a> <a href="{escape(no)}">No</a>'
        )
        return HTMLResponse(page)

    async def token(self, request: Request) -> Response:
        """A token for a code that was not used before, to whoever knows the verifier."""
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        asked = self.codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        basic = base64.b64encode(f"{CLIENT}:{self.secret}".encode()).decode()
        known = request.headers.get("authorization") == f"Basic {basic}" if self.secret else form["client_id"] == CLIENT
        if asked is None or challenge.decode() != asked["code_challenge"] or not known:
            return JSONResponse({"error": "invalid_grant"}, 400)
        assert form["redirect_uri"] == asked["redirect_uri"]
        self.tokens.append(secrets.token_urlsafe(24))
        told = {"access_token": self.tokens[-1], "token_type": "Bearer", "expires_in": 300, "scope": asked["scope"]}
        told |= {"patient": PATIENT} | self.answers
        return JSONResponse({name: value for name, value in told.items() if value is not None})

    def read(self, request: Request) -> Response:
        """One resource, or a search: of the patient, by LOINC where codes are named."""
        kind, number = request.path_params["kind"], request.path_params.get("number", "")
        self.seen.append((request.method, request.url.path))
        if request.headers.get("authorization") not in {f"Bearer {token}" for token in self.tokens}:
            return JSONResponse({"resourceType": "OperationOutcome"}, 401)
        if kind in self.refused:
            return JSONResponse({"resourceType": "OperationOutcome"}, 403)
        found = self.resources.get(kind, [])
        if number:
            return JSONResponse(next(one for one in found if self.mistaken or one["id"] == number))
        assert request.query_params["patient"] == PATIENT
        codes = request.query_params.get("code", "").split(",")
        found = [one for one in found if codes == [""] or one["code"]["coding"][0]["code"] in codes]
        entries = [{"fullUrl": f"{self.issuer}/{kind}/{one['id']}", "resource": one} for one in found]
        bundle: Json = {"resourceType": "Bundle", "type": "searchset", "entry": entries}
        if kind == "Condition" and self.next_page and "page" not in request.query_params:
            bundle["link"] = [{"relation": "next", "url": self.next_page}]
        return JSONResponse(bundle)


@contextmanager
def smart_server() -> Iterator[Record]:
    """The server on a free port."""
    record = Record()
    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    routes = [
        Route("/fhir/.well-known/smart-configuration", record.configuration),
        Route("/authorize", record.authorize),
        Route("/token", record.token, methods=["POST"]),
        Route("/fhir/{kind}", record.read, methods=methods),
        Route("/fhir/{kind}/{number}", record.read, methods=methods),
    ]
    place = socket.socket()
    place.bind(("127.0.0.1", 0))
    record.address = f"http://127.0.0.1:{place.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [place]})
    thread.start()
    try:
        until(lambda: server.started or not thread.is_alive())
        yield record
    finally:
        server.should_exit = True
        thread.join(HUNG)
        place.close()


def fill(record: Record, day: str) -> None:
    """A man of 1969 with a pressure, cholesterol, HbA1c, a diagnosis and a statin."""
    subject = {"reference": f"Patient/{PATIENT}"}

    def observation(loinc: str, value: float, ucum: str) -> Json:
        return {
            "resourceType": "Observation",
            "id": f"o{loinc}",
            "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": loinc}]},
            "subject": subject,
            "effectiveDateTime": day,
            "valueQuantity": {"value": value, "unit": ucum, "system": "http://unitsofmeasure.org", "code": ucum},
        }

    active = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}
    record.resources = {
        "Patient": [{"resourceType": "Patient", "id": PATIENT, "gender": "male", "birthDate": "1969-05-05"}],
        "Observation": [observation("8480-6", 142, "mm[Hg]"), observation("2093-3", 231, "mg/dL")],
        "Condition": [
            {
                "resourceType": "Condition",
                "id": "c1",
                "clinicalStatus": active,
                "code": {"coding": [{"system": "http://snomed.info/sct", "code": "38341003"}]},
                "subject": subject,
                "recordedDate": "2020-01-01",
            }
        ],
    }
