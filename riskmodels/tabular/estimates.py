"""What a model answers to n rows: as tables, as arrays of all outcomes, as arrays of one."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import numpy.typing as npt
import pandas as pd

from riskmodels.columns import Floats
from riskmodels.tabular.support import Texts


@dataclass(frozen=True)
class OutcomeEstimates:
    """What is answered to one outcome for n rows.

    Args:
        risk, low, high: (n,) probability 0–1 and 90 % interval; NaN where refused.
        logit: (n,) calibrated log-odds, also of refused rows.
        refused: (n,) why there is no estimate; empty where there is one.
        cautions: (n,) where a row is near the edge of the training data; empty otherwise.
        held: (n,) which inputs are counted as the edge of the training data, and what that means; empty where none is.
        bound: (n,) "at least" or "at most" where the held inputs say so; empty otherwise.
    """

    risk: Floats = field(repr=False)
    low: Floats = field(repr=False)
    high: Floats = field(repr=False)
    logit: Floats = field(repr=False)
    refused: Texts = field(repr=False)
    cautions: Texts = field(repr=False)
    held: Texts = field(repr=False)
    bound: Texts = field(repr=False)


@dataclass(frozen=True)
class Prediction:
    """Estimates for each row and outcome.

    Args:
        risk: probability 0–1; NaN where refused.
        low, high: 90 % interval from the bootstrap ensemble; NaN where refused.
        logit: calibrated log-odds of every row, also of refused ones.
        refused: why there is no estimate; empty where there is one.
        cautions: where the patient is near the edge of the training data; empty otherwise.
        held: which inputs are counted as the edge of the training data, and what that means; empty where none is.
        bound: "at least" or "at most" where the held inputs say so; empty otherwise.
    """

    risk: pd.DataFrame
    low: pd.DataFrame
    high: pd.DataFrame
    logit: pd.DataFrame
    refused: pd.DataFrame
    cautions: pd.DataFrame
    held: pd.DataFrame
    bound: pd.DataFrame


@dataclass(frozen=True)
class Estimates:
    """What :class:`Prediction` says, as arrays of (n, O): nothing is built but the numbers.

    Args:
        outcomes: of the columns.
        risk, low, high, logit, refused, cautions, held, bound: as in :class:`Prediction`.
    """

    outcomes: tuple[str, ...]
    risk: Floats = field(repr=False)
    low: Floats = field(repr=False)
    high: Floats = field(repr=False)
    logit: Floats = field(repr=False)
    refused: Texts = field(repr=False)
    cautions: Texts = field(repr=False)
    held: Texts = field(repr=False)
    bound: Texts = field(repr=False)

    @classmethod
    def of(cls, tables: Prediction) -> Estimates:
        """The arrays of a prediction's tables."""
        parts = (getattr(tables, part.name).to_numpy() for part in fields(Prediction))
        return cls(tuple(tables.risk.columns), *parts)

    def tables(self, index: pd.Index) -> Prediction:
        """As tables with the index of the rows given."""

        def table(values: npt.NDArray[Any]) -> pd.DataFrame:
            return pd.DataFrame(values, index=index, columns=list(self.outcomes))

        return Prediction(*(table(getattr(self, part.name)) for part in fields(Prediction)))

    def outcome(self, name: str) -> OutcomeEstimates:
        """What is answered to one outcome."""
        o = self.outcomes.index(name)
        return OutcomeEstimates(*(getattr(self, part.name)[:, o] for part in fields(OutcomeEstimates)))
