"""What every score shares: reading inputs, saying what is missing, out of range or not eligible, and for which rows.

A score collects :class:`Findings` and computes only the rows where none applies. Each finding is one bit of an
integer a row, so that texts are built once for every combination that occurs, not once a row.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.outcomes import already_text
from riskmodels.vocabulary import CARDIOVASCULAR_HISTORY, VOCABULARY

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

MALE = 1.0
CURRENT_SMOKER = 2.0
#: inputs that scores take and the vocabulary lacks, with their label
EXTRA_INPUTS = {
    "daily_vegetables": "Vegetables, fruit or berries every day",
    "high_glucose_ever": "High blood glucose ever measured",
}
_MOST_FINDINGS = 63
# a limit entered in another unit may lie a rounding away from the canonical limit
_SLACK = 1e-9


def column(frame: pd.DataFrame, name: str) -> Floats:
    """A column as float64; all NaN when the frame lacks it."""
    if name not in frame:
        return np.full(len(frame), np.nan)
    return frame[name].to_numpy(dtype=np.float64, na_value=np.nan)


def columns(frame: pd.DataFrame, names: Iterable[str]) -> dict[str, Floats]:
    """Several columns, each as :func:`column` gives it."""
    return {name: column(frame, name) for name in names}


def label_of(name: str) -> str:
    """How an input is called for people."""
    return VOCABULARY[name].label if name in VOCABULARY else EXTRA_INPUTS[name]


class Findings:
    """What speaks against computing each row.

    Args:
        frame: PatientFrame.
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame
        self._bits = np.zeros(len(frame), dtype=np.int64)
        self._texts: list[str] = []
        self._names: list[str] = []

    def flag(self, applies: Flags, text: str, *, missing: str = "") -> None:
        """Add a finding.

        Args:
            applies: one flag a row.
            text: a full phrase for people.
            missing: name of the input whose absence this is.
        """
        if len(self._texts) == _MOST_FINDINGS:
            raise ValueError("more kinds of findings than bits")
        self._bits |= applies.astype(np.int64) << len(self._texts)
        self._texts.append(text)
        self._names.append(missing)

    def require(self, *names: str, where: Flags | None = None) -> None:
        """Inputs without which there is no number; ``where`` limits this to some rows."""
        for name in names:
            absent = np.isnan(column(self._frame, name))
            applies = absent if where is None else absent & where
            self.flag(applies, f"{label_of(name)} is not known", missing=name)

    def ages(self, youngest: int, oldest: int) -> None:
        """Ages in completed years, both included."""
        age = np.floor(column(self._frame, "age"))
        self.flag((age < youngest) | (age > oldest), f"valid for ages {youngest}–{oldest} only")

    def within(self, limits: dict[str, tuple[float, float]]) -> None:
        """Ranges by input, canonical units, both ends included. An unknown value is in range."""
        for name, (low, high) in limits.items():
            values = column(self._frame, name)
            outside = (values < low - _SLACK * abs(low)) | (values > high + _SLACK * abs(high))
            unit = VOCABULARY[name].unit
            self.flag(outside, f"{label_of(name)} is outside {low:g}–{high:,g} {unit}".strip())

    def without(self, *names: str) -> None:
        """Conditions (yes/no inputs) that make a person not eligible."""
        for name in names:
            self.flag(column(self._frame, name) == 1, f"not valid for people {already_text(name)}")

    def without_cardiovascular_disease(self) -> None:
        """No known heart attack, coronary disease, angina, heart failure or stroke."""
        self.without(*CARDIOVASCULAR_HISTORY)

    def not_pregnant(self) -> None:
        """Pregnancy makes a person not eligible."""
        self.flag(column(self._frame, "pregnancy") == 1, "not valid in pregnancy")

    @property
    def clear(self) -> Flags:
        """The rows against which nothing speaks."""
        clear: Flags = self._bits == 0
        return clear

    def problems(self) -> pd.Series:
        """All that speaks against each row, as text; empty where nothing does."""
        return self._joined(self._texts, "; ")

    def missing(self) -> pd.Series:
        """Names of the required inputs each row lacks, comma-separated; empty where none."""
        return self._joined(self._names, ", ")

    def _joined(self, words: list[str], between: str) -> pd.Series:
        texts = np.full(len(self._bits), "", dtype=object)
        rows = np.flatnonzero(self._bits)
        patterns, which = np.unique(self._bits[rows], return_inverse=True)
        chosen = [between.join(w for i, w in enumerate(words) if w and pattern >> i & 1) for pattern in patterns]
        texts[rows] = np.array(chosen, dtype=object)[which]
        return pd.Series(texts, index=self._frame.index, dtype=object)
