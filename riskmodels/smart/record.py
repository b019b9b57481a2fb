"""The record of the patient in context as a bundle: the searches of the CDS service, asked with the user's token."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import httpx

from riskmodels.cds.service import prefetch
from riskmodels.interop.fhir.safe_json import MAX_BYTES
from riskmodels.runtime.addresses import read_address
from riskmodels.smart.launch import Granted, LaunchError, get_json

#: pages of one search that are read
MOST_PAGES = 5
_PATIENT = "patient"


@dataclass(frozen=True)
class Record:
    """What the server told.

    Args:
        bundle: a FHIR Bundle of one patient, as a file would hold it.
        notes: what was asked for and not given, a phrase each.
    """

    bundle: bytes = field(repr=False)
    notes: tuple[str, ...]


async def read_record(client: httpx.AsyncClient, issuer: str, granted: Granted) -> Record:
    """Read the patient, observations, diagnoses and medicines; nothing is written and nothing else is asked.

    Args:
        client: of :func:`riskmodels.smart.launch.client_of`.
        issuer: address of the FHIR server.
        granted: token and patient.

    Raises:
        LaunchError: when the patient cannot be read, or the record is larger than what is read.
    """
    addresses = {
        name: f"{issuer}/{search.replace('{{context.patientId}}', granted.patient)}"
        for name, search in prefetch().items()
    }
    patient = await get_json(client, addresses.pop(_PATIENT), granted.token)
    if patient.get("resourceType") != "Patient" or patient.get("id") != granted.patient:
        raise LaunchError("The record's server answered with another patient than the one in context.")
    found = await asyncio.gather(*(_search(client, issuer, url, granted.token) for url in addresses.values()))
    entries = [{"fullUrl": f"{issuer}/Patient/{granted.patient}", "resource": patient}]
    notes = []
    for name, (listed, note) in zip(addresses, found, strict=True):
        entries += listed
        notes += [f"{name.replace('_', ' ')}: {note}"] if note else []
    document = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    data = json.dumps(document, ensure_ascii=False).encode()
    if len(data) > MAX_BYTES:
        raise LaunchError("The record is larger than what is read.")
    return Record(data, tuple(notes))


async def _search(client: httpx.AsyncClient, issuer: str, url: str, token: str) -> tuple[list[dict[str, Any]], str]:
    """Entries of all pages of a search, and what of it was not given."""
    entries: list[dict[str, Any]] = []
    for _ in range(MOST_PAGES):
        try:
            page = await get_json(client, url, token)
        except LaunchError as error:
            return entries, f"not given ({error.message.rstrip('.')})"
        listed = page.get("entry", [])
        if page.get("resourceType") != "Bundle" or not isinstance(listed, list):
            return entries, "not given (the answer is no Bundle)"
        entries += [{k: e[k] for k in ("fullUrl", "resource") if k in e} for e in listed if isinstance(e, dict)]
        url = urljoin(url, following) if (following := _next(page)) else ""
        if not url:
            return entries, ""
        if not _is_of(issuer, url):
            return entries, "only the first pages were read (the next one lies on another server)"
    return entries, f"only the first {MOST_PAGES} pages were read"


def _next(page: Mapping[str, Any]) -> str:
    links = page.get("link")
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("relation") == "next" and isinstance(link.get("url"), str):
            return str(link["url"])
    return ""


def _is_of(issuer: str, url: str) -> bool:
    """Whether an address is on the issuer's server: the token is shown to nobody else."""
    here, there = read_address(issuer), read_address(url)
    return here is not None and there is not None and here.origin == there.origin
