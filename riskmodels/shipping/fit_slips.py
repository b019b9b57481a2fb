"""``python -m riskmodels.shipping.fit_slips``: what weight, UACR and CRP are among US adults, to ask about units.

Learnt from NHANES 1999–2014; false alarms and slips found are counted on 2015–18. No rows leave the data.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from riskmodels import ROOT
from riskmodels.checks.slips import PATH, Relation, Slips, find_slips
from riskmodels.cohorts.nhanes import read_nhanes
from riskmodels.columns import Floats
from riskmodels.runtime.hashes import file_hash
from riskmodels.shipping.population import COHORT
from riskmodels.tabular.recipes import FIRST_TEST_YEAR
from riskmodels.units import Unit, from_canonical, to_canonical
from riskmodels.vocabulary import VARIABLES, VOCABULARY


class Kind(NamedTuple):
    """What a number is held against, and the share of people beyond either end; None: no end, since many are there."""

    variable: str
    given: tuple[str, ...]
    low: float | None
    high: float | None


#: those with more facts first
KINDS = (
    Kind("weight", ("height", "waist"), 0.0005, 0.0005),
    Kind("weight", ("waist",), 0.0005, 0.0005),
    Kind("weight", ("height",), 0.001, 0.001),
    Kind("uacr", (), 0.01, None),
    Kind("crp", (), 0.0, 0.0025),
)
#: an assay's lowest number is its limit of detection, or that by √2, and other assays' limits are lower
BELOW_DETECTION = {"crp": float(np.log(2)) / 2}
#: share of people beyond either end of "usual"
USUAL = 0.005
_DIGITS = 5


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command.

    Args:
        arguments: ``--shared FOLDER --out FILE``; those of the process when None.
    """
    parser = argparse.ArgumentParser(prog="python -m riskmodels.shipping.fit_slips", description=__doc__)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="folder of shared data")
    parser.add_argument("--out", type=Path, default=PATH, help="file to write")
    options = parser.parse_args(arguments)
    people = read_nhanes(options.shared / COHORT)
    late = people["cycle"].str[:4].astype(int) >= FIRST_TEST_YEAR
    slips = learn(people[~late])
    held = {
        "command": "python -m riskmodels.shipping.fit_slips",
        "source_sha256": file_hash(options.shared / COHORT),
        "people": "adults of NHANES 1999–2014",
        "relations": [_written(relation) for relation in slips.relations],
        "medians": slips.medians,
        "measured": {"people": "adults of NHANES 2015–2018", "rows": int(late.sum()), **measure(people[late], slips)},
    }
    options.out.write_text(json.dumps(held, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def arrays(people: pd.DataFrame) -> dict[str, Floats]:
    """Every variable as an array; weight as its index says, which NHANES measured with it."""
    values = {v.name: people[v.name].to_numpy(float) for v in VARIABLES}
    return values | {"weight": values["bmi"] * (values["height"] / 100) ** 2}


def learn(people: pd.DataFrame) -> Slips:
    """Relations and medians of these people."""
    values = arrays(people)
    relations = tuple(_relation(values, kind) for kind in KINDS)
    medians = {name: round(float(np.nanmedian(values[name])), 3) for name in dict.fromkeys(k.variable for k in KINDS)}
    return Slips(relations, medians)


def _relation(values: dict[str, Floats], kind: Kind) -> Relation:
    variable, given = kind.variable, kind.given
    draft = Relation(variable, given, bool(given), {0: (0.0,), 1: (0.0,)}, (0.0, 0.0), (0.0, 0.0))
    known = (values["pregnancy"] != 1) & np.logical_and.reduce([values[name] > 0 for name in (variable, *given)])
    coefficients: dict[int, tuple[float, ...]] = dict(draft.coefficients)
    for code in coefficients if given else ():
        mine = {name: values[name][known & (values["sex"] == code)] for name in ("age", *draft.needs)}
        found = np.linalg.lstsq(draft.design(mine).T, np.log(mine[variable]), rcond=None)[0]
        coefficients[code] = tuple(round(float(beta), _DIGITS) for beta in found)
    fitted = replace(draft, coefficients=coefficients)
    away = fitted.away({name: values[name][known] for name in ("age", *draft.needs)})
    rare = (
        -np.inf if kind.low is None else _end(away, kind.low) - BELOW_DETECTION.get(variable, 0.0),
        np.inf if kind.high is None else _end(away, 1 - kind.high),
    )
    return replace(fitted, rare=rare, usual=(_end(away, USUAL), _end(away, 1 - USUAL)))


def _end(away: Floats, share: float) -> float:
    return round(float(np.quantile(away, share)), _DIGITS)


def _written(relation: Relation) -> dict[str, Any]:
    """Without infinities, which JSON has not."""
    return asdict(relation) | {"rare": [None if np.isinf(end) else round(end, _DIGITS) for end in relation.rare]}


def measure(people: pd.DataFrame, slips: Slips) -> dict[str, Any]:
    """How often it asks in vain, and how often it finds a slip put in, by number and unit entered.

    Returns:
        ``rows asked in vain``: share of all people, everything in canonical units, and everything in the others; then
        by variable and unit: ``asked in vain`` and ``slips found``, shares of the people who have the number.
    """
    values, index = arrays(people), people.index
    units = {k.variable: VOCABULARY[k.variable].units for k in KINDS}
    total = {
        f"rows asked in vain, {which}": _share(values, index, {n: pair[place] for n, pair in units.items()}, slips)
        for place, which in enumerate(("canonical units", "the other units"))
    }
    return total | {name: _of_number(name, values, index, slips) for name in units}


def _of_number(name: str, values: dict[str, Floats], index: pd.Index, slips: Slips) -> dict[str, Any]:
    has = ~np.isnan(values[name])
    mine, rows, found = {n: column[has] for n, column in values.items()}, index[has], {}
    only = replace(slips, relations=tuple(r for r in slips.relations if r.variable == name))
    for unit in VOCABULARY[name].units:
        other = next(u for u in VOCABULARY[name].units if u != unit)
        # entered as if in this unit, while it is in the other
        slip = mine | {name: np.asarray(to_canonical(from_canonical(mine[name], other), unit))}
        found[unit.symbol] = _counted(mine, slip, rows, {name: unit}, only)
        if name == "weight":
            waist = ~np.isnan(mine["waist"])
            true, false = ({n: column[waist] for n, column in people.items()} for people in (mine, slip))
            found[unit.symbol]["waist known"] = _counted(true, false, rows[waist], {name: unit}, only)
            bare = {"waist": np.full(len(rows), np.nan)}
            found[unit.symbol]["waist unknown"] = _counted(mine | bare, slip | bare, rows, {name: unit}, only)
    return found


def _counted(
    true: dict[str, Floats], slip: dict[str, Floats], rows: pd.Index, units: dict[str, Unit], slips: Slips
) -> dict[str, Any]:
    return {"asked in vain": _share(true, rows, units, slips), "slips found": _share(slip, rows, units, slips)}


def _share(values: dict[str, Floats], index: pd.Index, units: dict[str, Unit], slips: Slips) -> float:
    asked = {problem.row for problem in find_slips(values, index, units, slips=slips)}
    return round(len(asked) / len(index), _DIGITS)


if __name__ == "__main__":
    main()
