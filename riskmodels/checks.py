"""Validation: any frame with vocabulary columns → a PatientFrame and a list of problems.

Nothing is dropped and nothing is clipped. A value that cannot be used becomes unknown, and a problem names row,
field, value, reason and what to do. A value that looks like another unit is used as it stands and flagged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as shown
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from riskmodels.column_checks import UNKNOWN_WORDS, Problem, Severity, check_column, limits
from riskmodels.errors import InputError, UnitError
from riskmodels.scores.ckd_epi import ckd_epi_2021
from riskmodels.units import Unit, find_unit
from riskmodels.vocabulary import VARIABLES, VOCABULARY

__all__ = [
    "ORDERED_PAIRS",
    "UNKNOWN_WORDS",
    "Checked",
    "Problem",
    "Severity",
    "check",
    "check_column",
    "check_together",
    "limits",
]

#: pairs (smaller, larger) that must be in this order in one person
ORDERED_PAIRS = (
    ("diastolic_bp", "systolic_bp"),
    ("hdl_cholesterol", "total_cholesterol"),
    ("ldl_cholesterol", "total_cholesterol"),
)


@dataclass(frozen=True)
class Checked:
    """A PatientFrame, what was derived in it, and its problems.

    Args:
        frame: PatientFrame with every variable of the vocabulary as a float column, rows as given.
        derived: bool frame with the derivable variables; True where the value was computed here.
        problems: in row order.
    """

    frame: pd.DataFrame = shown(repr=False)
    derived: pd.DataFrame = shown(repr=False)
    problems: list[Problem]

    def of_row(self, row: Any) -> list[Problem]:
        """Problems of one row."""
        return [p for p in self.problems if p.row == row]

    def table(self) -> pd.DataFrame:
        """Problems as a table: row, field, value, problem, what to do, effect."""
        return pd.DataFrame(
            [(p.row, p.field, p.value, p.reason, p.hint, p.severity.value) for p in self.problems],
            columns=["row", "field", "value", "problem", "what to do", "effect"],
        )


def check(raw: pd.DataFrame, units: dict[str, str] | None = None) -> Checked:
    """Validate a frame and derive what can be derived.

    Args:
        raw: columns named as in the vocabulary (others are ignored), numbers or words.
        units: unit symbol by variable where the column is not in the canonical unit.

    Returns:
        :class:`Checked`: same index as ``raw``, every variable present.

    Raises:
        InputError: when a column or a row label stands twice, or a unit is given for what is no variable.
        UnitError: when a unit is not one the variable accepts.
    """
    _refuse_ambiguous(raw)
    chosen = _chosen_units(units or {})
    problems: list[Problem] = []
    columns: dict[str, pd.Series] = {}
    for variable in VARIABLES:
        if variable.name not in raw:
            columns[variable.name] = pd.Series(np.nan, index=raw.index, dtype=float)
            continue
        unit = chosen.get(variable.name)
        values, found = check_column(raw[variable.name], variable, unit.symbol if unit else "")
        columns[variable.name] = values
        problems += found
    return check_together(pd.DataFrame(columns, index=raw.index), problems, chosen)


def check_together(frame: pd.DataFrame, problems: list[Problem], units: Mapping[str, Unit]) -> Checked:
    """What a row says as a whole, once each column was checked by :func:`check_column`.

    Args:
        frame: every variable as a canonical float column; changed in place.
        problems: those of the columns.
        units: unit by variable that values are told in; canonical where absent.

    Returns:
        :class:`Checked` with contradictions resolved, BMI and eGFR derived, and all problems in row order.
    """
    found = [*problems, *_check_across(frame, units)]
    derived = _derive(frame)
    found += _flag_contradictions(frame)
    found += _needed(frame)
    return Checked(frame, derived, _in_row_order(found, frame.index))


def _refuse_ambiguous(raw: pd.DataFrame) -> None:
    twice = sorted(map(str, set(raw.columns[raw.columns.duplicated()])))
    if twice:
        several = len(twice) > 1
        raise InputError(
            f"The column{'s' if several else ''} {', '.join(twice)} stand{'' if several else 's'} more than once.",
            hint="Keep one of each." if several else "Keep one of them.",
        )
    if not raw.index.is_unique:
        raise InputError("The rows have no distinct labels.", hint="Use reset_index() first.")


def _chosen_units(units: Mapping[str, str]) -> dict[str, Unit]:
    """The unit by variable; a name or a unit that is not known is refused, never read as the canonical unit."""
    chosen = {}
    for name, symbol in units.items():
        if name not in VOCABULARY:
            raise InputError(f"A unit is given for “{name}”, which is not a variable.", hint="Correct its name.")
        if not symbol:
            continue
        try:
            chosen[name] = find_unit(VOCABULARY[name].units, symbol)
        except UnitError as error:
            raise UnitError(f"{VOCABULARY[name].label}: {error.message}", hint=error.hint) from None
    return chosen


def _in_row_order(problems: list[Problem], index: pd.Index) -> list[Problem]:
    if not problems:
        return []
    rows = [p.row for p in problems]
    several = isinstance(index, pd.MultiIndex)
    labels = pd.MultiIndex.from_tuples(rows) if several else pd.Index(rows, dtype=index.dtype, tupleize_cols=False)
    places = index.get_indexer(labels)
    return [problems[i] for i in np.argsort(places, kind="stable")]


def _check_across(frame: pd.DataFrame, units: Mapping[str, Unit]) -> list[Problem]:
    """Values that contradict each other. Both become unknown (in place): which one is wrong cannot be told."""
    problems = []
    contradicting = {pair: frame[pair[0]] >= frame[pair[1]] for pair in ORDERED_PAIRS}
    for pair, wrong in contradicting.items():
        words = cache(lambda *values, pair=pair: _not_in_order(pair, values, units))
        for row, *values in frame.loc[wrong, list(pair)].itertuples():
            texts, reason = words(*values)
            for name, text in zip(pair, texts, strict=True):
                problems.append(Problem(row, name, text, reason, "Check both. Neither is used.", Severity.UNUSED))
    for pair, wrong in contradicting.items():
        frame.loc[wrong, list(pair)] = np.nan
    return problems


def _not_in_order(
    pair: tuple[str, str], values: tuple[float, ...], units: Mapping[str, Unit]
) -> tuple[tuple[str, str], str]:
    """Both values in the units they were entered in, and the sentence that sets them against each other."""
    smaller, larger = (VOCABULARY[name] for name in pair)
    texts = (
        smaller.format(values[0], units.get(smaller.name)),
        larger.format(values[1], units.get(larger.name)),
    )
    second = larger.label[0].lower() + larger.label[1:]
    return texts, f"{smaller.label} {texts[0]} is not below {second} {texts[1]}."


def _derive(frame: pd.DataFrame) -> pd.DataFrame:
    """Fill BMI and eGFR where absent (in place); True where a value was computed."""
    bmi = frame["weight"] / (frame["height"] / 100) ** 2
    egfr = ckd_epi_2021(frame["creatinine"], frame["age"], frame["sex"])
    egfr = egfr.where(frame["pregnancy"] != 1)
    derived = pd.DataFrame(index=frame.index)
    for name, values in (("bmi", bmi), ("egfr", egfr)):
        fits = values.between(*VOCABULARY[name].plausible)
        derived[name] = frame[name].isna() & fits
        frame[name] = frame[name].where(~derived[name], values)
    return derived


#: a body mass index further than this from weight ÷ height² is flagged, kg/m²
BMI_TOLERANCE = 1.0


def _flag_contradictions(frame: pd.DataFrame) -> list[Problem]:
    """Values that do not go together but can each be true of somebody: used, and flagged."""
    computed = frame["weight"] / (frame["height"] / 100) ** 2
    other_bmi = (frame["bmi"] - computed).abs() > BMI_TOLERANCE
    pregnant_man = (frame["pregnancy"] == 1) & (frame["sex"] == 1)
    found = [
        Problem(
            row,
            "bmi",
            VOCABULARY["bmi"].format(entered),
            f"Body mass index {entered:.1f} is not weight ÷ height², which is {expected:.1f}.",
            "Check all three. The index is used as entered.",
            Severity.FLAGGED,
        )
        for row, entered, expected in zip(
            frame.index[other_bmi], frame.loc[other_bmi, "bmi"], computed[other_bmi], strict=True
        )
    ]
    return found + [
        Problem(
            row,
            "pregnancy",
            "yes",
            "Sex is male and pregnant now is yes.",
            "Check both. Both are used.",
            Severity.FLAGGED,
        )
        for row in frame.index[pregnant_man]
    ]


def _needed(frame: pd.DataFrame) -> list[Problem]:
    return [
        Problem(
            row,
            name,
            "",
            f"{VOCABULARY[name].label} is not known.",
            "Enter it: without age and sex nothing is estimated.",
            Severity.ROW,
        )
        for name in ("age", "sex")
        for row in frame.index[frame[name].isna()]
    ]
