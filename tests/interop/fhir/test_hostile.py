"""Files made to do harm, or merely broken: every one ends in an error of ours that says what to do, or in a result."""

from __future__ import annotations

import json
import socket
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodels.errors import CareRiskError, FileError
from riskmodels.interop.fhir.bundle import MAX_CHECKED, MAX_ENTRIES
from riskmodels.interop.fhir.read import FhirPatient, read_bundle
from riskmodels.interop.fhir.safe_json import MAX_BYTES, tidy

FOLDER = Path(__file__).parent
TODAY = date(2026, 11, 24)
PATIENT = '{"resource": {"resourceType": "Patient", "id": "p", "gender": "male"}}'


def bundle(entries: str) -> bytes:
    return f'{{"resourceType": "Bundle", "type": "collection", "entry": [{entries}]}}'.encode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b'<?xml version="1.0"?><Bundle xmlns="http://hl7.org/fhir"/>', "XML"),
        (b"\xef\xbb\xbf<Bundle/>", "XML"),
        (b"PK\x03\x04abc", "packed"),
        (b"\x1f\x8b\x08abc", "packed"),
        ('{"a": "ü"}'.encode("latin-1"), "UTF-8"),
        ('{"resourceType": "Bundle"}'.encode("utf-16"), "UTF-8"),
        (b"name,value\n1,2\n", "not JSON: line 1, column 1"),
        (b'{"resourceType": "Bundle"', "not JSON"),
        (b'{"resourceType": "Patient"}\n{"resourceType": "Patient"}\n', "NDJSON"),
        (b"[]", "no FHIR resource"),
        (b'"Bundle"', "no FHIR resource"),
        (b"{}", "a Bundle is needed"),
        (b'{"resourceType": "Patient"}', "a FHIR Patient; a Bundle is needed"),
        (b'{"resourceType": ["Bundle"]}', "a Bundle is needed"),
        (b'{"resourceType": "Bundle", "entry": {}}', "not a list"),
        (b'{"resourceType": "Bundle", "type": "collection", "type": "batch"}', "stands twice"),
        (b'{"resourceType": "Bundle", "total": NaN}', "NaN"),
        (b'{"resourceType": "Bundle", "total": -Infinity}', "-Infinity"),
        (b'{"resourceType": "Bundle", "total": 1e999}', "too large"),
        (b'{"resourceType": "Bundle", "total": 1' + b"0" * 400 + b"}", "too large"),
        (b'{"resourceType": "Bundle", "total": 1' + b"0" * 5000 + b"}", "too large"),
        (b'{"resourceType": "Bundle", "total": 0.' + b"1" * 60 + b"}", "too large"),
        (b'{"a": ' * 200 + b"1" + b"}" * 200, "levels deep"),
        (b"[" * 100_000 + b"]" * 100_000, "levels deep"),
        (b'{"resourceType": "Bundle", "type": "\\ud800"}', "half a character"),
        (b'{"resourceType": "Bundle", "nonsense": 1, "entry": [' + PATIENT.encode() + b"]}", "not valid FHIR R4"),
        (b" " * (MAX_BYTES + 1), "up to 10 MB"),
    ],
)
def test_file_that_is_no_bundle_is_refused_with_what_to_do(data: bytes, words: str) -> None:
    with pytest.raises(CareRiskError, match=words) as caught:
        read_bundle(data, TODAY)
    assert isinstance(caught.value, FileError)
    assert caught.value.hint


def test_too_many_entries_are_refused() -> None:
    with pytest.raises(FileError, match="20,000 are read"):
        read_bundle(bundle(",".join(["{}"] * (MAX_ENTRIES + 1))), TODAY)


def test_too_many_observations_are_refused() -> None:
    with pytest.raises(FileError, match="5,000 are read"):
        read_bundle(bundle(",".join(['{"resource": {"resourceType": "Observation"}}'] * (MAX_CHECKED + 1))), TODAY)


def test_resource_of_endless_codes_is_not_checked() -> None:
    codes = ",".join(['{"system": "http://loinc.org", "code": "8480-6"}'] * 100_000)
    row = f'{{"resource": {{"resourceType": "Observation", "code": {{"coding": [{codes}]}}}}}}'
    found = read_bundle(bundle(f"{PATIENT}, {row}"), TODAY)
    assert [p.reason for p in found.problems if p.what == "Observation"] == [
        "not valid FHIR R4: it has more than 5,000 elements"
    ]


def test_largest_bundle_of_nothing_is_read() -> None:
    assert read_bundle(bundle(",".join([PATIENT, *["{}"] * (MAX_ENTRIES - 1)])), TODAY).values == {"sex": 1}


def test_invalid_patient_is_refused_without_its_values() -> None:
    data = bundle('{"resource": {"resourceType": "Patient", "birthDate": "planted-value"}}')
    with pytest.raises(CareRiskError, match="birthDate is wrong") as caught:
        read_bundle(data, TODAY)
    assert "planted" not in str(caught.value) + caught.value.log


def test_invalid_observation_is_reported_and_the_rest_is_read() -> None:
    wrong = '{"resource": {"resourceType": "Observation", "status": 5, "planted": 1}}'
    found = read_bundle(bundle(f"{PATIENT}, {wrong}, {wrong}"), TODAY)
    assert found.values == {"sex": 1}
    assert [(p.what, p.count) for p in found.problems if "not valid FHIR" in p.reason] == [("Observation", 2)]


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for path in FOLDER.glob("*.json"):
        assert read_bundle(path.read_bytes(), TODAY).found


def test_text_of_the_sender_is_one_short_printable_line() -> None:
    assert tidy("a\n\tb\x00c\u202ed") == "a b c d"
    assert len(tidy("x" * 500)) == 80


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(
        ["2026", "2026-11", "9999-12-31T23:59:59-14:00", "0001-01-01", "Patient/p", "#", "urn:uuid:", "<", "mg/dL"]
    )
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["coding", "code", "value", "reference", "url", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
DOCUMENTS = {path.name: json.loads(path.read_bytes()) for path in sorted(FOLDER.glob("*.json"))}


def places(node: Any) -> list[tuple[Any, Any]]:
    """Every container with each of its keys."""
    found: list[tuple[Any, Any]] = []
    waiting = [node]
    while waiting:
        here = waiting.pop()
        keys = list(here) if isinstance(here, dict) else list(range(len(here))) if isinstance(here, list) else []
        found += [(here, key) for key in keys]
        waiting += [here[key] for key in keys]
    return found


@settings(max_examples=250)
@given(name=st.sampled_from(sorted(DOCUMENTS)), data=st.data())
def test_changed_bundle_ends_in_a_result_or_in_an_error_of_ours(name: str, data: st.DataObject) -> None:
    document = json.loads(json.dumps(DOCUMENTS[name]))
    for _ in range(data.draw(st.integers(1, 6))):
        container, key = data.draw(st.sampled_from(places(document)))
        change = data.draw(st.sampled_from(["replace", "delete", "double"]))
        if change == "replace":
            container[key] = data.draw(VALUES)
        elif change == "delete":
            del container[key]
        elif isinstance(container, list):
            container.append(container[key])
        if not places(document):
            break
    _read_safely(json.dumps(document).encode())


@settings(max_examples=150)
@given(name=st.sampled_from(sorted(DOCUMENTS)), place=st.floats(0, 1), junk=st.binary(max_size=8), cut=st.booleans())
def test_damaged_bytes_end_in_a_result_or_in_an_error_of_ours(name: str, place: float, junk: bytes, cut: bool) -> None:
    data = (FOLDER / name).read_bytes()
    at = int(place * len(data))
    _read_safely(data[:at] + junk + (b"" if cut else data[at + len(junk) :]))


def _read_safely(data: bytes) -> None:
    """Read it; an error of ours is an answer as well, any other one fails the test."""
    with suppress(CareRiskError):
        found = read_bundle(data, TODAY)
        assert isinstance(found, FhirPatient)
        assert all(value == value for value in found.values.values())
