"""Known facts → FHIR Observations, under LOINC with the UCUM unit and under our own code, which loses nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as shown
from datetime import datetime

from riskmodels.interop.fhir.codes import (
    BP_PANEL,
    DERIVED,
    LOINC,
    OWN,
    OWN_ANSWER,
    OWN_METHOD,
    UCUM,
    answer_code,
    loinc_of,
    measurement_of,
)
from riskmodels.interop.fhir.types import Code, Json, system_label
from riskmodels.scores.inputs import variable_of
from riskmodels.units import Unit, from_canonical, to_canonical
from riskmodels.vocabulary import Kind, Variable

_PRESSURES = ("systolic_bp", "diastolic_bp")
_VITAL = frozenset({*_PRESSURES, "pulse", "height", "weight", "bmi"})
_CATEGORIES = "http://terminology.hl7.org/CodeSystem/observation-category"
#: a value is written with the fewest digits that give the canonical value back to this precision
_PRECISION = 1e-12
_MOST_DIGITS = 17


@dataclass(frozen=True)
class Fact:
    """One known fact.

    Args:
        name: of the variable.
        value: canonical unit, or the code of a choice.
        unit: it is written in; None for the canonical one, and for choices.
        when: ISO date of the measurement, as exactly as it is known; empty where only the day of entry is known.
        derived: how it was computed; empty where it was measured or told.
        source: the code under which another system reported it, with its system: ``LOINC 18262-6``; else empty.
        note: what has to be known of it; empty where nothing.
    """

    name: str
    value: float = shown(repr=False)
    unit: Unit | None = None
    when: str = shown(default="", repr=False)
    derived: str = ""
    source: str = shown(default="", repr=False)
    note: str = shown(default="", repr=False)

    @property
    def variable(self) -> Variable:
        """What it is a fact of."""
        return variable_of(self.name)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is written beside it, in sentences: how it was derived, where it is from, what has to be known."""
        told = (("Derived", self.derived), ("Reported as", self.source), ("Note", self.note))
        return tuple(f"{what}: {text}." for what, text in told if text)


def observations(facts: Sequence[Fact], subject: str, at: datetime) -> list[tuple[Json, tuple[str, ...]]]:
    """An Observation a fact, the two blood pressures together as the panel FHIR wants; each with its variables.

    Args:
        facts: known facts, each variable once.
        subject: reference of the patient.
        at: when they were entered, with a time zone; the date reported where a fact has none of its own.
    """
    by_name = {fact.name: fact for fact in facts}
    upper, lower = (by_name.get(name) for name in _PRESSURES)
    made: list[tuple[Json, tuple[str, ...]]] = []
    if upper is not None and lower is not None and upper.when == lower.when:
        made.append((_panel(upper, lower, subject, at), _PRESSURES))
        by_name = {name: fact for name, fact in by_name.items() if name not in _PRESSURES}
    return made + [(_observation(fact, subject, at), (name,)) for name, fact in by_name.items()]


def _panel(upper: Fact, lower: Fact, subject: str, at: datetime) -> Json:
    code = {"coding": [{"system": LOINC, "code": BP_PANEL}], "text": "Blood pressure"}
    parts = [{"code": _code(fact), **_value(fact)} for fact in (upper, lower)]
    note = _note(dict.fromkeys((*upper.remarks, *lower.remarks)))
    return {**_head("blood-pressure", upper, code, subject, at), "component": parts, **note}


def _observation(fact: Fact, subject: str, at: datetime) -> Json:
    name = fact.name.replace("_", "-")  # an id in FHIR has no underscore
    method = {"method": {"coding": [{"system": OWN_METHOD, "code": DERIVED}], "text": fact.derived}}
    computed = method if fact.derived else {}
    return {**_head(name, fact, _code(fact), subject, at), **_value(fact), **computed, **_note(fact.remarks)}


def _note(remarks: Iterable[str]) -> Json:
    written = [{"text": text} for text in remarks]
    return {"note": written} if written else {}


def _head(name: str, fact: Fact, code: Json, subject: str, at: datetime) -> Json:
    category = "laboratory" if fact.variable.laboratory else "vital-signs" if fact.name in _VITAL else "survey"
    # what has no date of its own was reported now; when it was measured is not known, and is not made up. Nor has
    # “told of a stroke” the date of the stroke: it is told now
    told = fact.variable.kind is Kind.YES_NO and fact.name != "pregnancy"
    dated = {"effectiveDateTime": fact.when} if fact.when and not told else {}
    return {
        "resourceType": "Observation",
        "id": name,
        "status": "final",
        "category": [{"coding": [{"system": _CATEGORIES, "code": category}]}],
        "code": code,
        "subject": {"reference": subject},
        **dated,
        "issued": at.isoformat(timespec="seconds"),
    }


def _code(fact: Fact) -> Json:
    loinc = "" if fact.variable.kind is Kind.YES_NO else _loinc(fact)
    coding = [{"system": LOINC, "code": loinc}] if loinc else []
    return {"coding": [*coding, {"system": OWN, "code": fact.name}], "text": fact.variable.label}


def _loinc(fact: Fact) -> str:
    """The LOINC code it was reported under where that is one of its unit; none where its method is another."""
    system, _, number = fact.source.rpartition(" ")
    reported = measurement_of(Code(LOINC, number)) if system == system_label(LOINC) else None
    if reported is None or reported.variable != fact.name:
        return loinc_of(fact.name, _unit(fact))
    if reported.use:
        return ""
    unit = _unit(fact)
    return number if unit is None or reported.accepts(unit) else loinc_of(fact.name, unit)


def _unit(fact: Fact) -> Unit | None:
    return fact.unit or (fact.variable.units[0] if fact.variable.units else None)


def _value(fact: Fact) -> Mapping[str, object]:
    unit, variable = _unit(fact), fact.variable
    if unit is not None:
        number = shortest(fact.value, unit)
        return {"valueQuantity": {"value": number, "unit": unit.symbol, "system": UCUM, "code": unit.ucum}}
    if variable.kind is Kind.YES_NO:
        return {"valueBoolean": fact.value == 1}
    choice = next(c for c in variable.choices if c.code == fact.value)
    coding = [{"system": f"{OWN_ANSWER}", "code": choice.word, "display": choice.label}]
    public = answer_code(fact.name, fact.value)
    if public is not None:
        coding.insert(0, {"system": public.system, "code": public.code, "display": public.text})
    return {"valueCodeableConcept": {"coding": coding, "text": choice.label}}


def shortest(canonical: float, unit: Unit) -> float:
    """A canonical value in a unit, with the fewest digits that give it back.

    5.92 mmol/L that was entered is written as 5.92, not as the 5.919999999999999 that two conversions make of it.
    """
    value = float(from_canonical(canonical, unit))
    for digits in range(1, _MOST_DIGITS):
        number = float(f"{value:.{digits}g}")
        if abs(to_canonical(number, unit) - canonical) <= _PRECISION * max(1.0, abs(canonical)):
            return number
    return value
