"""Facts on their way into a visit: what cannot be saved, what differs, which tests are old, how an age moves on."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from riskmodels.checks import Checked, Problem, Severity, check
from riskmodels.interop.fhir.dates import completed_years
from riskmodels.measured import old_values
from riskmodels.records.facts import Facts
from riskmodels.records.visits import Visit, differences
from riskmodels.vocabulary import VARIABLES, VOCABULARY


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


def fit(facts: Facts) -> Fitting:
    """Check facts as a whole, as the form does while they are typed."""
    checked = check_facts(facts)
    return Fitting(facts, checked.frame, unusable(checked))


def check_facts(facts: Facts) -> Checked:
    """Facts as a checked PatientFrame of one row, each value read in the unit it was entered in."""
    row = {v.name: facts.entered[v.name].value if v.name in facts.entered else np.nan for v in VARIABLES}
    units = {name: value.unit for name, value in facts.entered.items() if value.unit and name in VOCABULARY}
    return check(pd.DataFrame([row], dtype=float), units)


def old_tests(facts: Facts, day: date) -> dict[str, str]:
    """The date of each test that is too old on the day of a visit to answer an outcome by itself, by variable.

    Args:
        facts: of the visit.
        day: of the visit.
    """
    return old_values({name: value.when for name, value in facts.entered.items()}, day)


def unusable(checked: Checked) -> list[Problem]:
    """Problems of values that are refused: each field once, in the order of the form."""
    return list({p.field: p for p in checked.problems if p.severity is Severity.UNUSED}.values())


def same(mine: Facts, theirs: Facts) -> bool:
    """Whether two sets of facts say the same of the patient, of the same days, whatever the unit they were typed in."""
    whens = [{name: value.when for name, value in facts.entered.items() if value.when} for facts in (mine, theirs)]
    return whens[0] == whens[1] and not differences(mine, theirs)


def age_on(visit: Visit, day: date) -> int | None:
    """The least age on a day, by the age at an earlier visit and the whole years between; None where not known.

    The birthday is not known, so the patient may be a year older.
    """
    age = visit.facts.canonical.get("age")
    if age is None or day < visit.day:
        return None
    return math.floor(age + completed_years(visit.day, day))
