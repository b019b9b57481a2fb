"""A bundle that takes long to read: whoever else is at the app goes on meanwhile, and it can be stopped."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from riskmodels.interop.fhir.safe_json import MAX_BYTES
from tests.load.streamlit_client import Session

pytestmark = pytest.mark.browser
LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"
OpenPage = Callable[..., Any]


def heavy() -> bytes:
    """40,000 components, each with an extension, so that the library has to check every one of them."""
    code = {"coding": [{"system": LOINC, "code": "8480-6"}]}
    part = {
        "extension": [{"url": "urn:x", "valueBoolean": True}],
        "code": code,
        "valueQuantity": {"value": 120, "code": "mm[Hg]", "system": UCUM},
    }
    patient = {"resourceType": "Patient", "id": "p", "gender": "male", "birthDate": "1960-01-01"}
    found = [
        {
            "resourceType": "Observation",
            "id": f"o{number}",
            "status": "final",
            "subject": {"reference": "Patient/p"},
            "code": {"coding": [{"system": LOINC, "code": "2345-7"}]},
            "effectiveDateTime": "2026-01-01",
            "valueQuantity": {"value": 100, "unit": "mg/dL", "system": UCUM, "code": "mg/dL"},
            "component": [part] * 100,
        }
        for number in range(400)
    ]
    entries = [{"resource": resource} for resource in (patient, *found)]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


def upload(page: Any, data: bytes) -> None:
    page.get_by_role("button", name="Import", exact=True).click()
    file = {"name": "heavy.json", "mimeType": "application/json", "buffer": data}
    page.locator("[data-testid='stPopoverBody'] input[type='file']").set_input_files(file)
    page.get_by_text("Reading the bundle").first.wait_for()


async def _update_of_another(url: str) -> list[float]:
    """Somebody else enters three values; seconds until each was answered."""
    session = Session(url, "Patient")
    await session.open()
    try:
        return [await session.choose("Age, years", age) for age in (50.0, 51.0, 52.0)]
    finally:
        await session.close()


def test_others_go_on_while_it_is_read_and_it_can_be_stopped(open_page: OpenPage, app_url: str) -> None:
    """The order of what is answered says it: three updates of another person come before the bundle is read."""
    data = heavy()
    assert 8 * 10**6 < len(data) < MAX_BYTES
    page = open_page("/Patient")
    upload(page, data)
    with ThreadPoolExecutor(1) as other:  # Playwright has taken this thread's loop
        waited = other.submit(lambda: asyncio.run(_update_of_another(app_url))).result()
    assert len(waited) == 3
    assert page.get_by_role("button", name="Fill the form").count() == 0
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("Stopped. Nothing was changed.").wait_for()
    page.get_by_role("button", name="Begin again").click()
    page.get_by_text("Reading the bundle").first.wait_for()
