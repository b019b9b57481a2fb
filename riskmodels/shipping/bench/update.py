"""docs/benchmarks.md: what the library computes for one update of the Patient page, as CPU time by part.

People of the demo cohort are entered fact by fact, as in the form: an update is everything computed after one fact.
"""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import TypeVar

import pandas as pd

from riskmodels.assessment import Assessment, assess
from riskmodels.care import benefits
from riskmodels.care.guidance import plan_of_care
from riskmodels.checks import check
from riskmodels.cohorts.nhanes import read_demo
from riskmodels.criteria import find_criteria
from riskmodels.scores.disagreement import find_disagreements
from riskmodels.scores.registry import all_scores
from riskmodels.tabular.model import RiskModel, load_shipped
from riskmodels.vocabulary import VARIABLES

Found = TypeVar("Found")
REGION = "high"
#: fact by fact, of so many people
_PEOPLE, _FACTS_BEFORE = 5, 8


class _Clock:
    """CPU time spent on each part."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    def __call__(self, part: str, compute: Callable[[], Found]) -> Found:
        start = time.process_time()
        found = compute()
        self.seconds[part] += time.process_time() - start
        return found


def measure_update() -> str:
    """Mean CPU milliseconds of one update by part, as a table, with the machine's load.

    Returns:
        Markdown.
    """
    models, entered = load_shipped(), list(_entered(read_demo()))
    _update(entered[0], models, _Clock())  # what is read and folded once
    clock = _Clock()
    for raw in entered:
        _update(raw, models, clock)
    spent = {part: 1e3 * seconds / len(entered) for part, seconds in clock.seconds.items()}
    lines = ["| one update, library part | CPU ms |", "|---|---:|"]
    lines += [f"| {part} | {ms:.1f} |" for part, ms in (spent | {"all": sum(spent.values())}).items()]
    load = os.getloadavg()[0]
    note = f"Mean of {len(entered)} updates, one fact after the other. Load of the machine meanwhile: {load:.1f}.\n"
    return "\n".join(lines) + "\n\n" + note


def _entered(demo: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """A few people with their facts entered one after the other, each a frame of one row."""
    names = [variable.name for variable in VARIABLES]
    for _, person in demo.reindex(columns=names).sample(_PEOPLE, random_state=0).iterrows():
        known = list(person.dropna().index)
        for count in range(_FACTS_BEFORE, len(known) + 1):
            yield person.where(person.index.isin(known[:count])).to_frame().T.astype(float)


def _update(raw: pd.DataFrame, models: dict[str, RiskModel], clock: _Clock) -> None:
    """Everything the page asks of the library after one fact."""
    frame = clock("checks", lambda: check(raw).frame)
    patient = frame.iloc[0]
    clock("criteria", lambda: find_criteria(patient))
    assessment = clock("estimates of all outcomes, standing", lambda: _assessed(frame, models))
    found = {"prevent": assessment.prevent}
    scores = clock("published scores", lambda: all_scores(assessment.facts, REGION, found))
    clock("plan of care", lambda: plan_of_care(patient, scores))
    clock("benefit by trials", lambda: benefits(patient, found=scores["prevent"]))
    given = [answer for answer in assessment.answers() if answer.given]
    if given:
        outcome, share = given[0].outcome.name, given[0].standing
        reasons = clock("reasons of one outcome", lambda: assessment.reasons(outcome))
        clock("narrowing of one outcome", lambda: assessment.narrowing(outcome))
        moved = reasons.values.iloc[0]  # noqa: PD011, not a frame's values
        clock(
            "disagreement of one outcome",
            lambda: find_disagreements(patient, outcome, share, moved, scores, region=REGION),
        )


def _assessed(frame: pd.DataFrame, models: dict[str, RiskModel]) -> Assessment:
    """Every outcome answered, with where each that is not refused stands among people of the same sex and age."""
    assessment = assess(frame, models)
    assessment.answers()
    return assessment
