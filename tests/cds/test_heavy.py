"""A call that takes long to read: it holds up no other, and is ended in words at its limits."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from riskmodels.cds.app import MOST_BYTES, MOST_FEEDBACK_BYTES, Settings
from riskmodels.cds.models import InForce
from riskmodels.cds.reading import refusal
from riskmodels.tasks import Limits, TaskError
from tests.cds.conftest import CALL, TODAY, asked, bundle, observation, prefetched, served


@pytest.fixture
def alone(models: InForce) -> Iterator[httpx.Client]:
    """A service of its own."""
    with served(models, lambda _: Settings(today=lambda: TODAY)) as made:
        yield made


def heavy() -> bytes:
    """Nearly as much as is accepted, of components that the library has to check one by one."""
    part = {
        "extension": [{"url": "urn:x", "valueBoolean": True}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]},
    }
    part |= {"valueQuantity": {"value": 120, "code": "mm[Hg]", "system": "http://unitsofmeasure.org"}}
    found: list[dict[str, Any]] = []
    for number in range(10_000):
        found.append(observation("2345-7", 100, "mg/dL") | {"id": f"o{number}", "component": [part] * 100})
        if number % 20 == 0 and len(json.dumps(prefetched(observations_sugar=bundle(*found)))) > MOST_BYTES - 500_000:
            break
    return json.dumps(prefetched(observations_sugar=bundle(*found))).encode()


def test_call_of_five_megabytes_holds_up_no_other(alone: httpx.Client) -> None:
    """What is asked meanwhile is answered before it is read, so the order of the answers says it, and no clock."""
    body, answered = heavy(), threading.Event()
    assert 4 * 2**20 < len(body) <= MOST_BYTES
    statuses: list[int] = []

    def call() -> None:
        headers = {"content-type": "application/json"}
        with httpx.Client(base_url=alone.base_url, timeout=300) as other:
            statuses.append(other.post(CALL, content=body, headers=headers).status_code)
        answered.set()

    alone.post(CALL, json=asked())  # the readers are there
    thread = threading.Thread(target=call)
    thread.start()
    try:
        meanwhile = [alone.post(CALL, json=asked()).status_code for _ in range(2)]
        assert not answered.is_set()
    finally:
        thread.join()
    assert (meanwhile, statuses) in (([200, 200], [200]), ([200, 200], [503]))


def test_call_beyond_its_time_is_ended_in_words_and_the_next_is_answered(
    alone: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("riskmodels.cds.app.LIMITS", Limits(seconds=0))
        refused = alone.post(CALL, json=asked())
    assert refused.status_code == 503
    assert "longer than 0 seconds" in refused.json()["error"]
    assert alone.post(CALL, json=asked()).status_code == 200


@pytest.mark.parametrize(("kind", "status"), [("memory", 413), ("time", 503), ("full", 503), ("failed", 500)])
def test_status_says_whose_matter_it_is(kind: str, status: int) -> None:
    error = refusal(TaskError("It needs more than 1.0 GB.", "Ask for a smaller file.", kind))
    assert (error.status, "It needs more than 1.0 GB." in error.message) == (status, True)


def test_feedback_is_short(alone: httpx.Client) -> None:
    told = alone.post(f"{CALL}/feedback", json={"feedback": [], "x": "y" * MOST_FEEDBACK_BYTES})
    assert (told.status_code, "256 kB" in told.json()["error"]) == (413, True)
