"""Figures of estimates beside measurements: errors, and whether intervals and bounds hold what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodels.evaluation.metrics import auroc
from riskmodels.molecules.learning.domain import Domain, fit_domain
from riskmodels.shipping.molecules.left_out import LeftOut

Floats = NDArray[np.float64]
PUBLISHED = "MoleculeACE_published_results.csv"
#: pIC50 from which on a compound counts as a blocker of hERG: 10 µmol/L
BLOCKER = 5.0


def rmse(errors: Floats) -> float | None:
    """Root mean squared error; None of none."""
    return round(float(np.sqrt(np.mean(errors**2))), 4) if len(errors) else None


def error_figures(values: Floats, estimates: Floats) -> dict[str, Any]:
    """RMSE, explained share of the variance, and how well blockers are told from others."""
    errors = estimates - values
    return {
        "compounds": len(values),
        "rmse": rmse(errors),
        "r2": round(float(1 - np.mean(errors**2) / values.var()), 4),
        "auroc_blocker": round(auroc(values >= BLOCKER, estimates), 4),
    }


def interval_figures(domain: Domain, left: LeftOut, descriptors: Floats) -> dict[str, Any]:
    """Coverage of the 90 % intervals inside and outside the domain, with errors there, and the share that is refused.

    Args:
        domain: interval and bound; fitted on other compounds.
        left: estimates of compounds that were left out.
        descriptors: (n, descriptors) of them.
    """
    inside, half = domain.inside(left.near, descriptors), domain.half(left.near)
    return _told(inside, half, left.errors)


def _told(inside: NDArray[np.bool_], half: Floats, errors: Floats) -> dict[str, Any]:
    covered = np.abs(errors) <= half
    return {
        "compounds": len(errors),
        "refused": round(float((~inside).mean()), 4),
        **{
            name: {
                "coverage": round(float(covered[rows].mean()), 4) if rows.any() else None,
                "rmse": rmse(errors[rows]),
                "half_width": round(float(half[rows].mean()), 3) if rows.any() else None,
            }
            for name, rows in (("inside", inside), ("outside", ~inside))
        },
    }


def crossed_intervals(judged: LeftOut, others: Sequence[LeftOut], descriptors: Floats) -> dict[str, Any]:
    """The same over all folds, each judged by a domain that the others gave.

    Args:
        judged: estimates of compounds left out, e.g. by scaffold.
        others: estimates of the same compounds left out in other ways, to fit domains on as well.
        descriptors: (n, descriptors) of the compounds.
    """
    inside, half = np.zeros(len(judged.fold), np.bool_), np.zeros(len(judged.fold))
    for fold in range(int(judged.fold.max()) + 1):
        out = judged.fold == fold
        near = np.concatenate([one.near[~out] for one in (judged, *others)])
        errors = np.concatenate([one.errors[~out] for one in (judged, *others)])
        domain = fit_domain(near, errors, float(judged.measured[~out].std()), descriptors[~out])
        inside[out], half[out] = domain.inside(judged.near[out], descriptors[out]), domain.half(judged.near[out])
    return _told(inside, half, judged.errors)


def published(shared: Path, file: str) -> list[dict[str, Any]]:
    """The published methods on one set of MoleculeACE, best first.

    Args:
        shared: folder of shared data.
        file: of the set.
    """
    table = pd.read_csv(shared / "molecules" / PUBLISHED)
    rows = table[table["dataset"] == Path(file).stem].sort_values("rmse", kind="stable")
    return [
        {"method": _method(row), "rmse": round(row["rmse"], 4), "cliff_rmse": round(row["cliff_rmse"], 4)}
        for row in rows.to_dict("records")
    ]


def _method(row: Mapping[Any, Any]) -> str:
    return f"{row['algorithm']}, {row['descriptor']}"
