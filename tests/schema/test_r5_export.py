"""What is written as FHIR R5 against models that were made from HL7's definitions by another project.

The export is written and read here by fhir.resources; ``fhirpy-types-r5`` (Beda Software) shares no code with it, and
refuses elements that R5 does not have, as HL7's own JSON schema does.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest
from pydantic import ValidationError

from riskmodels.interop.fhir.facts import Fact
from riskmodels.interop.fhir.read import Version
from riskmodels.interop.fhir.write import Assessed, Estimate, bundle, risk_assessment, subject_of, to_json
from riskmodels.scores.inputs import EXTRA_INPUTS
from riskmodels.vocabulary import VARIABLES, Kind, Variable

AT = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
#: by name: its 4 MB of annotations would take the type checker minutes
R5 = import_module("fhirpy_types_r5")
ESTIMATES = {
    "diabetes": Estimate(float("nan"), float("nan"), float("nan"), "answered by a measurement", measured="HbA1c 7 %."),
    "dysglycaemia": Estimate(float("nan"), float("nan"), float("nan"), "not estimated: already told of diabetes"),
    "cvd_10y": Estimate(0.123456, 0.1, 0.2, caution="waist near the edge of the training data"),
}
SUBJECTS = {
    "new": subject_of({}, "", 0.0),
    "imported": subject_of({"id": "7", "gender": "female", "birthDate": "1972-03"}, "Patient/7", 0.0),
}
Json = dict[str, Any]


def fact_of(variable: Variable) -> Fact:
    """A plausible fact of each variable, dated where it is a measurement."""
    if variable.kind is Kind.NUMBER:
        low, high = variable.usual
        return Fact(variable.name, (low + high) / 2, variable.units[-1], "2026-11-01")
    return Fact(variable.name, variable.choices[-1].code)


FACTS = [fact_of(v) for v in (*VARIABLES, *EXTRA_INPUTS.values())]


def checked(body: Json) -> None:
    """Each resource and what it contains as the models of R5 have it."""
    getattr(R5, body["resourceType"]).model_validate(body)
    for inside in body.get("contained", ()):
        getattr(R5, inside["resourceType"]).model_validate(inside)


def written(name: str) -> Json:
    assessed = [Assessed("population", "2026-11-24-c87251f8", tuple(f.name for f in FACTS), ESTIMATES)]
    document: Json = json.loads(to_json(bundle(SUBJECTS[name], FACTS, assessed, AT, Version.R5), Version.R5))
    return document


@pytest.mark.parametrize("name", SUBJECTS)
def test_every_resource_of_a_case_is_valid_r5(name: str) -> None:
    document = written(name)
    kinds = {entry["resource"]["resourceType"] for entry in document["entry"]}
    assert kinds == {"Patient", "Observation", "RiskAssessment"}
    R5.Bundle.model_validate(document)
    for entry in document["entry"]:
        checked(entry["resource"])


def test_a_risk_assessment_alone_is_valid_r5() -> None:
    assessed = Assessed("population", "2026-11-24-c87251f8", tuple(f.name for f in FACTS), ESTIMATES)
    body = json.loads(to_json(risk_assessment(assessed, FACTS, "Patient/7", AT, Version.R5), Version.R5))
    assert len(body["contained"]) > 20
    checked(body)


def test_the_models_refuse_what_r5_does_not_have() -> None:
    assessments = (e["resource"] for e in written("new")["entry"] if e["resource"]["resourceType"] == "RiskAssessment")
    device = next(part for part in next(assessments)["contained"] if part["resourceType"] == "Device")
    with pytest.raises(ValidationError, match="deviceName"):
        checked(device | {"deviceName": [{"name": "CareRisk", "type": "model-name"}]})  # as R4 has it
    (person,) = (e["resource"] for e in written("new")["entry"] if e["resource"]["resourceType"] == "Patient")
    with pytest.raises(ValidationError, match="gender"):
        checked(person | {"gender": ["female"]})
