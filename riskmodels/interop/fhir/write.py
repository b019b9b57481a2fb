"""Known facts and estimates → FHIR: Observations, one RiskAssessment a model, and a Bundle of them, in R4 or R5.

One RiskAssessment a model with one prediction an outcome. Probabilities are fractions between 0 and 1. An outcome that
was refused has no prediction; the note says why. Nor has one that a measurement answers: its Observation is there, and
the note says which criterion it meets or not. Whatever is written was checked by fhir.resources first.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as shown
from datetime import datetime
from uuid import NAMESPACE_URL, uuid4, uuid5

from riskmodels.errors import InputError
from riskmodels.interop.fhir.bundle import model_of
from riskmodels.interop.fhir.codes import OWN_MODEL, OWN_OUTCOME, SNOMED
from riskmodels.interop.fhir.facts import Fact, observations
from riskmodels.interop.fhir.types import Json, Version
from riskmodels.outcomes import OUTCOME, Outcome

#: SNOMED CT concept of an outcome, where one is established; the others have their text and our own code
_SNOMED = {
    "diabetes": ("73211009", "Diabetes mellitus"),
    "coronary_disease": ("53741008", "Coronary arteriosclerosis"),
}
NOTE = "Decision support for professionals: an estimated probability, not a diagnosis and no advice on treatment."
_DEVICE = "device"


@dataclass(frozen=True)
class Estimate:
    """What a model answers to one outcome.

    Args:
        measured: what a measurement says to it, in words; then it is refused, unless the measurement is old.
        risk, low, high: probability and 90 % interval, 0–1; NaN where refused.
        refused: why there is none; empty where there is one.
        caution: what to be careful about; empty where nothing.
        held: what is counted as the edge of the training data; empty where nothing is.
        bound: "at least" or "at most" where that says so; empty otherwise.
    """

    measured: str = shown(default="", repr=False, kw_only=True)
    risk: float = shown(repr=False)
    low: float = shown(repr=False)
    high: float = shown(repr=False)
    refused: str = shown(default="", repr=False)
    caution: str = shown(default="", repr=False)
    held: str = shown(default="", repr=False)
    bound: str = shown(default="", repr=False)


@dataclass(frozen=True)
class Assessed:
    """What a model answers, and of which facts it made use.

    Args:
        model, version: its name and version.
        inputs: the variables it uses.
        estimates: by outcome.
        earlier: which facts are of an earlier day, in words; empty where none is.
    """

    model: str
    version: str
    inputs: tuple[str, ...]
    estimates: Mapping[str, Estimate]
    earlier: str = shown(default="", repr=False)


@dataclass(frozen=True)
class Subject:
    """Whom it is about.

    Args:
        reference: of the patient.
        body: the Patient resource to send along.
        url: fullUrl of its entry; empty where it is only known by type and id.
    """

    reference: str = shown(repr=False)
    body: Json = shown(repr=False)
    url: str = shown(repr=False)


def subject_of(identity: Mapping[str, str], reference: str, sex: float) -> Subject:
    """The imported patient, or a patient without a name under a new random id.

    Args:
        identity: what an import kept of the Patient (id, fullUrl, gender, birthDate); empty for a new one.
        reference: how the import names the patient; empty for a new one.
        sex: 0 female, 1 male, NaN unknown; used where the import told no gender.
    """
    gender = {0.0: "female", 1.0: "male"}.get(sex)
    known = {name: identity[name] for name in ("id", "gender", "birthDate") if identity.get(name)}
    body: Json = {"resourceType": "Patient", **({"gender": gender} if gender else {}), **known}
    if reference:
        url = identity.get("fullUrl", "") or (reference if reference.startswith("urn:") else "")
        return Subject(reference, body, url)
    number = str(uuid4())
    return Subject(f"urn:uuid:{number}", {**body, "id": number}, f"urn:uuid:{number}")


def risk_assessment(assessed: Assessed, facts: Sequence[Fact], subject: str, at: datetime, version: Version) -> Json:
    """The answer of a model as a RiskAssessment that stands alone: the facts it rests on are inside.

    Args:
        assessed: what the model answers.
        facts: everything known of the patient; those the model uses become its basis.
        subject: reference of the patient.
        at: when it was answered, with a time zone.
        version: of FHIR.

    Raises:
        InputError: when a probability is outside 0–1.
    """
    used = observations([f for f in facts if f.name in assessed.inputs], subject, at)
    basis = [{"reference": f"#{observation['id']}"} for observation, _ in used]
    return _assessment(assessed, basis, [observation for observation, _ in used], subject, at, version)


def bundle(
    subject: Subject, facts: Sequence[Fact], assessed: Sequence[Assessed], at: datetime, version: Version
) -> Json:
    """A collection of the Patient, an Observation a fact, and a RiskAssessment a model.

    Args and Raises as :func:`risk_assessment`.
    """
    patient = {"fullUrl": subject.url} if subject.url else {}
    entries: list[Json] = [{**patient, "resource": subject.body}]
    run = uuid4()
    urls: dict[str, str] = {}
    for observation, names in observations(facts, subject.reference, at):
        number = str(uuid5(run, observation["id"]))
        urls |= dict.fromkeys(names, f"urn:uuid:{number}")
        entries.append({"fullUrl": f"urn:uuid:{number}", "resource": {**observation, "id": number}})
    for answer in assessed:
        used = dict.fromkeys(urls[name] for name in answer.inputs if name in urls)
        body = _assessment(answer, [{"reference": url} for url in used], [], subject.reference, at, version)
        number = str(uuid5(run, answer.model))
        entries.append({"fullUrl": f"urn:uuid:{number}", "resource": {**body, "id": number}})
    return {"resourceType": "Bundle", "type": "collection", "timestamp": instant(at), "entry": entries}


def to_json(document: Json, version: Version) -> bytes:
    """A resource as a file, after fhir.resources has found it valid.

    Raises:
        ValueError: when it is not valid: a fault of this program, never of the patient's data.
    """
    model_of(document["resourceType"], version).model_validate(document)
    return (json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def instant(at: datetime) -> str:
    """A FHIR instant, to the second, with its time zone."""
    return at.astimezone().isoformat(timespec="seconds") if at.tzinfo is None else at.isoformat(timespec="seconds")


def _assessment(
    assessed: Assessed, basis: list[Json], contained: list[Json], subject: str, at: datetime, version: Version
) -> Json:
    given = {name: e for name, e in assessed.estimates.items() if not e.refused}
    parts: Json = {
        "resourceType": "RiskAssessment",
        "id": str(uuid5(NAMESPACE_URL, f"{OWN_MODEL}:{assessed.model}:{assessed.version}:{instant(at)}")),
        "contained": [_device(assessed, version), *contained],
        "status": "final",
        "method": _method(assessed),
        "subject": {"reference": subject},
        "occurrenceDateTime": instant(at),
        "performer": {"reference": f"#{_DEVICE}"},
        "basis": basis,
        "prediction": [_prediction(OUTCOME[name], estimate, at) for name, estimate in given.items()],
        "note": [{"text": text} for text in _notes(assessed)],
    }
    return {name: part for name, part in parts.items() if part}


def _device(assessed: Assessed, version: Version) -> Json:
    """The program that answers; R4 and R5 name a device differently."""
    name = f"CareRisk {assessed.model.replace('_', '-')} model"
    kind = "user-friendly-name"
    named = (
        {"deviceName": [{"name": name, "type": kind}]}
        if version is Version.R4
        else {"name": [{"value": name, "type": kind}]}
    )
    return {"resourceType": "Device", "id": _DEVICE, **named, "version": [{"value": assessed.version}]}


def _method(assessed: Assessed) -> Json:
    text = f"CareRisk {assessed.model.replace('_', '-')} model, version {assessed.version}"
    return {"coding": [{"system": OWN_MODEL, "version": assessed.version, "code": assessed.model}], "text": text}


def _prediction(outcome: Outcome, estimate: Estimate, at: datetime) -> Json:
    coding = [{"system": OWN_OUTCOME, "code": outcome.name, "display": outcome.label}]
    if outcome.name in _SNOMED:
        code, display = _SNOMED[outcome.name]
        coding.insert(0, {"system": SNOMED, "code": code, "display": display})
    return {
        "outcome": {"coding": coding, "text": outcome.label},
        "probabilityDecimal": probability(estimate.risk),
        "whenPeriod": _period(outcome.years, at),
        "rationale": _rationale(outcome, estimate),
    }


def probability(risk: float) -> float:
    """A probability as it is written: a fraction with three significant digits.

    Raises:
        InputError: when it is none. FHIR's own check would let 17 pass.
    """
    if not (math.isfinite(risk) and 0 <= risk <= 1):
        raise InputError("A probability is not between 0 and 1, so nothing is written.", hint="Report this fault.")
    return float(f"{risk:.3g}")


def _period(years: int, at: datetime) -> Json:
    """From the day of the answer to the end of the horizon; the same day for what is about now."""
    first = at.date()
    leap = (first.month, first.day) == (2, 29) and years % 4
    last = first.replace(year=first.year + years, day=28 if leap else first.day)
    return {"start": first.isoformat(), "end": last.isoformat()}


def _rationale(outcome: Outcome, estimate: Estimate) -> str:
    low, high = probability(estimate.low), probability(estimate.high)
    definition = f"{outcome.definition[0].upper()}{outcome.definition[1:]}"
    caution = f" Take care: {estimate.caution}." if estimate.caution else ""
    held = f" {_bounded(estimate)}" if estimate.held else ""
    return f"{definition}. 90 % interval {low}–{high}. Valid for {outcome.population}.{held}{caution}"


def _bounded(estimate: Estimate) -> str:
    """``At least 0.12. Body mass index counted as …: the risk is probably higher.``"""
    bound = f"{estimate.bound[0].upper()}{estimate.bound[1:]} {probability(estimate.risk)}. " if estimate.bound else ""
    return f"{bound}{estimate.held}."


def _notes(assessed: Assessed) -> list[str]:
    told = [(OUTCOME[name].label, e) for name, e in assessed.estimates.items()]
    return [
        NOTE,
        *([assessed.earlier] if assessed.earlier else []),
        *(f"“{label}”, measured: {e.measured}" for label, e in told if e.measured),
        *(f"“{label}”: {_bounded(e)}" for label, e in told if e.held and not e.refused),
        *(
            f"No estimate of “{label}”: {e.refused.removeprefix('not estimated: ')}."
            for label, e in told
            if e.refused and not e.measured
        ),
    ]
