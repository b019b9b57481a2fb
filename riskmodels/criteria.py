"""Diagnostic criteria that a single measurement meets by itself, before any probability.

Source: American Diabetes Association, Standards of Care in Diabetes 2025, section 2 (Diagnosis and Classification),
Diabetes Care 2025;48(Suppl 1):S27-S49, doi 10.2337/dc25-S002, tables 2.1 and 2.2. They are worded as criteria, never as
a diagnosis: without unequivocal hyperglycaemia a diagnosis needs two abnormal results.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import pandas as pd

from riskmodels.units import Unit, from_canonical, to_canonical
from riskmodels.vocabulary import VOCABULARY

SOURCE = "ADA Standards of Care 2025, section 2"
#: HbA1c, %; glucose, mg/dL; hours without calories
HBA1C_DIABETES, HBA1C_PREDIABETES = 6.5, 5.7
FASTING_DIABETES, FASTING_PREDIABETES = 126.0, 100.0
RANDOM_DIABETES = 200.0
HOURS_FASTING = 8.0
#: the criteria are printed in mg/dL and mmol/L, rounded: 11.1 mmol/L is 199.98 mg/dL
_GLUCOSE_SLACK = 0.05
#: whoever has one of these knows of diabetes already
TOLD = ("diabetes", "insulin", "glucose_pills")
#: values at which what is said of one changes
LIMITS = {
    "hba1c": (HBA1C_DIABETES, HBA1C_PREDIABETES),
    "glucose": (RANDOM_DIABETES, FASTING_DIABETES, FASTING_PREDIABETES),
}


class Meets(StrEnum):
    """What a finding amounts to."""

    DIABETES = "diabetes"
    PREDIABETES = "prediabetes"
    DEPENDS = "depends"  # on something not known: fasting, or symptoms


@dataclass(frozen=True)
class Finding:
    """One criterion met: by which inputs, what for, and the sentence that says so."""

    inputs: tuple[str, ...]
    meets: Meets
    text: str = field(repr=False)


def find_criteria(patient: pd.Series, units: Mapping[str, Unit] | None = None) -> list[Finding]:
    """ADA criteria that a patient's HbA1c or glucose meets, the gravest first.

    Args:
        patient: one row of a PatientFrame (canonical units, NaN unknown).
        units: unit to word a value in, by variable; canonical where absent.

    Returns:
        Findings; none in pregnancy (other criteria hold there) or in someone already told of diabetes.

    Source: see the head of this module.
    """
    if patient.get("pregnancy") == 1 or any(patient.get(name) == 1 for name in TOLD):
        return []
    found = [f for f in (_hba1c(patient, units or {}), _glucose(patient, units or {})) if f is not None]
    both = [f for f in found if f.meets is Meets.DIABETES]
    if len(both) == 2:
        return [_two_tests(patient, units or {})]
    order = list(Meets)
    return sorted(found, key=lambda finding: order.index(finding.meets))


def _worded(patient: pd.Series, name: str, units: Mapping[str, Unit]) -> str:
    return worded_value(name, float(patient[name]), units)


def worded_value(name: str, value: float, units: Mapping[str, Unit]) -> str:
    """Label and value, with as many decimals as it takes to stand on its side of every limit: 6.45 %, not 6.5 %.

    Args:
        name: ``hba1c`` or ``glucose``.
        value: canonical unit.
        units: unit to word it in, by variable; canonical where absent.
    """
    variable = VOCABULARY[name]
    unit = units.get(name, variable.units[0])
    for _ in range(2):
        shown = to_canonical(round(from_canonical(value, unit), unit.decimals), unit)
        if _limits_reached(name, shown) == _limits_reached(name, value):
            break
        unit = replace(unit, step=unit.step / 10)
    return f"{variable.label} {variable.format(value, unit)}"


def _limits_reached(name: str, value: float) -> list[bool]:
    return [reached(name, value, limit) for limit in LIMITS[name]]


def reached(name: str, value: Any, limit: float) -> Any:
    """Whether ``hba1c`` or ``glucose`` reaches a limit as it is printed; a number or an array, canonical unit."""
    return value + (_GLUCOSE_SLACK if name == "glucose" else 0.0) >= limit


def _hba1c(patient: pd.Series, units: Mapping[str, Unit]) -> Finding | None:
    value = patient.get("hba1c", float("nan"))
    if not value >= HBA1C_PREDIABETES:
        return None
    worded = _worded(patient, "hba1c", units)
    if value >= HBA1C_DIABETES:
        text = f"{worded} meets the ADA criterion for diabetes; confirm with a second test."
        return Finding(("hba1c",), Meets.DIABETES, text)
    return Finding(("hba1c",), Meets.PREDIABETES, f"{worded} meets the ADA criterion for prediabetes.")


def _glucose(patient: pd.Series, units: Mapping[str, Unit]) -> Finding | None:
    value = patient.get("glucose", float("nan")) + _GLUCOSE_SLACK
    if not value >= FASTING_PREDIABETES:
        return None
    hours = patient.get("fasting_hours", float("nan"))
    worded = _worded(patient, "glucose", units)
    if hours >= HOURS_FASTING:
        return _fasting(value, worded)
    if value >= RANDOM_DIABETES:
        return _random(worded)
    if hours != hours and value >= FASTING_DIABETES:
        text = (
            f"{worded} would meet the ADA criterion for diabetes if the patient had fasted 8 hours or more: "
            "enter the hours fasted."
        )
        return Finding(("glucose",), Meets.DEPENDS, text)
    return None


def _fasting(value: float, worded: str) -> Finding:
    fasting = f"Fasting {worded[0].lower()}{worded[1:]}"
    if value >= FASTING_DIABETES:
        text = f"{fasting} meets the ADA criterion for diabetes; confirm with a second test."
        return Finding(("glucose", "fasting_hours"), Meets.DIABETES, text)
    text = f"{fasting} meets the ADA criterion for prediabetes (impaired fasting glucose)."
    return Finding(("glucose", "fasting_hours"), Meets.PREDIABETES, text)


def _random(worded: str) -> Finding:
    text = (
        f"{worded} meets the ADA criterion for diabetes only together with classic symptoms (thirst, passing much "
        "urine, weight loss) or a hyperglycaemic crisis; without them, measure HbA1c or fasting glucose."
    )
    return Finding(("glucose",), Meets.DEPENDS, text)


def _two_tests(patient: pd.Series, units: Mapping[str, Unit]) -> Finding:
    glucose = _worded(patient, "glucose", units)
    text = (
        f"{_worded(patient, 'hba1c', units)} and fasting {glucose[0].lower()}{glucose[1:]} both meet the ADA criterion "
        "for diabetes. Two different tests that agree confirm each other; the diagnosis is the clinician's."
    )
    return Finding(("hba1c", "glucose", "fasting_hours"), Meets.DIABETES, text)
