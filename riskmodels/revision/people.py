"""People on whom the effect of a change is shown: the committed public cohorts, never the clinic's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import pandas as pd

from riskmodels.cohorts.nhanes import diabetes_label, dysglycaemia_label, read_demo
from riskmodels.cohorts.uci_heart import LABEL, read_uci_heart
from riskmodels.outcomes import OUTCOME


@dataclass(frozen=True)
class People:
    """Some people.

    Args:
        frame: PatientFrame; what would settle the outcome is left out.
        told: who they are, in words.
        label: 0, 1 or NaN, same index; None where nobody's outcome is known.
    """

    frame: pd.DataFrame = field(repr=False)
    told: str
    label: pd.Series | None = field(repr=False, default=None)


@cache
def reference_people(outcome: str) -> People:
    """The reference people of an outcome.

    Args:
        outcome: one of :data:`~riskmodels.outcomes.OUTCOME`.

    Returns:
        Those of the demo cohort; for chest pain the patients the model learnt from.

    Raises:
        SourceDataError: when the committed file is missing or damaged.
    """
    if OUTCOME[outcome].model == "chest_pain":
        frame, label = _chest_pain()
        told = f"{len(frame):,} patients with chest pain of four hospitals, 1980s, from whom the model learnt"
        return People(frame, told, label)
    demo = read_demo()
    makes = {"diabetes": diabetes_label, "dysglycaemia": dysglycaemia_label}
    known = makes[outcome](demo) if outcome in makes else None
    told = f"{len(demo):,} adults of NHANES 2017–2018 (demo cohort, United States, unweighted, few laboratory values)"
    settled = OUTCOME[outcome].settled_by
    return People(demo.assign(**{settled: float("nan")}) if settled else demo, told, known)


def _chest_pain() -> tuple[pd.DataFrame, pd.Series]:
    people = read_uci_heart()
    return people.drop(columns=[LABEL, "site"], errors="ignore"), people[LABEL].astype(float)
