"""A checked frame → one table in memory: what came in, then the answers of each outcome, row by row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa

from riskmodels.checks import Checked, Problem
from riskmodels.outcomes import OUTCOME, Outcome
from riskmodels.scoring.cohort import NUMBERS, PROBLEMS, Progress, ScoredCohort, parts_of
from riskmodels.scoring.stream import Plan, Scorer, free_names, problem_texts
from riskmodels.vocabulary import VOCABULARY

if TYPE_CHECKING:
    from riskmodels.tabular.model import RiskModel


def score_cohort(
    checked: Checked,
    models: Mapping[str, RiskModel],
    *,
    original: pd.DataFrame | None = None,
    units: Mapping[str, str] | None = None,
    chunk: int = 4096,
    progress: Progress | None = None,
) -> ScoredCohort:
    """Estimate every outcome of the models for every row.

    Args:
        checked: a PatientFrame with its problems, as :func:`riskmodels.checks.check` gives it.
        models: shipped models by name.
        original: what the table starts with, same index; the PatientFrame when absent.
        units: unit symbol by variable for the reasons' words; canonical where absent.
        chunk: rows estimated at a time.
        progress: called after each chunk with rows done and rows in all. Raise in it to stop.

    Returns:
        :class:`ScoredCohort`: every row of ``checked``, in the same order.
    """
    frame = checked.frame
    start = frame if original is None else original
    outcomes, left_out = _outcomes(frame, models)
    scorer = Scorer(models, Plan(outcomes, units=units or {}))
    keys = [(outcome, part) for outcome in outcomes for part in parts_of(outcome)]
    found: dict[tuple[str, str], list[pa.Array]] = defaultdict(list)
    by_row: dict[object, list[Problem]] = defaultdict(list)
    for problem in checked.problems:
        by_row[problem.row].append(problem)
    for first in range(0, len(frame), chunk):
        rows = frame.iloc[first : first + chunk]
        answers = scorer.answers(rows, [problem for row in rows.index for problem in by_row.get(row, ())])
        for key in keys:
            found[key].append(answers[key])
        if progress is not None:
            progress(min(first + chunk, len(frame)), len(frame))
    columns = free_names(map(str, start.columns), [*keys, ("", PROBLEMS)])
    results = {key: _series(found[key], key[1], frame.index) for key in keys}
    results["", PROBLEMS] = _series([problem_texts(frame, checked.problems)], PROBLEMS, frame.index)
    named = pd.DataFrame({name: results[key] for key, name in columns.items()}, index=frame.index)
    return ScoredCohort(pd.concat([start, named], axis=1), start.shape[1], outcomes, left_out, columns)


def _series(chunks: list[pa.Array], part: str, index: pd.Index) -> pd.Series:
    """One result as a column of the table: numbers with NaN where there is none, or texts."""
    column = pa.chunked_array(chunks, pa.float64() if part in NUMBERS else pa.string())
    return pd.Series(column.to_numpy(), index=index, dtype=float if part in NUMBERS else "str")


def _outcomes(frame: pd.DataFrame, models: Mapping[str, RiskModel]) -> tuple[tuple[str, ...], dict[str, str]]:
    """Outcomes to estimate; and those nobody can be estimated for because a required input is nowhere known."""
    served = {name for model in models.values() for name in model.outcomes}
    names = [name for name in OUTCOME if name in served]
    left_out = {name: reason for name in names if (reason := _nowhere_known(frame, OUTCOME[name]))}
    return tuple(name for name in names if name not in left_out), left_out


def _nowhere_known(frame: pd.DataFrame, outcome: Outcome) -> str:
    beyond = [name for name in outcome.required if name not in ("age", "sex")]
    unknown = [name for name in beyond if frame[name].isna().all()]
    if not unknown:
        return ""
    return f"{VOCABULARY[unknown[0]].label} is not known for any row"
