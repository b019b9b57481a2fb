"""How long a variable's last known value still tells of today, in months, with its reason: what a visit may begin with.

Where a guideline says how often a value is looked at anew, that is its term; where none does, the reason is ours and no
source stands beside it. A value is never renewed by being carried: its date stays that of the measurement.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from riskmodels.vocabulary import in_group

_LIPIDS = "2018 AHA/ACC cholesterol guideline: measured again every 3–12 months, doi 10.1161/CIR.0000000000000625"
_HBA1C = "ADA Standards of Care 2025, section 6: at least twice a year, doi 10.2337/dc25-S006"
_WEIGHT = "ADA Standards of Care 2025, section 8: at least once a year, doi 10.2337/dc25-S008"
_KIDNEY = "ADA Standards of Care 2025, section 11: at least once a year in diabetes, doi 10.2337/dc25-S011"
_PRESSURE = "USPSTF 2021, screening for hypertension: once a year from 40 or at higher risk, doi 10.1001/jama.2021.4987"


@dataclass(frozen=True)
class LookBack:
    """How long the last known value of a variable counts.

    Args:
        months: from the day it was measured or told; None for good, 0 never.
        reason: why.
        source: guideline that states how often it is looked at anew; empty where none does.
        months_of_no: the same of the answer "no", where it lasts less long than "yes".
    """

    months: int | None
    reason: str
    source: str = ""
    months_of_no: int | None = None

    @property
    def constant(self) -> bool:
        """Whether no answer to it ever changes, so that a later visit tells of an earlier one."""
        return self.months is None and self.months_of_no is None

    def of(self, value: float) -> int | None:
        """Months that a value counts (canonical, or the code of a choice); None for good, 0 never."""
        return self.months_of_no if self.months_of_no is not None and value == 0 else self.months


_FOR_GOOD = LookBack(None, "does not change in an adult")
_HISTORY = LookBack(None, "what was told is not lost; a no is asked again each year", months_of_no=12)
_MEDICINE = LookBack(12, "last known; a prescription is reviewed at least each year")
_HABIT = LookBack(12, "asked again each year")
_EPISODE = LookBack(0, "belongs to one episode of chest pain")
_YEAR_OF_LIPIDS = LookBack(12, "changes slowly without a new treatment", _LIPIDS)
_YEAR_OF_WEIGHT = LookBack(12, "changes within a year", _WEIGHT)
_YEAR_OF_PRESSURE = LookBack(12, "changes within a year", _PRESSURE)
_HALF_YEAR_OF_SUGAR = LookBack(6, "changes within months; older than three it decides nothing", _HBA1C)
_YEAR_OF_KIDNEY = LookBack(12, "changes slowly", _KIDNEY)
_YEAR = LookBack(12, "changes slowly")

#: by variable, of the vocabulary and of :data:`riskmodels.scores.inputs.EXTRA_INPUTS`; age is moved on, not carried
LOOK_BACK: dict[str, LookBack] = {
    **dict.fromkeys(("sex", "height", "asian_american"), _FOR_GOOD),
    "pregnancy": LookBack(0, "asked at every visit"),
    **dict.fromkeys(("weight", "bmi", "waist"), _YEAR_OF_WEIGHT),
    **dict.fromkeys(("systolic_bp", "diastolic_bp", "pulse"), _YEAR_OF_PRESSURE),
    **dict.fromkeys(("total_cholesterol", "hdl_cholesterol", "ldl_cholesterol", "triglycerides"), _YEAR_OF_LIPIDS),
    **dict.fromkeys(("glucose", "fasting_hours", "hba1c"), _HALF_YEAR_OF_SUGAR),
    **dict.fromkeys(("creatinine", "egfr", "uacr"), _YEAR_OF_KIDNEY),
    **dict.fromkeys(("uric_acid", "albumin"), _YEAR),
    "crp": LookBack(3, "varies from week to week"),
    "six_minute_walk": LookBack(3, "moves with training: a programme of rehabilitation lasts about three months"),
    **dict.fromkeys(
        ("bp_medication", "cholesterol_medication", "insulin", "glucose_pills", "antiplatelet_or_nsaid"), _MEDICINE
    ),
    **dict.fromkeys(
        (
            "hypertension",
            "diabetes",
            "family_history_diabetes",
            *(variable.name for variable in in_group("history")),
            "atrial_fibrillation",
            "tia_embolism",
            "peripheral_artery_disease",
            "bleeding_history",
            "high_glucose_ever",
            "family_history_degree",
            "gestational_diabetes",
        ),
        _HISTORY,
    ),
    **dict.fromkeys(("dialysis_or_transplant", "liver_disease", "labile_inr"), _YEAR),
    **dict.fromkeys(("smoking", "physical_activity", "alcohol_excess", "daily_activity", "daily_vegetables"), _HABIT),
    **dict.fromkeys((variable.name for variable in in_group("chest_pain")), _EPISODE),
}

#: an earlier value goes once one of these is known anew: they are of one reading, or computed from it
GOES_WITH: dict[str, tuple[str, ...]] = {
    "fasting_hours": ("glucose",),
    "diastolic_bp": ("systolic_bp",),
    "systolic_bp": ("diastolic_bp",),
    "bmi": ("weight", "height"),
    "weight": ("bmi",),
    "egfr": ("creatinine",),
    "creatinine": ("egfr",),
}
#: what a check computes, and the measurement whose day it has
DATED_BY = {"bmi": "weight", "egfr": "creatinine"}
#: says nothing without the other value of the same day
ONLY_WITH = {"fasting_hours": "glucose"}


def within(name: str, value: float, measured: date, day: date) -> bool:
    """Whether a value still counts on a day.

    Args:
        name: of the variable.
        value: canonical, or the code of a choice.
        measured: the first day it can have been.
        day: of the visit.
    """
    months = LOOK_BACK[name].of(value)
    return months is None or (months > 0 and months_between(measured, day) <= (months, measured.day))


def months_between(first: date, last: date) -> tuple[int, int]:
    """Months of the calendar from one day to another, and the day of the month of the latter: ordered as time is."""
    return (last.year - first.year) * 12 + last.month - first.month, last.day
