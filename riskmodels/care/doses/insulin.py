"""The first dose of basal insulin by weight: a range with its floor, and what speaks for its lower end.

Source: American Diabetes Association, Standards of Care in Diabetes 2025, section 9, figure on intensifying to
injectable therapy (10 units a day or 0.1-0.2 units/kg a day), doi 10.2337/dc25-S009.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from riskmodels.care.wording import known

#: units a day, units/kg a day
FIXED_START, BY_WEIGHT = 10, (0.1, 0.2)
#: eGFR, mL/min/1.73 m², below which, and years from which hypoglycaemia is more frequent (ADA 2025, section 6)
CAUTION_EGFR, CAUTION_AGE = 60.0, 75.0


@dataclass(frozen=True)
class InsulinStart:
    """A first basal dose.

    Args:
        text: the dose in words.
        cautions: what speaks for the lower end, or must be known first.
    """

    text: str = field(repr=False)
    cautions: tuple[str, ...] = field(repr=False)


def basal_start(patient: pd.Series) -> InsulinStart:
    """The first dose of basal insulin that the ADA names.

    Args:
        patient: one row of a PatientFrame; weight in kg.

    Returns:
        The fixed dose, and the range by weight where it is known, in whole units.
    """
    weight = known(patient, "weight")
    text = f"{FIXED_START} units a day, or {BY_WEIGHT[0]:g}–{BY_WEIGHT[1]:g} units/kg a day"
    if weight == weight:
        low, high = (int(weight * share) for share in BY_WEIGHT)  # rounded down: never above the range
        text += f" ({low}–{high} units at {weight:.0f} kg)"
    return InsulinStart(text, tuple(_cautions(patient)))


def _cautions(patient: pd.Series) -> list[str]:
    egfr, age = known(patient, "egfr"), known(patient, "age")
    told = (
        ["Weight unknown: would give the range in units."]
        if known(patient, "weight") != known(patient, "weight")
        else []
    )
    if egfr != egfr:
        told.append("eGFR unknown: insulin lasts longer in weak kidneys.")
    elif egfr < CAUTION_EGFR:
        told.append(f"eGFR {egfr:.0f}: the lower end, since insulin lasts longer.")
    if age >= CAUTION_AGE:
        told.append(f"{age:.0f} years: the lower end; hypoglycaemia does more harm.")
    return [*told, "Teach signs and treatment of low glucose, and how to measure it."]
