"""A checked frame → one table: what came in, then risk, interval, note and reasons of each outcome, row by row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from riskmodels.checks import Checked
from riskmodels.outcomes import OUTCOME, Outcome
from riskmodels.scoring.words import Words
from riskmodels.vocabulary import VOCABULARY

if TYPE_CHECKING:
    from riskmodels.tabular.model import RiskModel

#: called after each chunk with rows done and rows in all; what it raises ends the scoring
Progress = Callable[[int, int], None]

PARTS = ("risk", "low", "high", "note", "reasons")
PROBLEMS = "problems"


@dataclass(frozen=True)
class Counts:
    """Numbers that add up: ``read == scored + not_scored``.

    Args:
        read: rows of the file.
        scored: rows with an estimate.
        with_problems: rows with something to look at, scored or not.
        not_scored: rows without an estimate.
    """

    read: int
    scored: int
    with_problems: int
    not_scored: int


@dataclass(frozen=True)
class ScoredCohort:
    """A cohort with its estimates.

    Args:
        table: the original columns first, in their order and row order; then ``<outcome>_risk``, ``_low``, ``_high``
            (probabilities 0–1, 90 % interval), ``_note`` (refusal or caution), ``_reasons``; last ``problems``.
        originals: how many of the columns are original.
        outcomes: outcomes with columns in the table.
        left_out: outcomes that no row has the inputs for, with the reason.
        columns: column of the table by outcome and part; ``("", "problems")`` is the problems' one.
    """

    table: pd.DataFrame
    originals: int
    outcomes: tuple[str, ...]
    left_out: dict[str, str]
    columns: dict[tuple[str, str], str]

    def column(self, outcome: str, part: str) -> pd.Series:
        """One result by outcome and part (one of :data:`PARTS`)."""
        return self.table[self.columns[outcome, part]]

    @property
    def problems(self) -> pd.Series:
        """The problems of each row as one text; empty where there are none."""
        return self.table[self.columns["", PROBLEMS]]

    def scored(self, outcome: str | None = None) -> pd.Series:
        """Whether each row has an estimate of the outcome, or of any outcome (bool)."""
        wanted = self.outcomes if outcome is None else (outcome,)
        found = pd.Series(False, index=self.table.index)
        for name in wanted:
            found |= self.column(name, "risk").notna()
        return found

    def counts(self, outcome: str | None = None) -> Counts:
        """Counts for one outcome, or for any outcome."""
        scored = int(self.scored(outcome).sum())
        read = len(self.table)
        return Counts(read, scored, int((self.problems != "").sum()), read - scored)


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
    wanted, left_out = _outcomes(frame, models)
    words = Words(units or {})
    parts = []
    for first in range(0, len(frame), chunk):
        parts.append(_score_chunk(frame.iloc[first : first + chunk], models, wanted, words))
        if progress is not None:
            progress(min(first + chunk, len(frame)), len(frame))
    empty = {_plain(outcome, part): pd.Series(dtype=float) for outcome in wanted for part in PARTS}
    results = pd.concat(parts) if parts else pd.DataFrame(empty, index=frame.index)
    results[_plain("", PROBLEMS)] = _problem_texts(checked)
    columns = _names(list(start.columns), wanted)
    results = results.rename(columns={_plain(*key): name for key, name in columns.items()})[list(columns.values())]
    return ScoredCohort(pd.concat([start, results], axis=1), start.shape[1], wanted, left_out, columns)


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


def _score_chunk(
    frame: pd.DataFrame, models: Mapping[str, RiskModel], wanted: tuple[str, ...], words: Words
) -> pd.DataFrame:
    columns: dict[str, pd.Series] = {}
    for model in models.values():
        outcomes = [name for name in model.outcomes if name in wanted]
        if not outcomes:
            continue
        found = model.predict(frame)
        for name in outcomes:
            estimated = found.risk[name].notna()
            reasons = words.reasons(frame, model.explain(frame, name).values)
            note = found.refused[name].where(~estimated, found.cautions[name])
            columns |= {
                _plain(name, "risk"): found.risk[name],
                _plain(name, "low"): found.low[name].where(estimated),
                _plain(name, "high"): found.high[name].where(estimated),
                _plain(name, "note"): note.astype("str"),
                _plain(name, "reasons"): reasons.where(estimated, ""),
            }
    return pd.DataFrame(columns, index=frame.index)


def _problem_texts(checked: Checked) -> pd.Series:
    texts: dict[object, list[str]] = {}
    for problem in checked.problems:
        texts.setdefault(problem.row, []).append(problem.text)
    joined = [" · ".join(dict.fromkeys(texts.get(row, []))) for row in checked.frame.index]
    return pd.Series(joined, index=checked.frame.index, dtype="str")


def _plain(outcome: str, part: str) -> str:
    return f"{outcome}_{part}" if outcome else part


def _names(taken: list[str], outcomes: tuple[str, ...]) -> dict[tuple[str, str], str]:
    """Column names of the results; a name that the file already uses gets a number, so that nothing is overwritten."""
    names: dict[tuple[str, str], str] = {}
    used = set(taken)
    for key in [*((outcome, part) for outcome in outcomes for part in PARTS), ("", PROBLEMS)]:
        plain = _plain(*key)
        name = next(n for i in range(1, len(used) + 2) if (n := plain if i == 1 else f"{plain}_{i}") not in used)
        names[key] = name
        used.add(name)
    return names


def top_share(risk: pd.Series, share: float) -> pd.Series:
    """Flag the rows with the highest risk.

    Args:
        risk: probabilities; NaN = not estimated, never flagged.
        share: of the rows with an estimate, 0–1. Rows tied with the last one flagged are flagged too.

    Returns:
        bool, same index.
    """
    known = risk.dropna().to_numpy(dtype=float)
    count = int(np.ceil(share * len(known) - 1e-9))
    if count == 0:
        return pd.Series(False, index=risk.index)
    least = float(np.partition(known, len(known) - count)[len(known) - count])
    return risk.ge(least)
