"""Between the form and a visit: what is saved, what cannot be, what differs, and what a new visit may begin with."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from riskmodels.checks import Checked, Problem, Severity, check
from riskmodels.interop.fhir.dates import completed_years
from riskmodels.records.patients import Entered, Facts
from riskmodels.records.visits import Visit, differences
from riskmodels.scores.inputs import variable_of
from riskmodels.vocabulary import VARIABLES, VOCABULARY, Kind, Variable, in_group
from ui import text
from ui.record import draft

#: facts that stay as they are, whatever the answer
_LASTING = ("sex", "height", "asian_american")
#: facts that stay once the answer is yes, or a relative is named: a history is not lost
_LASTING_ONCE_YES = (
    "hypertension",
    "diabetes",
    "family_history_diabetes",
    *(variable.name for variable in in_group("history")),
    "high_glucose_ever",
    "family_history_degree",
    "gestational_diabetes",
)


@dataclass(frozen=True)
class Fitting:
    """Facts ready to be saved, with the frame that is assessed; or what stands against it.

    Args:
        facts: as entered, and canonical.
        frame: PatientFrame of one row, made from the facts as entered.
        unusable: problems of values that cannot be used; nothing is saved while there are any.
    """

    facts: Facts = field(repr=False)
    frame: pd.DataFrame = field(repr=False)
    unusable: list[Problem]


def facts_of_form() -> Facts:
    """What stands in the form, in the units it was typed in, and in canonical units."""
    return make_facts(draft.content().entered)


def make_facts(entered: Mapping[str, Entered]) -> Facts:
    """Facts from what was entered; the canonical value follows from it, so that the two always agree."""
    return Facts(dict(entered), {name: draft.canonical(name, value) for name, value in entered.items()})


def fit(facts: Facts) -> Fitting:
    """Check facts as a whole, as the form does while they are typed."""
    checked = check_facts(facts)
    return Fitting(facts, checked.frame, unusable(checked))


def check_facts(facts: Facts) -> Checked:
    """Facts as a checked PatientFrame of one row, each value read in the unit it was entered in."""
    row = {v.name: facts.entered[v.name].value if v.name in facts.entered else np.nan for v in VARIABLES}
    units = {name: value.unit for name, value in facts.entered.items() if value.unit and name in VOCABULARY}
    return check(pd.DataFrame([row], dtype=float), units)


def unusable(checked: Checked) -> list[Problem]:
    """Problems of values that are refused: each field once, in the order of the form."""
    return list({p.field: p for p in checked.problems if p.severity is Severity.UNUSED}.values())


def same(mine: Facts, theirs: Facts) -> bool:
    """Whether two sets of facts say the same of the patient, whatever the unit they were typed in."""
    return not differences(mine, theirs)


def lasting(visit: Visit, day: date) -> Facts:
    """What a new visit may begin with: what does not change, and the age moved on. Never a lab, pressure or medicine.

    Args:
        visit: the latest one.
        day: of the new visit; of one before the visit only what never changes is taken.
    """
    # what was told by the later visit may not have happened yet on a day before it
    later = day >= visit.day
    kept = {n: value for n, value in visit.facts.entered.items() if n in _LASTING or (later and _lasts(n, value))}
    age = age_on(visit, day)
    if age is not None:
        kept["age"] = Entered(float(age), VOCABULARY["age"].units[0].symbol)
    return make_facts(kept)


def _lasts(name: str, value: Entered) -> bool:
    return name in _LASTING or (name in _LASTING_ONCE_YES and value.value > 0)


def age_on(visit: Visit, day: date) -> int | None:
    """The least age on a day, by the age at an earlier visit and the whole years between; None where not known.

    The birthday is not known, so the patient may be a year older.
    """
    age = visit.facts.canonical.get("age")
    if age is None or day < visit.day:
        return None
    return math.floor(age + completed_years(visit.day, day))


def age_note(visit: Visit, day: date) -> str:
    """How an age was moved on: ``54 at the visit of 2025-03-01, 1 year before. …``; empty where it was not."""
    age, moved = visit.facts.canonical.get("age"), age_on(visit, day)
    if age is None or moved is None or day == visit.day:
        return ""
    years = completed_years(visit.day, day)
    ago = "less than a year" if years == 0 else "1 year" if years == 1 else f"{years} years"
    return f"{age:g} at the visit of {visit.day.isoformat()}, {ago} before. Check the birthday."


def lasting_text(facts: Facts) -> str:
    """``age 55, sex female, height 164 cm, told of diabetes``: what is carried over, in words."""
    named = [_worded(variable_of(name), value) for name, value in facts.entered.items() if name != "age"]
    age = facts.entered.get("age")
    return text.sentence_list([f"age {age.value:g}", *named] if age else named)


def _worded(variable: Variable, value: Entered) -> str:
    label = text.inside(variable.label)
    if variable.kind is Kind.YES_NO:
        told = label.replace("told: ", "told of ")
        return told if value.value > 0 else f"{told}: no"
    return f"{label} {value_text(variable.name, value)}"


def value_text(name: str, value: Entered | None) -> str:
    """A value as a person entered it: ``142 mmHg``, ``yes``, ``unknown``."""
    if value is None:
        return "unknown"
    variable = variable_of(name)
    if variable.kind is Kind.NUMBER:
        return f"{value.value:g} {value.unit}".strip()
    labels = {choice.code: choice.label for choice in variable.choices}
    return labels.get(value.value, f"{value.value:g}")


def show(facts: Facts, did: str = "") -> None:
    """Put facts into the form, in the units they were entered in.

    Args:
        facts: of a visit.
        did: what was done, for the undo button; empty when nothing is to be undone.
    """
    known = {v.name for v in draft.FIELDS}
    draft.load_entered({name: value for name, value in facts.entered.items() if name in known}, did)
