"""An invented table → FHIR R4: Bulk Data (NDJSON) or a Bundle a person, each resource marked as test data.

Facts are written as those of a patient are (:mod:`riskmodels.interop.fhir.write`), so that whatever reads the app's own
files reads these. Each resource has the security label HTEST, a tag that says invented, and each Patient an identifier
of a system that says so as well. Whatever is written was checked by fhir.resources first.

Source: HTEST of http://terminology.hl7.org/CodeSystem/v3-ActReason; https://hl7.org/fhir/R4/security-labels.html#core;
https://hl7.org/fhir/uv/bulkdata/.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, time
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import pandas as pd

from riskmodels.generated.written.people import (
    SYSTEM,
    Person,
    Written,
    people_of,
    refuse_without_variables,
    strangers,
)
from riskmodels.interop.fhir.bundle import model_of
from riskmodels.interop.fhir.facts import Fact, observations
from riskmodels.interop.fhir.types import Json, Version
from riskmodels.interop.fhir.write import Subject, bundle, to_json

#: test data, and said to be invented
META: Json = {
    "security": [
        {
            "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason",
            "code": "HTEST",
            "display": "test health data",
        }
    ],
    "tag": [{"system": SYSTEM, "code": "invented", "display": "no such person exists"}],
}
_KINDS = ("Patient", "Observation")
_GENDER = {0.0: "female", 1.0: "male"}
#: told by the Patient
_OF_PATIENT = ("age", "sex")
#: parts of a resource that are a person's own: texts of one form, made here
_OWN = frozenset({"id", "reference", "value", "birthDate"})


def write_bulk(table: pd.DataFrame, folder: Path, at: date) -> Written:
    """Write a table as a Bulk Data export: Patient.ndjson and Observation.ndjson.

    Args:
        table: as a generator draws it.
        folder: which is there.
        at: the day at which ages hold and everything was measured.

    Raises:
        InputError: when no column has a code.
    """
    refuse_without_variables(table, "FHIR")
    number, valid = 0, set[str]()
    paths = tuple(folder / f"{kind}.ndjson" for kind in _KINDS)
    with ExitStack() as stack:
        files = {
            kind: stack.enter_context(path.open("w", encoding="utf-8"))
            for kind, path in zip(_KINDS, paths, strict=True)
        }
        for number, person in enumerate(people_of(table, at), 1):  # noqa: B007  the last is the count
            for resource in _resources(person, at):
                files[resource["resourceType"]].write(_line(resource, valid))
    return Written(paths, number, strangers(table))


def write_bundles(table: pd.DataFrame, folder: Path, at: date) -> Written:
    """Write a table as one Bundle a person: invented-000001.json, …

    Args and Raises as :func:`write_bulk`.
    """
    refuse_without_variables(table, "FHIR")
    paths = []
    for person in people_of(table, at):
        paths.append(folder / f"{person.id}.json")
        paths[-1].write_bytes(to_json(person_bundle(person, at), Version.R4))
    return Written(tuple(paths), len(paths), strangers(table))


def person_bundle(person: Person, at: date) -> Json:
    """A collection of the Patient and an Observation a fact."""
    url = f"urn:uuid:{uuid5(NAMESPACE_URL, f'{SYSTEM}:{person.id}')}"
    made = bundle(Subject(url, _patient(person), url), _facts(person, at), [], _moment(at), Version.R4)
    for entry in made["entry"]:
        entry["resource"] = _marked(entry["resource"])
    return _marked(made)


def _resources(person: Person, at: date) -> Iterator[Json]:
    yield _marked(_patient(person))
    for observation, _ in observations(_facts(person, at), f"Patient/{person.id}", _moment(at)):
        yield _marked({**observation, "id": f"{person.id}-{observation['id']}"[:64]})


def _patient(person: Person) -> Json:
    sex = person.known.get("sex")
    return {
        "resourceType": "Patient",
        "id": person.id,
        "identifier": [{"system": SYSTEM, "value": person.id}],
        **({"gender": _GENDER[sex]} if sex in _GENDER else {}),
        **({"birthDate": person.born.isoformat()} if person.born else {}),
    }


def _facts(person: Person, at: date) -> list[Fact]:
    return [Fact(name, value, when=at.isoformat()) for name, value in person.known.items() if name not in _OF_PATIENT]


def _marked(resource: Json) -> Json:
    return {"resourceType": resource["resourceType"], "meta": META, **resource}


def _moment(at: date) -> datetime:
    return datetime.combine(at, time(12), UTC)


def _line(resource: Json, valid: set[str]) -> str:
    """A resource on one line, after fhir.resources has found one of its shape valid.

    Args:
        resource: with a meaning of its own.
        valid: shapes that were found valid, added to: of resources that differ in numbers, ids and days alone one is
            checked, which takes a fifth of the time.
    """
    shape = json.dumps(_shape(resource))
    if shape not in valid:
        model_of(resource["resourceType"], Version.R4).model_validate(resource)
        valid.add(shape)
    return json.dumps(resource, ensure_ascii=False, allow_nan=False) + "\n"


def _shape(part: object, name: str = "") -> object:
    """A part of a resource without what differs from one person to the next."""
    if isinstance(part, dict):
        return {key: _shape(value, key) for key, value in part.items()}
    if isinstance(part, list):
        return [_shape(value, name) for value in part]
    return 0 if isinstance(part, float) else "" if name in _OWN else part


__all__ = ["META", "person_bundle", "write_bulk", "write_bundles"]
