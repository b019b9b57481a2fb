"""What a measurement answers: where HbA1c or fasting glucose is known, its criterion is met or not, whatever is likely.

Decided here once, for one patient and for a million rows; :mod:`riskmodels.assessment` puts it in the place of the
probability. Glucose decides after eight hours without calories; nothing decides in pregnancy or in someone already told
of diabetes (see :mod:`riskmodels.criteria`). A value known to be older than three months is told with its date and
decides nothing; one without a date is of now.

Source: as :mod:`riskmodels.criteria`; two tests that disagree: section 2, “Confirming the diagnosis”.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from riskmodels.columns import Columns, Floats
from riskmodels.criteria import (
    FASTING_DIABETES,
    FASTING_PREDIABETES,
    HBA1C_DIABETES,
    HBA1C_PREDIABETES,
    HOURS_FASTING,
    LIMITS,
    TOLD,
    reached,
    worded_value,
)
from riskmodels.units import Unit, from_canonical, to_canonical
from riskmodels.vocabulary import VOCABULARY

Flags = npt.NDArray[np.bool_]
Levels = npt.NDArray[np.int8]
Texts = npt.NDArray[np.object_]
#: date of a value, of every row or (n,)
Old = str | Texts

#: the outcomes that a measurement answers
ANSWERED = ("diabetes", "dysglycaemia")
TESTS = ("hba1c", "glucose")
#: what stands in the words of a criterion that is met
MEETS = "meets the ADA criterion"
#: why no probability is given where one does
BY_MEASUREMENT = "answered by a measurement"
#: months after which a value whose date is known decides nothing any more
RECENT = 3
#: limits by test, canonical units: of prediabetes, of diabetes
_LIMITS = {
    "hba1c": (HBA1C_PREDIABETES, HBA1C_DIABETES),
    "glucose": (FASTING_PREDIABETES, FASTING_DIABETES),
}
_DISEASE = ("", "prediabetes", "diabetes")
#: what follows the sentence of one test, by the level reached
_ONE = (".", ".", "; confirm with a second test.")
#: and that of two tests which reach the same level
_AGREE = (".", ".", ". Two different tests that agree confirm each other; the diagnosis is the clinician's.")
#: and that of two which do not: the higher of them is repeated
_DISAGREE = (". They disagree: repeat fasting glucose.", ". They disagree: repeat HbA1c.")


def old_values(whens: Mapping[str, str], today: date) -> dict[str, str]:
    """Which values are too old to say how things are now.

    Args:
        whens: ISO date of the measurement by variable, as exactly as it was told (``2024``, ``2024-05``,
            ``2024-05-17``); empty where it is not known.
        today: the day of the answer.

    Returns:
        Those of them more than :data:`RECENT` months old, counted from the first day it can have been.
    """
    return {name: when for name, when in whens.items() if name in TESTS and when and _is_old(when, today)}


def _is_old(when: str, today: date) -> bool:
    day = date(*[*map(int, when.split("-")), 1, 1][:3])
    return ((today.year - day.year) * 12 + today.month - day.month, today.day) > (RECENT, day.day)


@dataclass(frozen=True)
class Reading:
    """What one test says to one patient.

    Args:
        name: of the test.
        value: the patient's, canonical unit.
        limit: the one it is held against, canonical unit.
        disease: what that limit is of, “prediabetes” or “diabetes”.
        met: whether it is reached.
        when: date as told of a value that is too old to decide; empty for one that does.
    """

    name: str
    value: float = field(repr=False)
    limit: float = field(repr=False)
    disease: str = field(repr=False)
    met: bool = field(repr=False)
    when: str = field(default="", repr=False)

    @property
    def level(self) -> int:
        """0 where its limit is not reached, 1 for prediabetes, 2 for diabetes."""
        return _DISEASE.index(self.disease) if self.met else 0


class Measured:
    """Which of n rows a measurement answers, and in which words.

    Args:
        facts: PatientFrame of n rows, as columns.
        units: unit to word a value in, by variable; canonical where absent.
        old: date as told, by variable, of values that are too old to decide: of every row, or (n,) with an empty text
            where one is not.
    """

    def __init__(
        self, facts: Columns, units: Mapping[str, Unit] | None = None, old: Mapping[str, Old] | None = None
    ) -> None:
        self._facts, self._units = facts, units or {}
        self._old = {n: np.broadcast_to(np.asarray(when, dtype=object), facts.rows) for n, when in (old or {}).items()}
        untold = np.logical_and.reduce([facts[name] != 1 for name in (*TOLD, "pregnancy")])
        fasting = facts["fasting_hours"] >= HOURS_FASTING
        known = {
            "hba1c": untold & ~np.isnan(facts["hba1c"]),
            "glucose": untold & fasting & ~np.isnan(facts["glucose"]),
        }
        self._aged: dict[str, Flags] = {name: known[name] & (when != "") for name, when in self._old.items()}
        self._known: dict[str, Flags] = {
            n: rows & ~self._aged[n] if n in self._aged else rows for n, rows in known.items()
        }

    def decides(self, outcome: str) -> Flags:
        """(n,) whether a measurement answers an outcome."""
        none = np.zeros(self._facts.rows, dtype=np.bool_)
        return self._known["hba1c"] | self._known["glucose"] if outcome in ANSWERED else none

    def meets(self, outcome: str) -> Flags:
        """(n,) whether a measurement that decides meets the outcome's criterion: HbA1c, fasting glucose or both."""
        levels = np.maximum(self._level("hba1c", outcome), self._level("glucose", outcome))
        return self.decides(outcome) & (levels > 0)

    def words(self, outcome: str) -> Texts:
        """(n,) what a measurement says to an outcome, old ones with their date; empty where none is known."""
        texts = np.full(self._facts.rows, "", dtype=object)
        if outcome not in ANSWERED:
            return texts
        a1c, glucose = (self._known[name] for name in TESTS)
        self._write_one(texts, "hba1c", outcome, a1c & ~glucose)
        self._write_one(texts, "glucose", outcome, glucose & ~a1c)
        self._write_two(texts, outcome, a1c & glucose)
        return self._with_old(texts, outcome) if self._old else texts

    def readings(self, outcome: str, row: int = 0) -> tuple[Reading, ...]:
        """What :meth:`words` says of one row, for another language: tests that decide, then old ones."""
        if outcome not in ANSWERED:
            return ()
        fresh = [self._reading(name, outcome, row, "") for name in TESTS if self._known[name][row]]
        aged = [n for n in TESTS if n in self._aged and self._aged[n][row]]
        return (*fresh, *(self._reading(name, outcome, row, str(self._old[name][row])) for name in aged))

    def _reading(self, name: str, outcome: str, row: int, when: str) -> Reading:
        value = float(self._facts[name][row])
        limit, disease = _held_against(name, value, _graded(outcome))
        return Reading(name, value, limit, disease, bool(reached(name, value, limit)), when)

    def _level(self, name: str, outcome: str) -> Levels:
        """(n,) what a test reaches of an outcome: 0 none of it, 1 prediabetes, 2 diabetes."""
        known = self._known[name]
        lower, upper = (known & reached(name, self._facts[name], limit) for limit in _LIMITS[name])
        return np.where(upper, 2, lower & _graded(outcome)).astype(np.int8)

    def _write_one(self, texts: Texts, name: str, outcome: str, rows: Flags) -> None:
        if rows.any():
            texts[rows] = self._phrases(name, outcome, rows, True) + _chosen(_ONE, self._level(name, outcome)[rows])

    def _write_two(self, texts: Texts, outcome: str, rows: Flags) -> None:
        if not rows.any():
            return
        first, second = (self._level(name, outcome)[rows] for name in TESTS)
        disagree = _chosen(_DISAGREE, (first > second).astype(np.int8))
        tail = np.where(first == second, _chosen(_AGREE, first), disagree)
        spoken = self._phrases("hba1c", outcome, rows, True), self._phrases("glucose", outcome, rows, False)
        texts[rows] = spoken[0] + "; " + spoken[1] + tail

    def _phrases(self, name: str, outcome: str, rows: Flags, first: bool) -> Texts:
        """What one test says in some rows, made once for each value."""
        unit = self._units.get(name, VOCABULARY[name].units[0])
        values, which = np.unique(_as_shown(name, self._facts[name][rows], unit), return_inverse=True)
        spoken = [_phrase(name, value, _graded(outcome), unit, "") for value in values.tolist()]
        return np.array([text if first else _inside(text) for text in spoken], dtype=object)[which]

    def _with_old(self, texts: Texts, outcome: str) -> Texts:
        """The sentences with those of old values after them."""
        for row, before in enumerate(texts.tolist()):
            names = [name for name in TESTS if name in self._aged and self._aged[name][row]]
            told = [self._old_phrase(name, outcome, row) for name in names]
            age = f"{'They are' if len(told) > 1 else 'It is'} more than {RECENT} months old."
            texts[row] = " ".join([*([before] if before else []), *told, *([age] if told else [])])
        return texts

    def _old_phrase(self, name: str, outcome: str, row: int) -> str:
        unit = self._units.get(name, VOCABULARY[name].units[0])
        return f"{_phrase(name, float(self._facts[name][row]), _graded(outcome), unit, self._old[name][row])}."


def _as_shown(name: str, values: Floats, unit: Unit) -> Floats:
    """Values that are worded alike made equal; halves, and those that rounding takes over a limit, stay as they are."""
    scale = 10.0**unit.decimals
    steps = np.asarray(from_canonical(values, unit)) * scale
    near_half = np.abs(np.abs(steps - np.floor(steps)) - 0.5) < 1e-6
    shown = np.asarray(to_canonical(np.rint(steps) / scale, unit))
    moved = np.logical_or.reduce([reached(name, values, at) != reached(name, shown, at) for at in LIMITS[name]])
    return np.where(near_half | moved, values, shown)


def _graded(outcome: str) -> bool:
    """Whether prediabetes counts for an outcome as well."""
    return outcome == "dysglycaemia"


def _chosen(texts: tuple[str, ...], places: Levels) -> Texts:
    return np.array(texts, dtype=object)[places]


def _held_against(name: str, value: float, graded: bool) -> tuple[float, str]:
    """The limit that a test is held against, and what it is the limit of."""
    lower, upper = _LIMITS[name]
    limit = lower if graded and not reached(name, value, upper) else upper
    return limit, _DISEASE[2 if limit == upper else 1]


def _inside(sentence: str) -> str:
    return f"{sentence[0].lower()}{sentence[1:]}"


@lru_cache(maxsize=16_384)
def _phrase(name: str, value: float, graded: bool, unit: Unit, when: str) -> str:
    """What one test says: ``HbA1c 12.0 % meets the ADA criterion for diabetes (from 6.5 %)``."""
    shown = worded_value(name, value, {name: unit})
    spoken = f"Fasting {_inside(shown)}" if name == "glucose" else shown
    limit, disease = _held_against(name, value, graded)
    met = reached(name, value, limit)
    start = f"(from {VOCABULARY[name].format(limit, unit)})"
    if when:
        verb = "met the ADA criterion" if met else "was below the criterion"
        return f"{spoken} of {when} {verb} for {disease} {start}"
    return f"{spoken}{f' {MEETS}' if met else ': below the criterion'} for {disease} {start}"
