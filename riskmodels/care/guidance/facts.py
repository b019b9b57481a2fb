"""The facts that rules ask for: those of the vocabulary, and what follows from several of them or a published score.

What follows is unknown as long as what it hangs on is: then :meth:`PatientFacts.needs` names the facts to enter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import floor, nan
from typing import Any

import pandas as pd

from riskmodels.care.guidance.conditions import UNKNOWN, Comparison
from riskmodels.care.guidance.derived import DERIVED
from riskmodels.care.guidance.words import told_words
from riskmodels.care.wording import Units, known, value_text
from riskmodels.errors import SourceDataError
from riskmodels.percent import percent_text
from riskmodels.scores.eligibility import Result, row_of
from riskmodels.scores.pce import BANDS as PCE_BANDS
from riskmodels.vocabulary import VOCABULARY, Kind, inside

Scores = Mapping[str, pd.DataFrame | Result]
#: CHA₂DS₂-VA: from so many points on more of them change nothing (ESC 2024)
POINTS_DECIDE = 2.0
_SCORE_WORDS = {
    "pce": ("pce", "ascvd_10y", "Pooled Cohort Equations, 10-year ASCVD risk"),
    "prevent_ascvd": ("prevent", "ascvd_10y", "PREVENT 10-year ASCVD risk"),
    "prevent_total": ("prevent", "total_cvd_10y", "PREVENT 10-year risk of cardiovascular disease"),
    "cha2ds2_va": ("cha2ds2_va", "points", "CHA₂DS₂-VA"),
}
_YES_NO = {"no": 0.0, "yes": 1.0}


@dataclass(frozen=True)
class PatientFacts:
    """One patient, as conditions ask.

    Args:
        patient: one row of a PatientFrame.
        scores: results of published scores for this patient (one row each), by name in the registry.
        units: unit to word a value in, by variable; canonical where absent.
    """

    patient: pd.Series = field(repr=False)
    scores: Scores = field(repr=False)
    units: Units = field(repr=False)

    def value(self, name: str) -> float:
        """A fact's value, canonical unit or code; NaN where it is not known.

        Raises:
            SourceDataError: when there is no such fact.
        """
        if name not in self._values:
            self._values[name] = self._compute(name)
        return self._values[name]

    @cached_property
    def _values(self) -> dict[str, float]:
        """Facts by name, as far as they were asked for: rules ask for the same ones many times."""
        return {name: known(self.patient, name) for name in VOCABULARY}

    def _compute(self, name: str) -> float:
        if name in _SCORE_WORDS:
            return self._score(name)
        if name not in DERIVED:
            raise SourceDataError(f"Rules know no fact “{name}”.", hint="Name a variable of the vocabulary.")
        return DERIVED[name].value(self)

    def refused(self, name: str) -> bool:
        """Whether a score does not hold for this patient, whatever else were known."""
        if name not in _SCORE_WORDS:
            return False
        result = self._row(name)
        told = [part for part in str(result.get("problems", "")).split("; ") if part]
        return any(not part.startswith("not known: ") for part in told)

    def code(self, name: str, word: str) -> float:
        """What a word stands for.

        Raises:
            SourceDataError: when it stands for nothing.
        """
        if name == "pce":
            return (0.0, *PCE_BANDS.edges)[PCE_BANDS.names.index(word)]
        choices = {c.word: c.code for c in VOCABULARY[name].choices} if name in VOCABULARY else _YES_NO
        if word not in choices:
            raise SourceDataError(f"“{word}” is no answer to {name}.", hint=f"Use {', '.join(choices)}.")
        return float(choices[word])

    def told(self, name: str) -> str:
        """A disease or medicine in words: ``told of angina``."""
        return told_words(name, self.value(name))

    def needs(self, name: str) -> tuple[str, ...]:
        """Variables of the vocabulary that are not known and that a fact hangs on."""
        if name in VOCABULARY:
            return (name,)
        if name in _SCORE_WORDS:
            missing = str(self._row(name).get("missing", ""))
            return tuple(part for part in missing.split(", ") if part in VOCABULARY)
        return tuple(part for part in DERIVED[name].inputs if self.value(part) != self.value(part))

    def words(self, comparison: Comparison, limits: tuple[float, ...] = ()) -> str:
        """A comparison that holds, as the patient's fact: ``eGFR 41 mL/min/1.73 m²``; empty for what goes unsaid.

        Args:
            comparison: one that holds.
            limits: other values that the fact must stay on its side of.
        """
        name = comparison.name
        if comparison.told == UNKNOWN:
            return f"{inside(VOCABULARY[name].label)} not known" if name in VOCABULARY else ""
        if name in VOCABULARY:
            return self._worded(name, limits)
        if name in _SCORE_WORDS:
            return self._score_words(name)
        return DERIVED[name].words(self)

    def _worded(self, name: str, limits: tuple[float, ...]) -> str:
        variable, value = VOCABULARY[name], self.value(name)
        if variable.kind is Kind.CHOICE:
            return variable.format(value)
        if variable.kind is Kind.YES_NO:
            return told_words(name, value)
        if name == "age":
            return f"{floor(value)} years"
        return f"{inside(variable.label)} {value_text(name, value, limits, self.units)}"

    @cached_property
    def _rows(self) -> dict[str, Mapping[str, Any] | pd.Series]:
        return {name: row_of(result) for name, result in self.scores.items()}

    def _row(self, name: str) -> Mapping[str, Any] | pd.Series:
        return self._rows.get(_SCORE_WORDS[name][0], {})

    def _score(self, name: str) -> float:
        """A score's number; of points with open items the least there can be, where that is enough to decide."""
        row = self._row(name)
        number = float(row.get(_SCORE_WORDS[name][1], nan))
        if number != number and float(row.get("least_points", nan)) >= POINTS_DECIDE:
            return float(row["least_points"])
        return number

    def _score_words(self, name: str) -> str:
        value, label = self.value(name), _SCORE_WORDS[name][2]
        if name == "cha2ds2_va":
            possible = str(self._row(name).get("possible", ""))
            return f"{label} {possible}" if possible else f"{label} {value:g} points"
        return f"{label} {percent_text(value, PCE_BANDS.edges)}"
