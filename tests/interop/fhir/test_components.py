"""Many components: read in a time that grows with their number alone, as fhir.resources would have read them, or
refused in words that name the limit."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodels.errors import FileError
from riskmodels.interop.fhir.bundle import MAX_ALL_COMPONENTS, MAX_COMPONENTS, Bundle, Resource, model_of
from riskmodels.interop.fhir.components import are_plain, is_plain
from riskmodels.interop.fhir.dates import read_moment
from riskmodels.interop.fhir.read import FhirPatient, read_bundle
from riskmodels.interop.fhir.types import Version

TODAY = date(2026, 11, 24)
LOINC, SNOMED, UCUM = "http://loinc.org", "http://snomed.info/sct", "http://unitsofmeasure.org"
Json = dict[str, Any]
PATIENT: Json = {"resourceType": "Patient", "id": "p", "gender": "male", "birthDate": "1960-01-01"}


def component(number: int) -> Json:
    concept = {"coding": [{"system": LOINC, "code": "8480-6", "display": f"Part {number}"}]}
    return {"code": concept, "valueQuantity": {"value": 100 + number % 60, "system": UCUM, "code": "mm[Hg]"}}


def observation(parts: list[Json], panel: str = "85354-9", **changes: Any) -> Json:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": panel}]},
        "subject": {"reference": "Patient/p"},
        "effectiveDateTime": "2026-11-01",
        "component": parts,
    } | changes


def read(*resources: Json) -> FhirPatient:
    entries = [{"resource": resource} for resource in (PATIENT, *resources)]
    return read_bundle(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode(), TODAY)


# ── the closed grammar says what fhir.resources says ────────────────────────────────────────────────────────────────

TEXTS = st.sampled_from(
    ["", " ", "a", "a b", "a  b", " a", "a\n", "a\tb", "\u00a0", "\u2028x", "<", "http://x y", "8480-6"]
)
NUMBERS = st.sampled_from([0, -0.0, 1, 120, 120.0, 1.5, 1e-7, 1e15, 1e22, 123456789.123, -3, 10**16, True, "120", None])
LEAVES = st.one_of(TEXTS, NUMBERS)


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Json]:
    """Objects with some of the fields, each now and then of another kind."""
    either = {name: st.one_of(kind, kind, kind, LEAVES) for name, kind in fields.items()}
    return st.fixed_dictionaries({}, optional=either)


CODINGS = some(system=TEXTS, version=TEXTS, code=TEXTS, display=TEXTS, userSelected=st.booleans(), other=TEXTS)
CONCEPTS = some(coding=st.lists(CODINGS, max_size=2), text=TEXTS)
QUANTITIES = some(value=NUMBERS, comparator=TEXTS, unit=TEXTS, system=TEXTS, code=TEXTS, extension=st.just([]))
RANGES = some(low=QUANTITIES, high=QUANTITIES, text=TEXTS)
COMPONENTS = some(
    code=CONCEPTS,
    valueQuantity=QUANTITIES,
    valueCodeableConcept=CONCEPTS,
    valueString=TEXTS,
    valueInteger=st.sampled_from([0, -5, 2**31 - 1, 2**31, 1.0, True, "7"]),
    valueBoolean=st.sampled_from([True, False, 0, 1, "true", None]),
    dataAbsentReason=CONCEPTS,
    interpretation=st.lists(CONCEPTS, max_size=2),
    referenceRange=st.lists(RANGES, max_size=2),
    valueDateTime=st.just("2026-01-01"),
    id=st.just("x") | st.text("aZ9.-_ ", max_size=3),
)
#: complete ones, so that many are accepted
PLAIN = st.fixed_dictionaries(
    {"code": st.fixed_dictionaries({"text": st.text(min_size=1, max_size=5)})},
    optional={
        "id": st.text("aZ9.-_ ", max_size=3),
        "valueQuantity": st.fixed_dictionaries(
            {"value": st.floats(-1e16, 1e16) | st.integers(-(10**17), 10**17)}, optional={"unit": st.text(max_size=3)}
        ),
        "interpretation": st.lists(st.fixed_dictionaries({"text": st.text(max_size=3)}), max_size=2),
    },
)


@pytest.mark.parametrize("version", list(Version))
@settings(max_examples=400)
@given(parts=st.lists(COMPONENTS | PLAIN, min_size=1, max_size=2))
def test_what_the_grammar_accepts_is_valid_and_written_as_it_stood(version: Version, parts: list[Json]) -> None:
    if are_plain(parts):
        whole = model_of("Observation", version).model_validate(observation(parts))
        assert json.loads(whole.model_dump_json())["component"] == parts


@pytest.mark.parametrize(
    "part",
    [
        component(1),
        {"code": {"text": "Colour"}, "valueString": "red", "interpretation": [{"text": "normal"}]},
        {"code": {"text": "Count"}, "valueInteger": 3, "referenceRange": [{"low": {"value": 1, "unit": "1"}}]},
        {"code": {"text": "Seen"}, "valueBoolean": False},
        {"code": {"text": "Smoker"}, "valueCodeableConcept": {"coding": [{"system": SNOMED, "code": "8517006"}]}},
    ],
)
def test_common_components_are_accepted(part: Json) -> None:
    assert are_plain([part])


@pytest.mark.parametrize(
    "part",
    [
        {},
        {"valueString": "x"},
        {"code": {"text": "x"}, "valueString": "x", "valueBoolean": True},
        {"code": {"text": "x"}, "valueQuantity": {"value": "120"}},
        {"code": {"text": "x"}, "valueQuantity": {"value": True}},
        {"code": {"text": "x"}, "_valueString": {"extension": []}},
        {"code": {"text": "x"}, "planted": 1},
    ],
)
def test_others_are_left_to_fhir_resources(part: Json) -> None:
    assert not are_plain([part])


@pytest.mark.parametrize("nothing", [[], None, {}, "x"])
def test_no_list_of_components_is_not_plain(nothing: Any) -> None:
    assert not are_plain(nothing)


def test_component_that_is_wrong_still_takes_its_observation_out() -> None:
    found = read(observation([component(1), {"valueString": "no code"}]))
    assert "systolic_bp" not in found.values
    assert [p.reason.partition(": component")[:2] for p in found.problems] == [("not valid FHIR R4", ": component")]


# ── limits ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_observation_with_too_many_components_is_left_out_naming_the_limit() -> None:
    found = read(observation([component(1)] * (MAX_COMPONENTS + 1)), observation([component(7)]))
    assert found.values["systolic_bp"] == 107
    assert [p.reason for p in found.problems] == [
        f"not valid FHIR R4: it has {MAX_COMPONENTS + 1} components; up to {MAX_COMPONENTS} are read"
    ]


def test_too_many_components_in_all_are_refused_naming_the_limit() -> None:
    many = [observation([{"code": {"text": "x"}}] * 400)] * (MAX_ALL_COMPONENTS // 400 + 1)
    with pytest.raises(FileError, match=f"up to {MAX_ALL_COMPONENTS:,} are read") as caught:
        read(*many)
    assert caught.value.hint


# ── the work grows with the size of the file alone ──────────────────────────────────────────────────────────────────


def cost(work: Callable[[], object]) -> float:
    """Processor time of the fastest of three."""

    def once() -> float:
        begun = time.process_time()
        work()
        return time.process_time() - begun

    return min(once() for _ in range(3))


def bundle_of(count: int) -> list[Json]:
    return [observation([component(n) for n in range(100)], panel="2345-7") for _ in range(count)]


def long_key_names(count: int) -> bytes:
    """An object whose last name stands twice."""
    names = ",".join(f'"n{number}":1' for number in range(count))
    return f'{{{names},"twice":1,"twice":2}}'.encode()


def endless_code(count: int) -> Json:
    concept = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "X" * count}]}
    return {"resourceType": "Condition", "code": concept, "subject": {"reference": "Patient/p"}}


def codes_under_one_text(count: int) -> Json:
    """Codings without words of their own share those of the concept, which are long."""
    coding = [{"system": LOINC, "code": f"x{number}"} for number in range(count // 20)]
    return observation([component(1)], code={"coding": coding, "text": "w " * count})


def refused(data: bytes) -> None:
    with pytest.raises(FileError, match="stands twice"):
        read_bundle(data, TODAY)


GROWING: dict[str, tuple[Callable[[int], object], int]] = {
    "components": (lambda n: read(*bundle_of(n)), 25),
    "names": (lambda n: refused(long_key_names(n)), 20_000),
    "codes": (lambda n: read(endless_code(n)), 100_000),
    "words": (lambda n: read(codes_under_one_text(n)), 6_000),
}


@pytest.mark.parametrize("kind", GROWING)
def test_four_times_as_much_costs_at_most_eight_times(kind: str) -> None:
    work, size = GROWING[kind]
    work(size)  # whatever is imported and compiled at first use
    assert cost(lambda: work(4 * size)) < 8 * cost(lambda: work(size)) + 0.05


def test_medication_of_many_orders_is_looked_up_without_going_through_all_resources(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order = {
        "resourceType": "MedicationStatement",
        "status": "active",
        "subject": {"reference": "Patient/p"},
        "medicationReference": {"reference": "Medication/none"},
    }
    scans: list[str] = []
    scan = Bundle.of

    def counted(bundle: Bundle, *kinds: str) -> list[Resource]:
        scans.extend(kinds)
        return scan(bundle, *kinds)

    monkeypatch.setattr(Bundle, "of", counted)
    read(*[order] * 5)
    few = len(scans)
    scans.clear()
    read(*[order] * 50)
    assert len(scans) == few


TIMES = st.sampled_from(
    "2025-06-01 2025-06-31 2025-06 2025-06-01T10:00:00Z 2025-06-01T10:00:00+01:00 2025-06-01T10:00:00.123-05:00 "
    "2025-06-01T24:00:00Z 2025-06-01T10:00:60Z 2025-06-01T10:00:00+25:00 0000-01-01 2025-06-01T10:00:00 x".split()
)
REFERENCES = some(reference=TEXTS, display=TEXTS, type=TEXTS)
OBSERVATIONS = st.fixed_dictionaries(
    {
        "resourceType": st.just("Observation"),
        "status": st.sampled_from(["final", "registered", "nonsense", "", 7]),
        "code": CONCEPTS | st.just({"text": "Weight"}),
    },
    optional={
        "id": st.just("x") | st.text("aZ9.-_ ", max_size=3),
        "meta": some(versionId=TEXTS, lastUpdated=TIMES, profile=st.lists(TEXTS, max_size=2)),
        "category": st.lists(CONCEPTS, max_size=2),
        "subject": REFERENCES,
        "encounter": REFERENCES,
        "performer": st.lists(REFERENCES, max_size=2),
        "effectiveDateTime": TIMES,
        "issued": TIMES,
        "valueQuantity": QUANTITIES,
        "valueString": TEXTS,
        "component": st.lists(COMPONENTS | PLAIN, max_size=2),
        "note": st.just([{"text": "x"}]),
    },
)


@pytest.mark.parametrize("version", list(Version))
@settings(max_examples=400)
@given(body=OBSERVATIONS)
def test_an_observation_that_the_grammar_accepts_is_valid_and_written_as_it_stood(version: Version, body: Json) -> None:
    if is_plain(body):
        again = json.loads(model_of("Observation", version).model_validate(body).model_dump_json())
        assert _dated(again) == _dated(body)


def _dated(body: Json) -> Json:
    """An Observation whose times are moments: fhir.resources writes fractions of a second in its own way."""
    meta = {**body["meta"], "lastUpdated": read_moment(body["meta"].get("lastUpdated"))} if "meta" in body else None
    return {**body, "meta": meta, **{n: read_moment(body.get(n)) for n in ("effectiveDateTime", "issued")}}


COMMON = {
    "resourceType": "Observation",
    "id": "o1",
    "meta": {
        "lastUpdated": "2025-06-01T10:00:00.123+01:00",
        "profile": ["http://hl7.org/fhir/StructureDefinition/vitalsigns"],
    },
    "status": "final",
    "category": [{"coding": [{"system": "urn:category", "code": "laboratory"}]}],
    "code": {"coding": [{"system": "http://loinc.org", "code": "2093-3", "display": "Cholesterol"}], "text": "Chol"},
    "subject": {"reference": "urn:uuid:1"},
    "encounter": {"reference": "Encounter/3"},
    "effectiveDateTime": "2025-06-01T10:00:00+01:00",
    "issued": "2025-06-01T10:00:00.123+01:00",
    "valueQuantity": {"value": 200, "unit": "mg/dL", "system": "http://unitsofmeasure.org", "code": "mg/dL"},
}


def test_a_common_observation_is_accepted_and_read_alike() -> None:
    assert is_plain(COMMON)
    again = json.loads(model_of("Observation", Version.R4).model_validate(COMMON).model_dump_json())
    assert _dated(again) == _dated(COMMON)


@pytest.mark.parametrize(
    "change",
    [
        {"effectiveDateTime": "2025-02-30"},
        {"effectiveDateTime": "2025-06-01T10:00:00"},
        {"valueString": "x"},
        {"component": []},
        {"subject": "Patient/1"},
        {"status": None},
        {"modifierExtension": []},
        {"planted": 1},
        {"resourceType": "Condition"},
    ],
)
def test_another_observation_is_left_to_fhir_resources(change: Json) -> None:
    assert not is_plain({**COMMON, **change})
