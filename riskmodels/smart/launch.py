"""The authorization of one launch: SMART App Launch 2.2 with PKCE (S256), a fresh state, and read-only scopes.

Source: HL7 SMART App Launch 2.2.0, sections “App Launch” and “Scopes”; RFC 6749, RFC 7636.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from riskmodels.errors import CareRiskError, FileError
from riskmodels.interop.fhir.safe_json import read_json
from riskmodels.smart.settings import SmartSettings, is_safe

#: kinds of resource that are asked for, all to be read only
KINDS = ("Patient", "Observation", "Condition", "MedicationRequest", "MedicationStatement", "Medication")
#: seconds that a server may take, and bytes of one answer
PATIENCE, MOST_BYTES = 20.0, 5 * 2**20
_DISCOVERY = "/.well-known/smart-configuration"
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


class LaunchError(CareRiskError):
    """A launch that cannot go on."""


@dataclass(frozen=True)
class Launch:
    """What is kept between the way out to the record's server and the way back.

    Args:
        issuer: address of the FHIR server.
        token_endpoint: where the code is exchanged.
        address: where the browser is sent.
        state: that has to come back.
        verifier: of PKCE.
    """

    issuer: str
    token_endpoint: str
    address: str = field(repr=False)
    state: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True)
class Granted:
    """What the server granted; it lives as long as the request that reads the record.

    Args:
        token: the access token.
        patient: id of the patient in context.
    """

    token: str = field(repr=False)
    patient: str = field(repr=False)


def scopes(told: Mapping[str, Any], *, from_record: bool) -> str:
    """The scopes asked for.

    Args:
        told: the server's SMART configuration.
        from_record: whether the record opened the app and has a patient in context; else one is to be chosen there.
    """
    version_2 = "permission-v2" in (told.get("capabilities") or ())
    read = "rs" if version_2 else "read"
    return " ".join(["launch" if from_record else "launch/patient", *(f"patient/{kind}.{read}" for kind in KINDS)])


async def begin(client: httpx.AsyncClient, settings: SmartSettings, issuer: str, launch: str) -> Launch:
    """Ask the server where it authorizes.

    Args:
        client: see :func:`client_of`.
        settings: of the app.
        issuer: one of those that are accepted.
        launch: as the record told it; empty for a launch that begins here.

    Raises:
        LaunchError: when the server cannot be asked, or names an address that is not safe.
    """
    told = await get_json(client, f"{issuer}{_DISCOVERY}")
    authorize, token = told.get("authorization_endpoint"), told.get("token_endpoint")
    if not (isinstance(authorize, str) and isinstance(token, str) and is_safe(authorize) and is_safe(token)):
        raise LaunchError("The record's server names no safe address to authorize at.")
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    asked = {
        "response_type": "code",
        "client_id": settings.client_id,
        "redirect_uri": settings.redirect_uri,
        "scope": scopes(told, from_record=bool(launch)),
        "state": state,
        "aud": issuer,
        "code_challenge": create_s256_code_challenge(verifier),
        "code_challenge_method": "S256",
    } | ({"launch": launch} if launch else {})
    return Launch(issuer, token, str(httpx.URL(authorize).copy_merge_params(asked)), state, verifier)


async def finish(client: httpx.AsyncClient, settings: SmartSettings, launch: Launch, code: str) -> Granted:
    """Exchange the code for a token and the patient in context.

    Args:
        client: see :func:`client_of`.
        settings: of the app.
        launch: that the code answers.
        code: as the browser brought it.

    Raises:
        LaunchError: when the server refuses it, or names no patient.
    """
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": settings.redirect_uri,
        "code_verifier": launch.verifier,
    }
    auth = httpx.BasicAuth(settings.client_id, settings.client_secret) if settings.client_secret else None
    form |= {} if auth else {"client_id": settings.client_id}
    told = await _answered(client, client.build_request("POST", launch.token_endpoint, data=form), auth)
    token, patient = told.get("access_token"), told.get("patient")
    if not isinstance(token, str) or not token or str(told.get("token_type", "")).casefold() != "bearer":
        raise LaunchError("The record's server gave no token.")
    if not isinstance(patient, str) or not _ID.fullmatch(patient):
        raise LaunchError("The record's server named no patient: choose one there and open the app again.")
    return Granted(token, patient)


def client_of() -> httpx.AsyncClient:
    """A client that follows no redirect, waits so long and no longer, and takes no settings from the environment."""
    return httpx.AsyncClient(timeout=PATIENCE, follow_redirects=False, trust_env=False)


async def get_json(client: httpx.AsyncClient, url: str, token: str = "") -> dict[str, Any]:
    """A JSON object from an address.

    Args:
        client: see :func:`client_of`.
        url: of it.
        token: to show; none where empty.

    Raises:
        LaunchError: when there is none; the message says no more than the status.
    """
    headers = {"Accept": "application/fhir+json, application/json"}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    return await _answered(client, client.build_request("GET", url, headers=headers), None)


async def _answered(client: httpx.AsyncClient, request: httpx.Request, auth: httpx.Auth | None) -> dict[str, Any]:
    try:
        answer = await client.send(request, auth=auth, stream=True)
        try:
            if answer.status_code != httpx.codes.OK:
                raise LaunchError(f"The record's server answered with {answer.status_code}.")
            return read_json(await _body(answer))
        finally:
            await answer.aclose()
    except (httpx.HTTPError, httpx.InvalidURL):
        raise LaunchError("The record's server cannot be reached.") from None
    except FileError:
        raise LaunchError("The record's server answered with something that is no JSON.") from None


async def _body(answer: httpx.Response) -> bytes:
    parts, size = [], 0
    async for part in answer.aiter_bytes():
        size += len(part)
        if size > MOST_BYTES:
            raise LaunchError("The record's server answered with more than is read.")
        parts.append(part)
    return b"".join(parts)
