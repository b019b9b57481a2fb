"""Fit the regression lines of :mod:`riskmodels.changes.links` and write them as a small table.

``python -m riskmodels.shipping.fit_links --shared ../shared``

Least squares with the survey's examination weights; standard errors by Taylor linearisation over strata and primary
sampling units, as NCHS advises for NHANES.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from riskmodels import ROOT
from riskmodels.changes.links import LINKS_FILE, Links, Slope
from riskmodels.cohorts.nhanes import read_nhanes
from riskmodels.columns import Floats
from riskmodels.errors import CareRiskError

COHORT = Path("cohorts") / "nhanes_adults_1999_2018"
SHARED = ROOT.parent / "shared"
YOUNGEST = 20


@dataclass(frozen=True)
class Line:
    """What to fit: follower on leader, within the codes of a group, at equal values of some others."""

    follower: str
    leader: str
    group: str
    people: dict[float, str]
    equal: tuple[str, ...]


_SEXES = {0.0: "women", 1.0: "men"}
_TOLD = {0.0: "people never told of diabetes", 1.0: "people told of diabetes"}
_NEVER_TOLD = {code: people for code, people in _TOLD.items() if code == 0}
LINES = (
    Line("waist", "bmi", "sex", _SEXES, ("age",)),
    Line("bmi", "waist", "sex", _SEXES, ("age",)),
    Line("diastolic_bp", "systolic_bp", "sex", _SEXES, ("age",)),
    Line("hba1c", "glucose", "diabetes", _TOLD, ("age", "sex")),
    Line("glucose", "hba1c", "diabetes", _TOLD, ("age", "sex")),
    Line("glucose", "bmi", "diabetes", _NEVER_TOLD, ("age", "sex")),
    Line("hba1c", "bmi", "diabetes", _NEVER_TOLD, ("age", "sex")),
)


def fit_links(cohort: pd.DataFrame) -> Links:
    """Fit every line.

    Args:
        cohort: from :func:`riskmodels.cohorts.nhanes.frame.read_nhanes`.

    Returns:
        :class:`~riskmodels.changes.links.Links`.
    """
    kept = (cohort["survey_weight"] > 0) & (cohort["age"] >= YOUNGEST) & (cohort["pregnancy"] != 1)
    people = cohort[kept]
    cycles = sorted(people["cycle"].unique())
    survey = f"NHANES {cycles[0][:4]}–{cycles[-1][-4:]}"
    slopes = [_fit(people[people[line.group] == code], line, code, survey) for line in LINES for code in line.people]
    source = (
        f"{survey}, adults of {YOUNGEST} or more, not pregnant, with both values known; "
        "weighted by the survey's examination weights; glucose is serum glucose in any fasting state"
    )
    return Links(tuple(slopes), source)


def _fit(people: pd.DataFrame, line: Line, code: float, survey: str) -> Slope:
    known = people.dropna(subset=[line.follower, line.leader, *line.equal])
    columns = [known[line.leader], pd.Series(1.0, index=known.index), known["age"], known["age"] ** 2]
    columns += [known[name] for name in line.equal if name != "age"]
    design = np.column_stack([c.to_numpy(float) for c in columns])
    slope, error = weighted_slope(
        design, known[line.follower].to_numpy(float), known["survey_weight"].to_numpy(float), known[["strata", "psu"]]
    )
    rounded, rounded_error = float(f"{slope:.4g}"), float(f"{error:.2g}")
    adjusted = " and ".join(line.equal)
    return Slope(
        line.follower,
        line.leader,
        line.group,
        code,
        line.people[code],
        rounded,
        rounded_error,
        len(known),
        adjusted,
        survey,
    )


def weighted_slope(design: Floats, response: Floats, weights: Floats, sampled: pd.DataFrame) -> tuple[float, float]:
    """Weighted least squares in a stratified cluster sample.

    Args:
        design: (n, p), the column of interest first.
        response: (n,).
        weights: (n,) survey weights.
        sampled: ``strata`` and ``psu`` of each.

    Returns:
        Coefficient of the first column, and its standard error (Taylor linearisation, Binder 1983).
    """
    scale = np.abs(design).max(axis=0)  # age² would make the normal equations ill-conditioned
    x = design / scale
    inverse = np.linalg.inv(x.T @ (weights[:, None] * x))
    coefficients = inverse @ (x.T @ (weights * response))
    scores = pd.DataFrame(x * (weights * (response - x @ coefficients))[:, None])
    keys = [sampled["strata"].to_numpy(), sampled["psu"].to_numpy()]
    middle = np.zeros_like(inverse)
    for _, clusters in scores.groupby(keys).sum().groupby(level=0):
        count = len(clusters)
        if count > 1:
            apart = (clusters - clusters.mean()).to_numpy()
            middle += count / (count - 1) * apart.T @ apart
    variance = (inverse @ middle @ inverse)[0, 0]
    return float(coefficients[0] / scale[0]), float(np.sqrt(variance) / scale[0])


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit the lines and write the table.

    Args:
        arguments: ``--shared FOLDER --out FILE``; those of the process when None.

    Returns:
        0 when done, 1 when the data cannot be read (said on one line).
    """
    parser = argparse.ArgumentParser(prog="python -m riskmodels.shipping.fit_links", description=fit_links.__doc__)
    parser.add_argument("--shared", type=Path, default=SHARED, help="folder of shared data")
    parser.add_argument("--out", type=Path, default=LINKS_FILE, help="JSON file to write")
    options = parser.parse_args(arguments)
    try:
        links = fit_links(read_nhanes(options.shared / COHORT))
    except CareRiskError as error:
        sys.stdout.write(f"carerisk: {error}\n")
        return 1
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(links.to_dict(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write("\n".join([f"Written: {options.out}", *links.words()]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
