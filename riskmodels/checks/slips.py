"""Numbers that another unit would explain: a weight of 176 kg with a waist of 88 cm may be 176 lb. It asks, no more.

Weight is held against height and waist, UACR and CRP against percentiles, of US adults (data/reference/unit_slips.md).
A number is asked about when almost nobody has it in its unit, given the other facts, and it would be usual in another.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels import ROOT
from riskmodels.checks.columns import Meant, Problem, Severity
from riskmodels.columns import Floats
from riskmodels.units import Unit, from_canonical, to_canonical
from riskmodels.vocabulary import VOCABULARY, Variable, inside

PATH = ROOT / "data" / "reference" / "unit_slips.json"
_HINT = "Check the unit. The value is used as entered."


@dataclass(frozen=True)
class Relation:
    """What a number is among people with the same other facts: its logarithm, by sex.

    Args:
        variable: the number.
        given: the other facts; the logarithm of each is used.
        by_age: whether age and its square are used too.
        coefficients: of 1, age/100, (age/100)² and the logarithms, by code of sex; 0 where a number is held against
            percentiles alone.
        rare: logarithms away from what is expected that next to nobody is beyond; infinite where many are.
        usual: the same, for nearly everybody.
    """

    variable: str
    given: tuple[str, ...]
    by_age: bool
    coefficients: dict[int, tuple[float, ...]]
    rare: tuple[float, float]
    usual: tuple[float, float]

    @property
    def needs(self) -> tuple[str, ...]:
        """Every fact without which nothing can be said."""
        return (self.variable, "sex", *(("age",) if self.by_age else ()), *self.given)

    def away(self, values: Mapping[str, Floats]) -> Floats:
        """Logarithm of the number less what is expected, NaN where a fact is unknown."""
        design = self.design(values)
        chosen = [np.where(values["sex"] == code, 1.0, 0.0) for code in self.coefficients]
        known = np.where(np.sum(chosen, axis=0) == 1, 0.0, np.nan)
        beta = np.array(list(self.coefficients.values()))
        expected = np.einsum("sn,sn->n", np.array(chosen), beta @ np.nan_to_num(design))
        return np.asarray(np.log(values[self.variable]) - expected + known + 0 * design.sum(axis=0))

    def design(self, values: Mapping[str, Floats]) -> Floats:
        """(terms, n): what the coefficients are of."""
        age = values["age"] / 100
        terms = [np.ones(len(age)), *((age, age**2) if self.by_age else ())]
        return np.array([*terms, *(np.log(values[name]) for name in self.given)])


@dataclass(frozen=True)
class Slips:
    """Relations, the first whose facts are known being used, and the median of each number.

    Args:
        relations: of one number those with more facts first.
        medians: by variable, in canonical units.
    """

    relations: tuple[Relation, ...]
    medians: dict[str, float]


@cache
def read_slips(path: Path = PATH) -> Slips:
    """What ``python -m riskmodels.shipping.fit_slips`` wrote."""
    held = json.loads(path.read_text(encoding="utf-8"))
    return Slips(tuple(map(_relation, held["relations"])), held["medians"])


def _relation(held: dict[str, Any]) -> Relation:
    coefficients = {int(code): tuple(values) for code, values in held["coefficients"].items()}
    low, high = held["rare"]
    rare = (-np.inf if low is None else low, np.inf if high is None else high)
    usual = (float(held["usual"][0]), float(held["usual"][1]))
    return Relation(held["variable"], tuple(held["given"]), held["by_age"], coefficients, rare, usual)


def find_slips(
    values: Mapping[str, Floats],
    index: pd.Index,
    units: Mapping[str, Unit],
    asked: Iterable[tuple[Any, str]] = (),
    slips: Slips | None = None,
) -> list[Problem]:
    """A question for each number that another unit would explain; no value is changed.

    Args:
        values: every variable in its canonical unit, NaN unknown.
        index: label of each row.
        units: the unit that a variable was entered in; canonical where absent.
        asked: (row, variable) that something was said of already.
        slips: relations; the shipped ones when None.
    """
    found, relations = [], (slips or read_slips()).relations
    said = set(asked)
    settled: dict[str, npt.NDArray[np.bool_]] = {}
    for relation in relations:
        done = settled.setdefault(relation.variable, np.isnan(values[relation.variable]))
        if done.all():
            continue
        at = np.flatnonzero(~done & _known(relation, values))
        if not len(at):
            continue
        done[at] = True
        mine = {name: values[name][at] for name in ("age", *relation.needs)}
        found += _of(relation, mine, index[at], units, said)
    return found


def _known(relation: Relation, values: Mapping[str, Floats]) -> npt.NDArray[np.bool_]:
    # of a pregnant woman weight and waist go together otherwise
    known = np.logical_and.reduce([values["pregnancy"] != 1, *(~np.isnan(values[name]) for name in relation.needs)])
    return np.asarray(known, dtype=np.bool_)


def _of(
    relation: Relation,
    values: Mapping[str, Floats],
    index: pd.Index,
    units: Mapping[str, Unit],
    said: set[tuple[Any, str]],
) -> list[Problem]:
    variable = VOCABULARY[relation.variable]
    unit = units.get(variable.name, variable.units[0])
    number = from_canonical(values[variable.name], unit)
    problems = []
    for other in variable.units:
        if other == unit:
            continue
        for i in np.flatnonzero(slipped(relation, values, unit, other)).tolist():
            if (index[i], variable.name) not in said:
                one = float(number[i])
                words, meant = _question(relation, values, i, one, units, unit, other), Meant(one, other.symbol)
                problems.append(Problem(index[i], variable.name, f"{one:.4g}", words, _HINT, Severity.FLAGGED, meant))
    return problems


def slipped(relation: Relation, values: Mapping[str, Floats], unit: Unit, other: Unit) -> npt.NDArray[np.bool_]:
    """Where the number is rare in its unit and usual in the other.

    Args:
        relation: what it is held against.
        values: canonical, all that the relation needs known.
        unit, other: as entered, and as perhaps meant.
    """
    number = from_canonical(values[relation.variable], unit)
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = np.log(to_canonical(number, other) / values[relation.variable])
        away = relation.away(values)
    rare = (away < relation.rare[0]) | (away > relation.rare[1])
    return rare & (away + factor > relation.usual[0]) & (away + factor < relation.usual[1])


def _question(
    relation: Relation, values: Mapping[str, Floats], at: int, number: float, units: Mapping[str, Unit], *two: Unit
) -> str:
    unit, other = two
    variable, entered = VOCABULARY[relation.variable], f"{number:.4g}"
    facts = [_fact(VOCABULARY[name], float(values[name][at]), units.get(name)) for name in relation.given]
    beside = f" with {' and '.join(facts)}" if facts else " is rare"
    shown = variable.format(float(to_canonical(number, other)), unit)
    return f"{variable.label} {entered} {unit.symbol}{beside}: is it {entered} {other.symbol} ({shown})?"


def _fact(variable: Variable, value: float, unit: Unit | None) -> str:
    return f"{inside(variable.label)} {variable.format(value, unit)}"


#: numbers that are high as told are doubted only where the other unit puts their median so near to US adults': a clinic
#: of sick people has high numbers, none has a half of its people below nearly all US adults
_NEAR = float(np.log(1.6))


def doubtful_unit(values: Floats, variable: Variable, told: Unit, slips: Slips | None = None) -> Unit | None:
    """The unit in which the middle of a column would be as among US adults, when in the told one it is far from that.

    Args:
        values: the column's numbers as they stand, without NaN.
        variable: what it holds.
        told: the unit that its name says.
        slips: with the medians; the shipped ones when None.

    Returns:
        That other unit; None when the told one is as near, or nothing is known of the variable.
    """
    usual = (slips or read_slips()).medians.get(variable.name)
    middle = float(np.median(values)) if len(values) else 0.0
    if usual is None or middle <= 0:
        return None
    away = float(np.log(to_canonical(middle, told) / usual))
    for other in variable.units:
        apart = abs(float(np.log(to_canonical(middle, other) / usual)))
        if other != told and apart < abs(away) and (away < 0 or apart < _NEAR):
            return other
    return None
