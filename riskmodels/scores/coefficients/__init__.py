"""Coefficients of the published equations: a name in, the table of that CSV file out, one row a coefficient.

Called by each equation of :mod:`riskmodels.scores`; the files say each coefficient's transform in words.
"""

from __future__ import annotations

from importlib.resources import files

import pandas as pd


def read_coefficients(name: str) -> pd.DataFrame:
    """The coefficient table ``name``.csv; ``value`` as float64.

    Args:
        name: file name without ending, e.g. ``ckd_epi_2021``.
    """
    with (files(__package__) / f"{name}.csv").open(encoding="utf-8") as handle:
        table = pd.read_csv(handle)
    if "value" in table:
        table["value"] = table["value"].astype(float)
    return table
