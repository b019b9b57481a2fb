"""Validation: any frame with vocabulary columns → a PatientFrame and a list of problems.

Nothing is dropped and nothing is clipped. A value that cannot be used becomes unknown, and a problem names row,
field, value, reason and what to do. A value that looks like another unit, by itself or beside the other facts of its
row, is used as it stands and flagged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as shown
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.checks.columns import Problem, Severity, check_cells
from riskmodels.checks.slips import find_slips
from riskmodels.columns import Columns, Floats
from riskmodels.errors import InputError, UnitError
from riskmodels.scores.ckd_epi import equation as ckd_epi
from riskmodels.units import Unit, find_unit
from riskmodels.vocabulary import VARIABLES, VOCABULARY

#: pairs (smaller, larger) that must be in this order in one person
ORDERED_PAIRS = (
    ("diastolic_bp", "systolic_bp"),
    ("hdl_cholesterol", "total_cholesterol"),
    ("ldl_cholesterol", "total_cholesterol"),
)
_NAMES = pd.Index([variable.name for variable in VARIABLES])


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
    given, values = Columns.of(raw), {}
    for variable in VARIABLES:
        cells = given.cells(variable.name)
        if cells is None:
            values[variable.name] = np.full(len(raw), np.nan)
            continue
        values[variable.name], found = check_cells(cells, raw.index, variable, chosen.get(variable.name))
        problems += found
    return _checked(values, raw.index, problems, chosen)


def check_together(frame: pd.DataFrame, problems: list[Problem], units: Mapping[str, Unit]) -> Checked:
    """What a row says as a whole, once each column was checked by :func:`check_column`.

    Args:
        frame: every variable as a canonical float column.
        problems: those of the columns.
        units: unit by variable that values are told in; canonical where absent.

    Returns:
        :class:`Checked` with contradictions resolved, BMI and eGFR derived, and all problems in row order.
    """
    values = {v.name: frame[v.name].to_numpy(dtype=np.float64, copy=True) for v in VARIABLES}
    return _checked(values, frame.index, problems, units)


def _checked(values: dict[str, Floats], index: pd.Index, problems: list[Problem], units: Mapping[str, Unit]) -> Checked:
    """:func:`check_together` of every variable's values, which are changed in place."""
    found = [*problems, *_check_across(values, index, units)]
    derived = _derive(values)
    found += _flag_contradictions(values, index)
    found += find_slips(values, index, units, ((p.row, p.field) for p in found))
    found += _needed(values, index)
    frame = pd.DataFrame(np.stack([values[name] for name in _NAMES]).T, index=index, columns=_NAMES, copy=False)
    return Checked(frame, pd.DataFrame(derived, index=index), _in_row_order(found, index))


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
            chosen[name] = find_unit(VOCABULARY[name].accepted, symbol)
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


def _check_across(values: dict[str, Floats], index: pd.Index, units: Mapping[str, Unit]) -> list[Problem]:
    """Values that contradict each other. Both become unknown (in place): which one is wrong cannot be told."""
    problems = []
    contradicting = {pair: np.flatnonzero(values[pair[0]] >= values[pair[1]]) for pair in ORDERED_PAIRS}
    for pair, at in contradicting.items():
        words = cache(lambda *entered, pair=pair: _not_in_order(pair, entered, units))
        for row, *entered in zip(index[at], *(values[name][at].tolist() for name in pair), strict=True):
            texts, reason = words(*entered)
            for name, text in zip(pair, texts, strict=True):
                problems.append(Problem(row, name, text, reason, "Check both. Neither is used.", Severity.UNUSED))
    for pair, at in contradicting.items():
        for name in pair:
            values[name][at] = np.nan
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


def _derive(values: dict[str, Floats]) -> dict[str, npt.NDArray[np.bool_]]:
    """Fill BMI and eGFR where absent (in place); True where a value was computed."""
    egfr = ckd_epi(values["creatinine"], values["age"], values["sex"])
    computed = {"bmi": _body_mass(values), "egfr": np.where(values["pregnancy"] == 1, np.nan, egfr)}
    derived = {}
    for name, new in computed.items():
        low, high = VOCABULARY[name].plausible
        derived[name] = np.isnan(values[name]) & (new >= low) & (new <= high)
        values[name] = np.where(derived[name], new, values[name])
    return derived


def _body_mass(values: Mapping[str, Floats]) -> Floats:
    return values["weight"] / (values["height"] / 100) ** 2


#: a body mass index further than this from weight ÷ height² is flagged, kg/m²
BMI_TOLERANCE = 1.0


def _flag_contradictions(values: Mapping[str, Floats], index: pd.Index) -> list[Problem]:
    """Values that do not go together but can each be true of somebody: used, and flagged."""
    computed = _body_mass(values)
    other_bmi = np.flatnonzero(np.abs(values["bmi"] - computed) > BMI_TOLERANCE)
    pregnant_man = np.flatnonzero((values["pregnancy"] == 1) & (values["sex"] == 1))
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
            index[other_bmi], values["bmi"][other_bmi].tolist(), computed[other_bmi].tolist(), strict=True
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
        for row in index[pregnant_man]
    ]


def _needed(values: Mapping[str, Floats], index: pd.Index) -> list[Problem]:
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
        for row in index[np.isnan(values[name])]
    ]
