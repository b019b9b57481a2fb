"""What is considered for a patient, and how far it goes: the reduction that a trial's effect is applied to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import nan

import pandas as pd

from riskmodels.care.rules import SYSTOLIC_GOAL
from riskmodels.care.wording import Units, known, value_text
from riskmodels.units import CHOLESTEROL, find_unit, from_canonical

#: LDL lowering of a statin class, as a share of the untreated value; the least that the class is defined by.
#: Source: 2018 AHA/ACC cholesterol guideline, table 3 (Grundy 2019, doi 10.1161/CIR.0000000000000625)
STATIN_CLASSES = {"moderate": 0.30, "high": 0.50}
_CLASS_SOURCE = "2018 AHA/ACC cholesterol guideline, doi 10.1161/CIR.0000000000000625"
#: mmHg
PRESSURE_STEP = 10.0
#: lowering beyond which the effect of a step is our extrapolation, mmol/L and mmHg
FAR_LDL, FAR_SYSTOLIC = 2.0, 20.0
_FAR = " A lowering this large is an extrapolation of the effect of one step."
_MMOL = find_unit(CHOLESTEROL, "mmol/L")


@dataclass(frozen=True)
class Planned:
    """One action.

    Args:
        action: in words.
        trial: name of the trial whose effect is used.
        steps: how many of the trial's steps; NaN where not known, 1 where the effect is of the whole treatment.
        assumption: how far it goes, and by what assumption.
        done: why there is nothing left to do; empty otherwise.
    """

    action: str
    trial: str
    steps: float
    assumption: str
    done: str = ""


def planned_actions(patient: pd.Series, units: Units) -> Iterator[Planned]:
    """Every action considered, in the order of a table.

    Args:
        patient: one row of a PatientFrame.
        units: unit to word a value in, by variable.
    """
    for name, share in STATIN_CLASSES.items():
        yield _statin(patient, name, share, units)
    yield _pressure_step(patient, units)
    yield _pressure_goal(patient, units)
    yield Planned("Stop smoking", "smoking_cessation", 1.0, "")
    yield Planned("Lifestyle programme", "dpp_lifestyle", 1.0, "7 % weight loss and 150 minutes of activity a week.")
    yield Planned("Metformin", "dpp_metformin", 1.0, "850 mg twice daily.")


def _statin(patient: pd.Series, name: str, share: float, units: Units) -> Planned:
    action, ldl = f"Statin, {name} intensity", known(patient, "ldl_cholesterol")
    least = (
        f"by {share:.0%}".replace("%", " %") + f", the least a {name}-intensity statin is defined by ({_CLASS_SOURCE})"
    )
    if ldl != ldl:
        return Planned(action, "ldl_lowering", nan, f"Lowers LDL cholesterol {least}.")
    fall = from_canonical(ldl * share, _MMOL)
    way = f"from {value_text('ldl_cholesterol', ldl, units=units)} to " + value_text(
        "ldl_cholesterol", ldl * (1 - share), units=units
    )
    far = _FAR if fall > FAR_LDL else ""
    return Planned(action, "ldl_lowering", fall, f"LDL cholesterol {way} ({fall:.1f} mmol/L less), {least}.{far}")


def _pressure_step(patient: pd.Series, units: Units) -> Planned:
    step = value_text("systolic_bp", PRESSURE_STEP, units=units)
    systolic = known(patient, "systolic_bp")
    way = _way(systolic, systolic - PRESSURE_STEP, units)
    return Planned(f"Blood pressure lower by {step}", "pressure_lowering", 1.0, f"Systolic pressure {way}.")


def _pressure_goal(patient: pd.Series, units: Units) -> Planned:
    goal = value_text("systolic_bp", SYSTOLIC_GOAL, units=units)
    action, systolic = f"Blood pressure lowered to {goal}", known(patient, "systolic_bp")
    fall = systolic - SYSTOLIC_GOAL
    if fall != fall:
        return Planned(action, "pressure_lowering", nan, f"Systolic pressure to {goal}.")
    done = f"Systolic pressure is {goal}." if fall == 0 else ""
    far = _FAR if fall > FAR_SYSTOLIC else ""
    way = _way(systolic, SYSTOLIC_GOAL, units)
    return Planned(action, "pressure_lowering", fall / PRESSURE_STEP, f"Systolic pressure {way}.{far}", done)


def _way(start: float, end: float, units: Units) -> str:
    if start != start:
        return f"by {value_text('systolic_bp', PRESSURE_STEP, units=units)}"
    return f"from {value_text('systolic_bp', start, units=units)} to {value_text('systolic_bp', end, units=units)}"
