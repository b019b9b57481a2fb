"""Validation: any frame with vocabulary columns → a PatientFrame and a list of problems.

Nothing is dropped and nothing is clipped. A value that cannot be used becomes unknown, and a problem names row,
field, value, reason and what to do. A value that looks like another unit is used as it stands and flagged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as shown
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from riskmodels.errors import InputError
from riskmodels.scores.ckd_epi import ckd_epi_2021
from riskmodels.units import Unit, find_unit, from_canonical, to_canonical
from riskmodels.vocabulary import VARIABLES, VOCABULARY, Kind, Variable

#: words that mean "not known" in a cell, lower case
UNKNOWN_WORDS = frozenset({"", "unknown", "na", "n/a", "nan", "none", "null", "missing", "?", "."})
_TRUE_WORDS = {"1": 1.0, "yes": 1.0, "y": 1.0, "true": 1.0, "1.0": 1.0}
_FALSE_WORDS = {"0": 0.0, "no": 0.0, "n": 0.0, "false": 0.0, "0.0": 0.0}


class Severity(StrEnum):
    """What a problem does to the answer."""

    FLAGGED = "flagged"  # the value is used; look at it again
    UNUSED = "unused"  # the value cannot be used: treated as unknown
    ROW = "row"  # nothing can be said about this row


@dataclass(frozen=True)
class Problem:
    """One thing to look at.

    Args:
        row: index label of the row in the checked frame.
        field: variable name.
        value: what was entered, as text.
        reason: what is wrong, a full phrase.
        hint: what to do next.
        severity: what it does to the answer.
    """

    row: Any
    field: str
    value: str = shown(repr=False)
    reason: str = shown(repr=False)
    hint: str = shown(repr=False)
    severity: Severity

    @property
    def text(self) -> str:
        """Reason and hint as one line for the person."""
        return f"{self.reason} {self.hint}".strip()


@dataclass(frozen=True)
class Checked:
    """A PatientFrame, what was derived in it, and its problems.

    Args:
        frame: PatientFrame with every variable of the vocabulary as a float column, rows as given.
        derived: bool frame with the derivable variables; True where the value was computed here.
        problems: in row order.
    """

    frame: pd.DataFrame
    derived: pd.DataFrame
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
        InputError: when a column or a row label stands twice.
        UnitError: when a unit is not one the variable accepts.
    """
    twice = sorted(set(raw.columns[raw.columns.duplicated()]))
    if twice:
        raise InputError(
            f"The column {', '.join(map(str, twice))} stands more than once.",
            hint="Keep one of them.",
        )
    if not raw.index.is_unique:
        raise InputError("The rows have no distinct labels.", hint="Use reset_index() first.")
    units = units or {}
    problems: list[Problem] = []
    columns: dict[str, pd.Series] = {}
    for variable in VARIABLES:
        if variable.name not in raw:
            columns[variable.name] = pd.Series(np.nan, index=raw.index, dtype=float)
            continue
        values, found = check_column(raw[variable.name], variable, units.get(variable.name, ""))
        columns[variable.name] = values
        problems += found
    frame = pd.DataFrame(columns, index=raw.index)
    problems += _check_across(frame)
    derived = _derive(frame)
    problems += _needed(frame)
    order = {label: i for i, label in enumerate(frame.index)}
    return Checked(frame, derived, sorted(problems, key=lambda p: order[p.row]))


def check_column(raw: pd.Series, variable: Variable, unit: str = "") -> tuple[pd.Series, list[Problem]]:
    """Validate one column.

    Args:
        raw: numbers or words as entered.
        variable: what the column holds.
        unit: unit symbol of the numbers; empty for the canonical one.

    Returns:
        The canonical float column with NaN where a value is unknown or unusable, and its problems.
    """
    if variable.kind is Kind.NUMBER:
        return _check_numbers(raw, variable, find_unit(variable.units, unit) if unit else variable.units[0])
    return _check_choices(raw, variable)


def _texts(raw: pd.Series) -> pd.Series:
    return raw.astype("string").str.strip().fillna("")


def _check_numbers(raw: pd.Series, variable: Variable, unit: Unit) -> tuple[pd.Series, list[Problem]]:
    numbers = pd.to_numeric(raw, errors="coerce").astype(float)
    if raw.dtype.kind in "fiub":
        unreadable = pd.Series(False, index=raw.index)
    else:
        texts = _texts(raw)
        unreadable = numbers.isna() & ~texts.str.lower().isin(UNKNOWN_WORDS)
    values = to_canonical(numbers, unit)
    low, high = variable.plausible
    # a printed limit such as 8.9 mmol/L may lie a rounding away from the canonical limit
    slack = 1e-9 * max(abs(low), abs(high))
    outside = values.notna() & ~values.between(low - slack, high + slack)
    problems = [
        Problem(
            row,
            variable.name,
            str(raw.loc[row]),
            f"{variable.label} is not a number.",
            f"Enter a number in {unit.symbol} or leave it empty.",
            Severity.UNUSED,
        )
        for row in raw.index[unreadable]
    ]
    for row in raw.index[outside]:
        problems.append(_outside(row, float(numbers.loc[row]), variable, unit))
    for row, other in _suspects(numbers[values.notna() & ~outside], variable, unit):
        problems.append(_other_unit(row, float(numbers.loc[row]), variable, unit, other))
    return values.mask(outside), problems


def limits(variable: Variable, unit: Unit) -> tuple[float, float]:
    """Plausible range in ``unit``, rounded inward to what a field in that unit can show."""
    low, high = (float(from_canonical(v, unit)) for v in variable.plausible)
    scale = 10**unit.decimals
    return float(np.ceil(low * scale - 1e-9) / scale), float(np.floor(high * scale + 1e-9) / scale)


def _outside(row: Any, number: float, variable: Variable, unit: Unit) -> Problem:
    low, high = limits(variable, unit)
    reason = f"{variable.label} {number:g} {unit.symbol} is outside {low:g}–{high:g}."
    others = [
        other for other in variable.units if other != unit and _within(to_canonical(number, other), variable.usual)
    ]
    slipped = [s for s in (number / 10, number * 10) if _within(to_canonical(s, unit), variable.usual)]
    if others:
        hint = f"Did you mean {number:g} {others[0].symbol}? It is not used."
    elif slipped:
        hint = f"Did you mean {slipped[0]:g}? It is not used."
    else:
        hint = "Check the value and its unit. It is not used."
    return Problem(row, variable.name, f"{number:g}", reason, hint, Severity.UNUSED)


def _within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]


def _suspects(numbers: pd.Series, variable: Variable, unit: Unit) -> Iterator[tuple[Any, Unit]]:
    """Rows whose number is unusual in its unit and usual in another one."""
    unusual = numbers[~to_canonical(numbers, unit).between(*variable.usual)]
    for row, number in unusual.items():
        for other in variable.units:
            if other != unit and _within(to_canonical(float(number), other), variable.usual):
                yield row, other
                break


def _other_unit(row: Any, number: float, variable: Variable, unit: Unit, other: Unit) -> Problem:
    return Problem(
        row,
        variable.name,
        f"{number:g}",
        f"{variable.label} {number:g} {unit.symbol} is unusual; {number:g} {other.symbol} would not be.",
        "Check the unit. The value is used as entered.",
        Severity.FLAGGED,
    )


def _check_choices(raw: pd.Series, variable: Variable) -> tuple[pd.Series, list[Problem]]:
    texts = _texts(raw).str.lower()
    codes = {c.word: c.code for c in variable.choices}
    codes |= {f"{c.code:g}": c.code for c in variable.choices}
    codes |= {f"{c.code:.1f}": c.code for c in variable.choices}
    if variable.kind is Kind.YES_NO:
        codes |= _TRUE_WORDS | _FALSE_WORDS
    values = texts.map(codes).astype(float)
    unreadable = values.isna() & ~texts.isin(UNKNOWN_WORDS)
    accepted = ", ".join(c.word for c in variable.choices)
    problems = [
        Problem(
            row,
            variable.name,
            str(raw.loc[row]),
            f"{variable.label} is not one of its answers.",
            f"Use {accepted}, or leave it empty.",
            Severity.UNUSED,
        )
        for row in raw.index[unreadable]
    ]
    return values, problems


#: pairs (smaller, larger) that must be in this order in one person
ORDERED_PAIRS = (
    ("diastolic_bp", "systolic_bp"),
    ("hdl_cholesterol", "total_cholesterol"),
    ("ldl_cholesterol", "total_cholesterol"),
)


def _check_across(frame: pd.DataFrame) -> list[Problem]:
    """Values that contradict each other. Both become unknown (in place): which one is wrong cannot be told."""
    problems = []
    for smaller, larger in ORDERED_PAIRS:
        wrong = frame[smaller] >= frame[larger]
        first, second = VOCABULARY[smaller], VOCABULARY[larger]
        for row, *values in frame.loc[wrong, [smaller, larger]].itertuples():
            reason = (
                f"{first.label} {first.format(values[0])} is not below "
                f"{second.label.lower()} {second.format(values[1])}."
            )
            for variable, value in zip((first, second), values, strict=True):
                problems.append(
                    Problem(
                        row,
                        variable.name,
                        f"{value:g}",
                        reason,
                        "Check both. Neither is used.",
                        Severity.UNUSED,
                    )
                )
        frame.loc[wrong, [smaller, larger]] = np.nan
    return problems


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
