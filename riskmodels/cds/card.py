"""What a record tells of a patient → CDS Hooks cards. Pure: no clock, no network, no log.

The indicator says how sure something is, never how high a risk is: ``warning`` only where a measured value meets a
diagnostic criterion by itself; an estimated probability, however high, is ``info``; ``critical`` is never used, because
nothing here is an emergency that a model may call.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from math import isnan
from typing import Any

import pandas as pd

from riskmodels.assessment import Assessment, assess
from riskmodels.cds.words import (
    LONGEST_SUMMARY,
    NOT_A_DIAGNOSIS,
    paragraph,
    plain,
    published,
    remarks,
    summary_of,
    values_table,
)
from riskmodels.checks import check
from riskmodels.criteria import SOURCE, Finding, Meets, find_criteria
from riskmodels.interop.fhir.read import OF_ANOTHER, FhirPatient
from riskmodels.measured import old_values
from riskmodels.tabular.model import RiskModel
from riskmodels.units import find_unit
from riskmodels.vocabulary import VOCABULARY

Card = dict[str, Any]
NewId = Callable[[], uuid.UUID]

#: inputs known, age and sex among them, below which nothing is estimated where results of somebody else were sent too
FEWEST_KNOWN = 5

SOURCE_URL = "https://doi.org/10.2337/dc25-S002"
REASON_SYSTEM = "urn:carerisk:override-reason"
_SNOMED = "http://snomed.info/sct"
_SCREENING = {"system": _SNOMED, "code": "171183004", "display": "Diabetes mellitus screening"}
_ASSESSMENT = {"system": _SNOMED, "code": "225338004", "display": "Risk assessment"}
_ANOTHERS = "No risk is estimated: results of another patient were sent, and hardly any of this one"
#: the outcome that was learnt from the published equation
_LEARNT = "cvd_10y"
#: short summaries of criteria whose own sentence does not fit
_SUMMARY = {
    Meets.DIABETES: "Measured values meet an ADA criterion for diabetes; see which, and what confirms it",
    Meets.PREDIABETES: "Measured values meet an ADA criterion for prediabetes",
    Meets.DEPENDS: "Glucose may meet an ADA criterion for diabetes: it depends on fasting or on symptoms",
}
#: why a person sets a card aside, by code
CRITERIA_REASONS = {
    "known": "The patient knows, or is treated already",
    "confirming": "A second test is ordered",
    "wrong-value": "The value is wrong or of another patient",
    "not-applicable": "It does not apply to this patient",
}
RISK_REASONS = {
    "discussed": "The risk has been discussed with the patient",
    "not-applicable": "The estimate does not apply to this patient",
    "wrong-value": "A value it stands on is wrong or outdated",
    "not-now": "Not the matter of this visit",
}


def card_for(
    patient: FhirPatient,
    models: Mapping[str, RiskModel],
    *,
    app_url: str = "",
    notes: Sequence[str] = (),
    today: date | None = None,
    new_id: NewId = uuid.uuid4,
) -> list[Card]:
    """The cards for a patient: criteria that measured values meet first, then one card of estimates a model.

    Args:
        patient: what the record tells.
        models: in force, by name.
        app_url: address of the CareRisk app, linked to from each card; no link when empty.
        notes: remarks of the caller, e.g. on data that were not sent.
        today: the day of the call, from which the age of a test is counted; none is old when None.
        new_id: makes the identifiers of the cards.

    Returns:
        Cards as CDS Hooks 2.0 defines them. No estimate is given where the model refuses one: the reason stands there.
    """
    values = {name: found.value for name, found in patient.found.items() if name in VOCABULARY}
    frame = check(pd.DataFrame([values], dtype=float, index=[0])).frame
    units = {name: find_unit(VOCABULARY[name].units, unit) for name, unit in patient.units.items() if name in values}
    met = find_criteria(frame.iloc[0], units)
    cards = [_criteria_card(met, patient)] if met else []
    old = old_values({name: found.when for name, found in patient.found.items()}, today) if today else {}
    asked = [assess(frame, {model.name: model}, units=units, old=old) for model in models.values()]
    cards += [_risk_card(patient, assessment, notes) for assessment in asked]
    links = [{"label": "Open CareRisk", "url": app_url, "type": "absolute"}] if app_url else []
    return [{"uuid": str(new_id()), **card, **({"links": links} if links else {})} for card in cards]


def _criteria_card(met: Sequence[Finding], patient: FhirPatient) -> Card:
    first = met[0]
    return {
        "summary": first.text if len(first.text) <= LONGEST_SUMMARY else _SUMMARY[first.meets],
        "indicator": "warning" if first.meets is Meets.DIABETES else "info",
        "source": {"label": SOURCE, "url": SOURCE_URL, "topic": _SCREENING},
        "detail": "\n\n".join(
            [
                *(plain(finding.text) for finding in met),
                _measured(met, patient),
                "A criterion, not a diagnosis: that is the clinician's.",
            ]
        ),
        "overrideReasons": _reasons(CRITERIA_REASONS),
    }


def _measured(met: Sequence[Finding], patient: FhirPatient) -> str:
    """When each value was measured that meets a criterion: it may be two years old, and two of different days."""
    names = dict.fromkeys(name for finding in met for name in finding.inputs if name in patient.found)
    days = [f"{VOCABULARY[n].label} {patient.found[n].when or 'on a day not told'}" for n in names]
    return f"Measured: {plain('; '.join(days))}."


def _risk_card(patient: FhirPatient, assessment: Assessment, notes: Sequence[str]) -> Card:
    (model,) = assessment.models.values()
    withheld = _withheld(patient, assessment)
    parts = [paragraph(assessment, answer) for answer in assessment.answers() if answer.by_measurement or not withheld]
    parts += [f"**No estimate.** {withheld}"] if withheld else []
    parts += [published(assessment)] if _LEARNT in model.outcomes and not withheld else []
    parts.append(values_table(patient))
    looked = remarks(patient, notes)
    parts += ["\n".join(["To look at:", "", *looked])] if looked else []
    parts.append(f"{NOT_A_DIAGNOSIS} {model.name.capitalize()} model, version {model.version}.")
    return {
        "summary": _ANOTHERS if withheld else summary_of(assessment),
        "indicator": "info",
        "source": {"label": f"CareRisk, {model.name} model {model.version}", "topic": _ASSESSMENT},
        "detail": "\n\n".join(parts),
        "overrideReasons": _reasons(RISK_REASONS),
    }


def _withheld(patient: FhirPatient, assessment: Assessment) -> str:
    """Why nothing is estimated where the results sent may be somebody else's; empty where they are this patient's."""
    others = sum(p.count for p in patient.problems if p.what == "Observation" and p.reason == OF_ANOTHER)
    (model,) = assessment.models.values()
    known = sum(not isnan(float(assessment.facts[name][0])) for name in model.inputs)
    if not others or known >= FEWEST_KNOWN:
        return ""
    results = "1 result sent is" if others == 1 else f"{others} results sent are"
    return (
        f"{results} of another patient, and of this one only {known} of {len(model.inputs)} inputs are known: "
        "the searches may have been answered for somebody else. Check them."
    )


def _reasons(reasons: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"code": code, "system": REASON_SYSTEM, "display": text} for code, text in reasons.items()]
