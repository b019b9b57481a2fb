"""Prefetched FHIR data of one patient, and the CDS service over real HTTP."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import httpx
import pytest
import uvicorn

from riskmodels.cds.app import Settings, make_app
from riskmodels.cds.command import server_options
from riskmodels.cds.models import InForce
from riskmodels.cds.service import SERVICE, prefetch
from tests.client import client_of

TODAY = date(2026, 11, 24)
PATIENT = "p-1"
CALL = f"/cds-services/{SERVICE}"
#: LOINC, value, UCUM: what the tests' patient is known by
KNOWN = (
    ("observations_pressure", "8480-6", 142.0, "mm[Hg]"),
    ("observations_lipids", "2093-3", 210.0, "mg/dL"),
    ("observations_lipids", "2085-9", 42.0, "mg/dL"),
    ("observations_sugar", "2345-7", 104.0, "mg/dL"),
    ("observations_kidney", "2160-0", 1.1, "mg/dL"),
)


def observation(loinc: str, value: float, ucum: str, day: str = "2026-10-01", of: str = PATIENT) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": f"o{loinc}{day}",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": loinc}]},
        "subject": {"reference": f"Patient/{of}"},
        "effectiveDateTime": day,
        "valueQuantity": {"value": value, "unit": ucum, "system": "http://unitsofmeasure.org", "code": ucum},
    }


def condition(snomed: str) -> dict[str, Any]:
    return {
        "resourceType": "Condition",
        "id": f"c{snomed}",
        "clinicalStatus": {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]
        },
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": snomed}]},
        "subject": {"reference": f"Patient/{PATIENT}"},
        "recordedDate": "2020-01-01",
    }


def bundle(*resources: dict[str, Any]) -> dict[str, Any]:
    base, found = "https://ehr.example.org/fhir", {"mode": "match"}
    entries = [{"fullUrl": f"{base}/{r['resourceType']}/{r['id']}", "resource": r, "search": found} for r in resources]
    return {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": entries}


def asked(**changes: Any) -> dict[str, Any]:
    """A request whose client sent every list, filled with :data:`KNOWN`."""
    lists: dict[str, Any] = {key: bundle() for key in prefetch() if key != "patient"}
    for key, loinc, value, ucum in KNOWN:
        lists[key]["entry"] += bundle(observation(loinc, value, ucum))["entry"]
    patient = {"resourceType": "Patient", "id": PATIENT, "gender": "male", "birthDate": "1971-05-01"}
    request = {
        "hook": "patient-view",
        "hookInstance": str(uuid.uuid4()),
        "fhirServer": "https://ehr.example.org/fhir",
        "context": {"userId": "Practitioner/7", "patientId": PATIENT},
        "prefetch": {"patient": patient, **lists},
    }
    return request | changes


def prefetched(**changes: Any) -> dict[str, Any]:
    """The same request with other prefetched values; None leaves a key out."""
    request = asked()
    request["prefetch"] |= changes
    request["prefetch"] = {key: value for key, value in request["prefetch"].items() if value is not None}
    return request


@pytest.fixture(scope="session")
def models() -> InForce:
    return InForce()


def served(models: InForce, settings: Callable[[str], Settings]) -> AbstractContextManager[httpx.Client]:
    """A client of the app, served by uvicorn on a free port as the command serves it."""
    return client_of(lambda address: uvicorn.Config(make_app(models, settings(address)), **server_options()))


@pytest.fixture(scope="module")
def client(models: InForce) -> Iterator[httpx.Client]:
    with served(models, lambda _: Settings(today=lambda: TODAY, app_url="https://carerisk.example.org")) as made:
        yield made
