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
    from riskmodels.tabular.model import Prediction, RiskModel

#: called after each chunk with rows done and rows in all; what it raises ends the scoring
Progress = Callable[[int, int], None]

NUMBERS = ("risk", "low", "high")
TEXTS = ("note", "reasons")
PARTS = (*NUMBERS, *TEXTS)
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
    found = _Results(len(frame), wanted)
    for first in range(0, len(frame), chunk):
        _score_chunk(frame.iloc[first : first + chunk], first, models, words, found)
        if progress is not None:
            progress(min(first + chunk, len(frame)), len(frame))
    columns = _names(list(start.columns), wanted)
    results = found.columns(frame.index) | {("", PROBLEMS): _problem_texts(checked)}
    named = pd.DataFrame({name: results[key] for key, name in columns.items()}, index=frame.index)
    return ScoredCohort(pd.concat([start, named], axis=1), start.shape[1], wanted, left_out, columns)


class _Results:
    """Results as they come: numbers in arrays made at the start, texts in lists.

    Small tables kept between the models' large temporaries would stop the heap from shrinking: 12 kB a row were
    measured, 2.4 GB for 200,000 rows.
    """

    def __init__(self, rows: int, outcomes: tuple[str, ...]) -> None:
        self.outcomes = outcomes
        self.numbers = {(o, part): np.full(rows, np.nan) for o in outcomes for part in NUMBERS}
        self.texts: dict[tuple[str, str], list[str]] = {(o, part): [] for o in outcomes for part in TEXTS}

    def add(self, first: int, outcome: str, found: Prediction, reasons: list[str]) -> None:
        """Put the results of one outcome for the rows from ``first`` on in their place."""
        risk = found.risk[outcome].to_numpy()
        given = ~np.isnan(risk)
        for part, values in zip(NUMBERS, (found.risk, found.low, found.high), strict=True):
            target = self.numbers[outcome, part][first : first + len(risk)]
            target[given] = values[outcome].to_numpy()[given]
        notes = found.refused[outcome].where(~given, found.cautions[outcome])
        self.texts[outcome, "note"] += [str(note) for note in notes]
        self.texts[outcome, "reasons"] += [text if shown else "" for text, shown in zip(reasons, given, strict=True)]

    def columns(self, index: pd.Index) -> dict[tuple[str, str], pd.Series]:
        """The columns by outcome and part."""
        numbers = {key: pd.Series(values, index=index) for key, values in self.numbers.items()}
        return numbers | {key: pd.Series(texts, index=index, dtype="str") for key, texts in self.texts.items()}


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
    frame: pd.DataFrame, first: int, models: Mapping[str, RiskModel], words: Words, results: _Results
) -> None:
    for model in models.values():
        outcomes = [name for name in model.outcomes if name in results.outcomes]
        if not outcomes:
            continue
        found, reasons = model.predict_and_explain(frame, outcomes)
        for name in outcomes:
            results.add(first, name, found, words.reasons(frame, reasons[name].values))


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
