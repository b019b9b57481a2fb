"""Published scores as columns of a scored cohort, and how they and the neural estimate classify the same people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from riskmodels.errors import InputError
from riskmodels.scores.prevent import MAIN, RATED
from riskmodels.scores.registry import REGISTRY
from riskmodels.scoring.cohort import PROBLEMS, ScoredCohort

CATEGORY = "category"
#: value whose guideline category a score gives, where it is not the main one
CATEGORY_OF = {"prevent": RATED}
#: values added, where they are more than the main one
_ADDED = {"prevent": MAIN}


@dataclass(frozen=True)
class ScoreChoice:
    """A score to add.

    Args:
        name: in :data:`riskmodels.scores.REGISTRY`.
        options: of the score's function, e.g. ``{"region": "low"}`` for SCORE2.
        numbers: which of its values to add; the main ones when empty.
    """

    name: str
    options: dict[str, str] = field(default_factory=dict)
    numbers: tuple[str, ...] = ()


def add_scores(cohort: ScoredCohort, frame: pd.DataFrame, choices: Sequence[ScoreChoice]) -> ScoredCohort:
    """A scored cohort with published scores as further columns, before its last column ``problems``.

    Args:
        cohort: from :func:`riskmodels.scoring.score_cohort`.
        frame: the PatientFrame it was scored from (same rows), with a score's further inputs where given.
        choices: the scores to add.

    Returns:
        The cohort; ``<score>_<value>`` (number, NaN where there is none), ``<score>_category`` and ``<score>_problems``
        (why there is none, or not every one) of each score. ``columns`` finds them by score and value, ``category`` or
        ``problems``. A name that the table already uses gets a number.

    Raises:
        InputError: when there is no such score, value or option, or one is chosen or has been added already.
    """
    _refuse_wrong(cohort, choices)
    table, columns = cohort.table, dict(cohort.columns)
    last = columns["", PROBLEMS]
    added: dict[str, pd.Series] = {}
    for choice in choices:
        for part, values in _results(frame, choice):
            name = _free(f"{choice.name}_{part}", {*map(str, table.columns), *added})
            columns[choice.name, part], added[name] = name, values
    new = pd.DataFrame(added, index=table.index)
    table = pd.concat([table.drop(columns=last), new, table[[last]]], axis=1)
    return replace(cohort, table=table, columns=columns)


def _refuse_wrong(cohort: ScoredCohort, choices: Sequence[ScoreChoice]) -> None:
    names = [choice.name for choice in choices]
    for choice in choices:
        if choice.name not in REGISTRY:
            raise InputError(f"There is no score “{choice.name}”.", hint=f"Use {', '.join(REGISTRY)}.")
        score = REGISTRY[choice.name]
        numbers = score.values  # noqa: PD011
        strange = [value for value in choice.numbers if value not in numbers]
        strange += [option for option in choice.options if option not in score.options]
        if strange:
            raise InputError(f"{score.title} has no “{strange[0]}”.", hint=f"It has {', '.join(numbers)}.")
        if names.count(choice.name) > 1 or (choice.name, PROBLEMS) in cohort.columns:
            raise InputError(f"{score.title} is there already.", hint="Add each score once.")


def _results(frame: pd.DataFrame, choice: ScoreChoice) -> Iterator[tuple[str, pd.Series]]:
    """Part and column of each result."""
    score = REGISTRY[choice.name]
    result = score.function(frame, **choice.options)
    wanted = choice.numbers or _ADDED.get(score.name, (score.value,))
    for part in (*wanted, CATEGORY):
        yield part, result[part]
    yield PROBLEMS, _problems(result, wanted)


def _problems(result: pd.DataFrame, wanted: Sequence[str]) -> pd.Series:
    """Why there is no number, and of a row that lacks some of those wanted why it has only the others."""
    reasons = result[PROBLEMS]
    lacking = result[list(wanted)].isna().any(axis=1) & (reasons == "")
    for further in (name for name in result if str(name).startswith(f"{PROBLEMS}_")):
        told = result[further].where(lacking, "")
        between = np.where((reasons != "") & (told != ""), "; ", "")
        reasons = reasons + between + told
    return reasons


def _free(name: str, used: set[str]) -> str:
    if name not in used:
        return name
    return next(numbered for i in range(2, len(used) + 3) if (numbered := f"{name}_{i}") not in used)


def reclassification(
    risk: pd.Series, score: pd.Series, threshold: float, score_threshold: float | None = None
) -> pd.DataFrame:
    """How many people the neural estimate and a score put on the same side of a threshold.

    Args:
        risk: neural estimates (0–1); NaN where there is none.
        score: the score's values, same index.
        threshold: from which a risk is high.
        score_threshold: from which the score is high, where it is not a risk (points); ``threshold`` when absent.

    Returns:
        2 × 2 counts, rows the model's side and columns the score's (``below``, ``from``). People without one of the two
        are not counted; ``attrs["left_out"]`` says how many.

    Raises:
        InputError: when the rows are not the same.
    """
    if not risk.index.equals(score.index):
        raise InputError("The estimates and the score are not of the same rows.")
    both = risk.notna() & score.notna()
    limit = threshold if score_threshold is None else score_threshold
    cells = 2 * (risk[both] >= threshold).to_numpy(dtype=int) + (score[both] >= limit).to_numpy(dtype=int)
    sides = ("below", "from")
    counts = pd.DataFrame(
        np.bincount(cells, minlength=4).reshape(2, 2),
        index=pd.Index(sides, name="model"),
        columns=pd.Index(sides, name="score"),
    )
    counts.attrs["left_out"] = int((~both).sum())
    return counts
