"""What every score shares: reading inputs; what is missing, out of range or not eligible; the shape of the result.

A score collects :class:`Findings` and computes only the rows where none applies. Each finding is one bit of an
integer a row, so that texts are built once for every combination that occurs, not once a row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.columns import Columns, Floats
from riskmodels.outcomes import OUTCOME, already_text
from riskmodels.scores.inputs import variable_of
from riskmodels.units import find_unit, from_canonical
from riskmodels.vocabulary import CARDIOVASCULAR_HISTORY

Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int64]

FEMALE, MALE = 0.0, 1.0
SEXES = ((FEMALE, "female"), (MALE, "male"))
DIABETES_FACTS = OUTCOME["diabetes"].already
_MOST_FINDINGS = 63
# a limit entered in another unit may lie a rounding away from the canonical limit
_SLACK = 1e-9


def range_text(name: str, limits: tuple[float, float], unit: str = "") -> str:
    """A range with its unit (the canonical one when absent): ``90–180 mmHg``."""
    return f"{limits[0]:g}–{limits[1]:,g} {unit or variable_of(name).unit}"


class Findings:
    """What speaks against computing each row.

    Args:
        inputs: PatientFrame, or its columns.
    """

    def __init__(self, inputs: pd.DataFrame | Columns) -> None:
        self._inputs = Columns.of(inputs)
        self._bits = np.zeros(self._inputs.rows, dtype=np.int64)
        self._texts: list[str] = []
        self._names: list[str] = []

    def flag(self, applies: Flags, text: str, *, missing: str = "") -> None:
        """Add a finding.

        Args:
            applies: one flag a row.
            text: a full phrase for people; of a missing input, what it is called.
            missing: name of the input whose absence this is.
        """
        if len(self._texts) == _MOST_FINDINGS:
            raise ValueError("more kinds of findings than bits")
        np.bitwise_or(self._bits, 1 << len(self._texts), out=self._bits, where=applies)
        self._texts.append(text)
        self._names.append(missing)

    def require(self, *names: str, where: Flags | None = None) -> None:
        """Inputs without which there is no number; ``where`` limits this to some rows."""
        for name in names:
            absent = np.isnan(self._inputs[name])
            applies = absent if where is None else absent & where
            self.flag(applies, variable_of(name).label, missing=name)

    def ages(self, youngest: int, oldest: int | None = None) -> None:
        """Ages in completed years, both included; no upper limit when ``oldest`` is absent."""
        age = np.floor(self._inputs["age"])
        if oldest is None:
            self.flag(age < youngest, f"valid from age {youngest} only")
        else:
            self.flag((age < youngest) | (age > oldest), f"valid for ages {youngest}–{oldest} only")

    def within(
        self,
        limits: Mapping[str, tuple[float, float]],
        unit: str = "",
        *,
        where: Flags | None = None,
        or_in: tuple[str, Mapping[str, tuple[float, float]]] = ("", {}),
    ) -> None:
        """Ranges by input, both ends included. An unknown value is in range.

        Args:
            limits: lowest and highest value by input.
            unit: unit of the limits; each input's canonical one when absent.
            where: the rows this is for; all when absent.
            or_in: another unit and the limits as published in it, rounded there; a value inside these is in range too.
        """
        for name, pair in limits.items():
            outside = self._outside(name, pair, unit)
            if name in or_in[1]:
                outside &= self._outside(name, or_in[1][name], or_in[0])
            applies = outside if where is None else outside & where
            self.flag(applies, f"{variable_of(name).label} is outside {range_text(name, pair, unit)}")

    def _outside(self, name: str, limits: tuple[float, float], unit: str) -> Flags:
        variable, (low, high) = variable_of(name), limits
        values = from_canonical(self._inputs[name], find_unit(variable.units, unit or variable.unit))
        outside: Flags = (values < low - _SLACK * abs(low)) | (values > high + _SLACK * abs(high))
        return outside

    def without(self, *names: str) -> None:
        """Conditions (yes/no inputs) that make a person not eligible."""
        for name in names:
            self.flag(self._inputs[name] == 1, f"not eligible: {already_text(name)}")

    def without_cardiovascular_disease(self) -> None:
        """No known heart attack, coronary disease, angina, heart failure or stroke."""
        self.without(*CARDIOVASCULAR_HISTORY)

    def not_pregnant(self) -> None:
        """Pregnancy makes a person not eligible."""
        self.flag(self._inputs["pregnancy"] == 1, "not valid in pregnancy")

    @property
    def clear(self) -> Flags:
        """The rows against which nothing speaks."""
        clear: Flags = self._bits == 0
        return clear

    def problems(self) -> Texts:
        """All that speaks against each row; empty where nothing does."""
        return self._texts_by_pattern(self._problem)

    def missing(self) -> Texts:
        """Names of the required inputs each row lacks, comma-separated; empty where none."""
        return self._texts_by_pattern(lambda found: ", ".join(self._names[i] for i in found if self._names[i]))

    def _problem(self, found: list[int]) -> str:
        absent = [self._texts[i] for i in found if self._names[i]]
        others = [self._texts[i] for i in found if not self._names[i]]
        return "; ".join([f"not known: {', '.join(absent)}", *others] if absent else others)

    def _texts_by_pattern(self, text: Callable[[list[int]], str]) -> Texts:
        rows = np.flatnonzero(self._bits)
        patterns, which = np.unique(self._bits[rows], return_inverse=True)
        found = ([i for i in range(len(self._texts)) if pattern >> i & 1] for pattern in patterns)
        codes = np.zeros(len(self._bits), dtype=np.int64)
        codes[rows] = which + 1
        return Texts(("", *map(text, found)), codes)


@dataclass(frozen=True)
class Texts:
    """A text a row, as few texts and a code a row: a million rows at no cost.

    Args:
        words: the texts that occur.
        codes: index into words (n).
    """

    words: tuple[str, ...]
    codes: Codes

    @classmethod
    def same(cls, word: str, n: int) -> Texts:
        """One text for n rows."""
        return cls((word,), np.zeros(n, dtype=np.int64))

    def series(self, index: pd.Index) -> pd.Series:
        """As a text column."""
        return pd.Series(pd.array(list(self.words), dtype="str").take(self.codes), index=index)


@dataclass(frozen=True)
class Bands:
    """A guideline's categories of a value.

    Args:
        edges: lower ends of all bands but the first, ascending; each belongs to the band it opens.
        names: one more than edges.
        source: the guideline.
    """

    edges: tuple[float, ...]
    names: tuple[str, ...]
    source: str

    def of(self, values: Floats) -> Texts:
        """The category of each value; empty text where it is NaN."""
        index = np.searchsorted(self.edges, values, side="right")
        return Texts((*self.names, ""), np.where(np.isnan(values), len(self.names), index))

    def text(self, unit: str = "", scale: float = 1.0) -> str:
        """The bands in words: ``low below 5 %, high from 5 %``.

        Args:
            unit: what to write after a number.
            scale: what to multiply a number by, 100 for per cent.
        """
        ends = [f"{edge * scale:g}{unit}" for edge in self.edges]
        between = [
            f"{name} {low} to below {high}" for name, low, high in zip(self.names[1:], ends, ends[1:], strict=False)
        ]
        return ", ".join([f"{self.names[0]} below {ends[0]}", *between, f"{self.names[-1]} from {ends[-1]}"])


@dataclass(frozen=True)
class Result:
    """What a score says of n rows.

    Args:
        numbers: by name, (n,), NaN where there is none.
        texts: by name, in the order of the table: the equation used (``model``), the guideline's ``category``,
            ``problems``, ``missing``, and what the score adds.
    """

    numbers: Mapping[str, Floats] = field(repr=False)
    texts: Mapping[str, Texts] = field(repr=False)

    @classmethod
    def of(
        cls, numbers: Mapping[str, Floats], findings: Findings, *, model: Texts, category: Texts, **more: Texts
    ) -> Result:
        """The result every score returns.

        Args:
            numbers: the score's own, NaN where there is none.
            findings: what speaks against each row.
            model: equation used.
            category: the guideline's category, empty where there is none.
            more: further texts, after the problems.
        """
        texts = {"model": model, "category": category, "problems": findings.problems(), "missing": findings.missing()}
        return cls(numbers, texts | more)

    def row(self, at: int = 0) -> dict[str, Any]:
        """One row: every number as a float, every text as it is."""
        numbers = {name: float(values[at]) for name, values in self.numbers.items()}
        return numbers | {name: texts.words[texts.codes[at]] for name, texts in self.texts.items()}

    def frame(self, index: pd.Index) -> pd.DataFrame:
        """As a table with the index of the rows given."""
        table = pd.DataFrame(self.numbers, index=index, copy=False)
        for name, texts in self.texts.items():
            table[name] = texts.series(index)
        return table


def row_of(result: pd.DataFrame | Result) -> Mapping[str, Any] | pd.Series:
    """What a score says of the first row, as a table or not."""
    return result.row() if isinstance(result, Result) else result.iloc[0]
