"""``dosage`` of a statement or ``dosageInstruction`` of an order → how a medicine is taken."""

from __future__ import annotations

from typing import Any

from riskmodels.interop.fhir.safe_json import tidy
from riskmodels.interop.fhir.types import Dosage, Json

#: days of a unit of time, by UCUM code
_DAYS = {"min": 1 / 1440, "h": 1 / 24, "d": 1.0, "wk": 7.0, "mo": 30.0}
#: times a day of HL7's codes of timing
_TIMES = {"QD": 1, "BID": 2, "TID": 3, "QID": 4, "AM": 1, "PM": 1, "BED": 1, "QOD": 0.5, "WK": 1 / 7}
_TIMES |= {"Q4H": 6, "Q6H": 4, "Q8H": 3, "Q12H": 2}


def read_dosages(body: Json) -> tuple[Dosage, ...]:
    """How it is taken, a dosage a step.

    Args:
        body: a MedicationStatement or MedicationRequest, R4 or R5.
    """
    listed = body.get("dosageInstruction") or body.get("dosage") or []
    return tuple(_dosage(each) for each in listed if isinstance(each, dict))


def _dosage(body: Json) -> Dosage:
    amount, unit = _amount(body)
    needed = body.get("asNeededBoolean") is True or body.get("asNeeded") is True
    reasons = body.get("asNeededCodeableConcept") or body.get("asNeededFor")
    route = " ".join(dict.fromkeys(_told(body.get("route"))))
    text = tidy(body.get("text") or body.get("patientInstruction") or "", 120)
    return Dosage(text, amount, unit, _times(body.get("timing")), needed or bool(reasons), tidy(route))


def _amount(body: Json) -> tuple[float | None, str]:
    """The dose at a time, of a range its upper end."""
    for each in body.get("doseAndRate") or []:
        told = each.get("doseQuantity") or (each.get("doseRange") or {}).get("high") or {}
        if isinstance(told.get("value"), int | float):
            unit = tidy(told.get("unit") or told.get("code") or "", 20)
            return float(told["value"]), "" if unit.startswith("{") or unit == "1" else unit
    return None, ""


def _times(timing: Any) -> float | None:
    """How often a day."""
    timing = timing if isinstance(timing, dict) else {}
    repeat = timing.get("repeat") or {}
    days = _DAYS.get(str(repeat.get("periodUnit")))
    often = repeat.get("frequency") or len(repeat.get("when") or []) or len(repeat.get("timeOfDay") or []) or 1
    period = float(repeat.get("period") or 0)
    if days and period > 0:
        return float(often) / (period * days)
    if repeat.get("when") or repeat.get("timeOfDay"):
        return float(often)
    codes = (word.upper() for word in _told(timing.get("code")))
    return next((float(_TIMES[code]) for code in codes if code in _TIMES), None)


def _told(concept: Any) -> list[str]:
    """The codes and words of a concept."""
    concept = concept if isinstance(concept, dict) else {}
    codings = [c for c in concept.get("coding") or [] if isinstance(c, dict)]
    listed = [concept.get("text"), *(c.get("display") for c in codings), *(c.get("code") for c in codings)]
    return [str(each) for each in listed if each]
