"""How far a plan may go: for each modifiable input the furthest plausible value, why it is that, and the way there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, nan

import numpy as np
import pandas as pd

from riskmodels.columns import Floats
from riskmodels.criteria import FASTING_PREDIABETES, HBA1C_PREDIABETES
from riskmodels.units import Unit, from_canonical, to_canonical
from riskmodels.vocabulary import VOCABULARY

_EPSILON = 1e-9
#: outcomes that HbA1c and glucose themselves diagnose: a plan for them moves causes only, and lipids are none
SUGAR = ("diabetes", "dysglycaemia")
#: rungs of a ladder in a coarse grid, beside the patient's own value
COARSE = 10


@dataclass(frozen=True)
class Bound:
    """How far one input may be moved.

    Args:
        name: variable.
        direction: −1 to lower it, +1 to raise it.
        stop: never beyond this value, canonical unit.
        why: source or reasoning, in words.
        most: greatest change, canonical unit.
        share: greatest change as a share of the patient's value.
        led_by: another bound; where that one can be used, this input moves along with it and not by itself.
        acts_on: an input it is a part of, by which it counts where it is no input itself.
        not_for: outcomes that it is not moved for by itself: it diagnoses them, or is no cause of them.
    """

    name: str
    direction: int
    stop: float
    why: str
    most: float = inf
    share: float = inf
    led_by: str = ""
    acts_on: str = ""
    not_for: tuple[str, ...] = ()

    def reach(self, value: float) -> float:
        """The furthest value for a patient, canonical unit; NaN where there is nothing left to gain."""
        distance = min(self.most, self.share * value, (self.stop - value) * self.direction)
        return value + self.direction * distance if distance > _EPSILON else nan

    def values(self, value: float, unit: Unit | None = None) -> Floats:
        """Every value a plan may choose, the nearest first: full steps of the unit, none beyond the bound.

        Args:
            value: the patient's, canonical unit.
            unit: the unit whose steps count; the canonical one when None.

        Returns:
            Canonical values; empty where not one step fits.
        """
        variable, reach = VOCABULARY[self.name], self.reach(value)
        if reach != reach:
            return np.empty(0)
        if variable.choices:
            return np.array([reach])
        unit = unit or variable.units[0]
        near, far = (self.direction * float(from_canonical(v, unit)) / unit.step for v in (value, reach))
        counts = self.direction * np.arange(np.floor(near + _EPSILON) + 1, np.floor(far + _EPSILON) + 1)
        shown = np.round(counts * unit.step, unit.decimals)
        return np.asarray(to_canonical(shown, unit), dtype=float)

    def holds(self, before: float, after: float) -> bool:
        """Whether a value may go that far; it may have been moved along by another one before."""
        return self.direction * (self.reach(before) - after) >= -_EPSILON

    @property
    def text(self) -> str:
        """The bound in words: “Systolic pressure: down to 120 mmHg, by at most 40 mmHg”."""
        variable = VOCABULARY[self.name]
        limits = [f"{'down' if self.direction < 0 else 'up'} to {variable.format(self.stop)}"]
        if variable.choices:
            return f"{variable.label}: to {variable.format(self.stop)}"
        if self.most < inf:
            limits.append(f"by at most {variable.format(self.most)}")
        if self.share < inf:
            limits.append(f"by at most {100 * self.share:g} %")
        return f"{variable.label}: {', '.join(limits)}"


DEFAULT_BOUNDS = (
    Bound(
        "systolic_bp",
        -1,
        120.0,
        "Lower end of the target of treatment, 120–129 mmHg (ESC 2024, doi 10.1093/eurheartj/ehae178). At most 40 mmHg "
        "(reasoning, not a trial): more than several drugs together usually bring. Diastolic pressure follows.",
        most=40.0,
    ),
    Bound(
        "ldl_cholesterol",
        -1,
        55.0,
        "Lowest goal of the ESC/EAS guideline 2019 (doi 10.1093/eurheartj/ehz455). At most 60 %: about what a "
        "high-intensity statin with ezetimibe does. Total cholesterol follows.",
        share=0.6,
        acts_on="total_cholesterol",
        not_for=SUGAR,
    ),
    Bound(
        "total_cholesterol",
        -1,
        130.0,
        "Used where LDL is not known. At most 40 %: about what the strongest statins do to the total (STELLAR 2003, "
        "doi 10.1016/S0002-9149(03)00530-7). 130 mg/dL: an LDL of 55 with usual HDL and triglycerides.",
        share=0.4,
        led_by="ldl_cholesterol",
        not_for=SUGAR,
    ),
    Bound(
        "hdl_cholesterol",
        1,
        60.0,
        "At most 10 %: aerobic exercise raises it by 2.5 mg/dL on average (Kodama 2007, doi "
        "10.1001/archinte.167.10.999), about a twentieth. 60 mg/dL counts as high already (NCEP ATP III). Total "
        "cholesterol follows.",
        share=0.1,
        not_for=SUGAR,
    ),
    Bound(
        "bmi",
        -1,
        22.0,
        "At most 15 %: the mean loss of weight in 68 weeks with semaglutide 2.4 mg (STEP 1, Wilding 2021, doi "
        "10.1056/NEJMoa2032183). 22 kg/m² lies in the range with the lowest mortality, 20–25 (Global BMI Mortality "
        "Collaboration 2016, doi 10.1016/S0140-6736(16)30175-1). Weight and waist follow.",
        share=0.15,
    ),
    Bound(
        "hba1c",
        -1,
        HBA1C_PREDIABETES,
        "Lower would be no prediabetes (ADA 2025). At most 2.5 percentage points: about the mean fall from 8.3 % with "
        "the strongest single drug (−2.3, SURPASS-2, Frías 2021, doi 10.1056/NEJMoa2107519). Glucose follows. Not for "
        "the estimates of diabetes and prediabetes, which it diagnoses.",
        most=2.5,
        not_for=SUGAR,
    ),
    Bound(
        "glucose",
        -1,
        FASTING_PREDIABETES,
        "Used where HbA1c is not known or not an input of the estimate. Lower would be no prediabetes when fasting "
        "(ADA 2025). At most 70 mg/dL: what 2.5 points of HbA1c mean on average (ADAG, Nathan 2008, doi "
        "10.2337/dc08-0545). Not for the estimates of diabetes and prediabetes, which it diagnoses.",
        most=70.0,
        led_by="hba1c",
        not_for=SUGAR,
    ),
    Bound("smoking", -1, 1.0, "A current smoker may stop. How long ago is not an input.", most=1.0),
    Bound("physical_activity", 1, 1.0, "Vigorous activity may be taken up.", most=1.0),
)


@dataclass(frozen=True)
class Ladder:
    """One input of one patient and the values it may take.

    Args:
        name: variable.
        rungs: (n + 1,) canonical values, the patient's own first.
        costs: (n + 1,) share of the bound used up, 0 first.
    """

    name: str
    rungs: Floats = field(repr=False)
    costs: Floats = field(repr=False)

    def cut(self, last: int) -> Ladder:
        """The ladder up to a rung."""
        return Ladder(self.name, self.rungs[: last + 1], self.costs[: last + 1])

    @property
    def coarse(self) -> list[int]:
        """At most :data:`COARSE` rungs, evenly spaced, the last among them, the first (own value) not."""
        last = len(self.rungs) - 1
        count = min(COARSE, last)
        return sorted({round(last * k / count) for k in range(1, count + 1)})


def ladders_for(
    patient: pd.Series, bounds: Sequence[Bound], inputs: Sequence[str], units: Mapping[str, Unit]
) -> list[Ladder]:
    """The ladders of a patient: what is known, counts for the model, is not led by another, and not at its bound.

    Args:
        patient: one row of a PatientFrame.
        bounds: how far each input may go.
        inputs: those of the model for the outcome.
        units: unit whose steps count, by variable.
    """
    known = {name for name in patient.index if pd.notna(patient[name])}
    counting = known & set(inputs)
    usable = {b.name for b in bounds if b.name in known and {b.name, b.acts_on} & counting}
    ladders = []
    for bound in bounds:
        if bound.name not in usable or bound.led_by in usable:
            continue
        value = float(patient[bound.name])
        values = bound.values(value, units.get(bound.name))
        if len(values):
            rungs = np.concatenate([[value], values])
            ladders.append(Ladder(bound.name, rungs, (rungs - value) / (bound.reach(value) - value)))
    return ladders
