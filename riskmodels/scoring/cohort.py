"""A scored cohort as a table, counts over it, and its rows with the highest risk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from riskmodels.measured import ANSWERED

#: called after each chunk with rows done and rows in all; what it raises ends the scoring
Progress = Callable[[int, int], None]

NUMBERS = ("risk", "low", "high")
TEXTS = ("held", "note", "reasons")
PARTS = (*NUMBERS, *TEXTS)
PROBLEMS = "problems"
#: what a measurement says to an outcome that one can answer
MEASURED = "measured"


def parts_of(outcome: str, parts: Sequence[str] = PARTS) -> tuple[str, ...]:
    """The results of an outcome in their order: behind the numbers what is measured, where that can answer it.

    Args:
        outcome: name.
        parts: of every outcome.
    """
    measured = (MEASURED,) if outcome in ANSWERED else ()
    return (*NUMBERS, *measured, *(part for part in parts if part not in NUMBERS))


@dataclass(frozen=True)
class Counts:
    """Numbers that add up: ``read == scored + measured + not_scored``.

    Args:
        read: rows of the file.
        scored: rows with an estimate.
        with_problems: rows with something to look at, scored or not.
        not_scored: rows with neither estimate nor answer by a measurement.
        measured: rows without an estimate where a measurement answers instead.
    """

    read: int
    scored: int
    with_problems: int
    not_scored: int
    measured: int = field(default=0, kw_only=True)


@dataclass(frozen=True)
class ScoredCohort:
    """A cohort with its estimates.

    Args:
        table: the original columns first, in their order and row order; then ``<outcome>_risk``, ``_low``, ``_high``
            (probabilities 0–1, 90 % interval), ``_measured`` where a measurement can answer the outcome (then no
            numbers), ``_held`` (values counted as the edge of the training data), ``_note`` (refusal or caution),
            ``_reasons``; last ``problems``.
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

    def measured(self, outcome: str | None = None) -> pd.Series:
        """Whether a measurement answers the outcome, or any outcome, of each row (bool)."""
        wanted = self.outcomes if outcome is None else (outcome,)
        found = pd.Series(False, index=self.table.index)
        for name in wanted:
            if name in ANSWERED:
                found |= self.column(name, MEASURED) != ""
        return found

    def counts(self, outcome: str | None = None) -> Counts:
        """Counts for one outcome, or for any outcome."""
        estimated = self.scored(outcome)
        scored, measured = int(estimated.sum()), int((self.measured(outcome) & ~estimated).sum())
        read = len(self.table)
        return Counts(read, scored, int((self.problems != "").sum()), read - scored - measured, measured=measured)


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
