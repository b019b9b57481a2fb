"""What holds in every real person and so in every invented one: tables in, computed columns and impossible rows out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.checks import Severity, check
from riskmodels.columns import Floats
from riskmodels.generated.learning.layout import Column
from riskmodels.scores.ckd_epi import equation as ckd_epi
from riskmodels.vocabulary import VOCABULARY

#: share of the people who have all its columns in whom an identity must hold to be one of the table
HELD = 0.95


@dataclass(frozen=True)
class Identity:
    """A column that a table computes from others.

    Args:
        name: of the column.
        inputs: what it is computed from.
        compute: of the inputs' values, in canonical units.
        tolerance: largest difference that is rounding, as a share of the value.
    """

    name: str
    inputs: tuple[str, ...]
    compute: Callable[..., Floats]
    tolerance: float = 0.01

    def among(self, table: pd.DataFrame) -> bool:
        """Whether the table has the columns."""
        return {self.name, *self.inputs} <= set(table.columns)

    def of(self, table: pd.DataFrame) -> Floats:
        """(n,) what it would be; NaN where an input is unknown."""
        return self.compute(*(table[name].to_numpy(np.float64) for name in self.inputs))

    def holds(self, table: pd.DataFrame) -> bool:
        """Whether it is how this table was made."""
        if not self.among(table):
            return False
        given, computed = table[self.name].to_numpy(np.float64), self.of(table)
        both = ~np.isnan(given) & ~np.isnan(computed)
        alike = np.abs(given - computed)[both] <= self.tolerance * np.abs(given[both])
        return bool(both.any() and alike.mean() >= HELD)


_LIPIDS = ("total_cholesterol", "hdl_cholesterol", "triglycerides")
#: weight / height² (kg, cm); Friedewald, Levy & Fredrickson 1972, doi 10.1093/clinchem/18.6.499; CKD-EPI 2021
IDENTITIES = (
    Identity("bmi", ("weight", "height"), lambda weight, height: weight / (height / 100) ** 2),
    Identity(
        "ldl_cholesterol", ("total_cholesterol", "hdl_cholesterol", "triglycerides"), lambda t, h, g: t - h - g / 5
    ),
    Identity("egfr", ("creatinine", "age", "sex"), ckd_epi),
)


def identities_of(table: pd.DataFrame) -> tuple[str, ...]:
    """Names of the identities that hold in a table of real people."""
    return tuple(identity.name for identity in IDENTITIES if identity.holds(table))


def compute(table: pd.DataFrame, names: tuple[str, ...], columns: Mapping[str, Column]) -> pd.DataFrame:
    """The table with its identities computed wherever column and inputs are known.

    Args:
        table: drawn from a layout.
        names: of the identities.
        columns: of the layout, whose grid the computed values take.
    """
    table = table.copy()
    for identity in IDENTITIES:
        if identity.name in names:
            computed, given = identity.of(table), table[identity.name].to_numpy(np.float64)
            step = columns[identity.name].step
            rounded = np.round(np.round(computed / step) * step, 6) if step else computed
            table[identity.name] = np.where(np.isnan(given) | np.isnan(computed), given, rounded)
    return table


def impossible(table: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """(n,) True for rows that cannot be a person: values that the checks of patients refuse, or a pregnant man."""
    known = table[[name for name in table if name in VOCABULARY]].reset_index(drop=True)
    found = np.zeros(len(table), bool)
    if known.shape[1]:
        found[[p.row for p in check(known).problems if p.severity is Severity.UNUSED]] = True
    if {"pregnancy", "sex"} <= set(known):
        found |= ((known["pregnancy"] == 1) & (known["sex"] == 1)).to_numpy()
    return found
