"""The reference population a model ships with: where a risk stands, and what an unknown input may be.

Two small tables computed from the training cohort: percentiles of each risk by sex and age band (survey-weighted),
and quantiles of every input with their rank correlations (a Gaussian copula), from which plausible values of an
unknown input are drawn given everything that is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from riskmodels.columns import Floats
from riskmodels.model_files.card_values import numbers
from riskmodels.scores.percentiles import (
    AGE_BANDS,
    FEWEST,
    PERCENTILES,
    age_band,
    percentile_tables,
    rounded,
    share_below,
)
from riskmodels.vocabulary import vague_of

__all__ = ["AGE_BANDS", "FEWEST", "LEVELS", "NODES", "PERCENTILES", "Reference", "age_band"]

LEVELS = np.linspace(0, 1, 41)
#: plausible values of an unknown input are its conditional 10th, 30th, … 90th percentiles
NODES = (0.1, 0.3, 0.5, 0.7, 0.9)


@dataclass(frozen=True)
class Reference:
    """The tables.

    Args:
        standing: outcome → "female 50–59" → 101 risks at the 0th to 100th percentile.
        names: inputs, in the order of the tables below.
        quantiles: (p, 41) quantiles of each input, canonical units.
        correlation: (p, p) of normal scores, positive definite.
        population: who they are, in words.
    """

    standing: dict[str, dict[str, list[float]]]
    names: tuple[str, ...]
    quantiles: Floats
    correlation: Floats
    population: str

    @classmethod
    def fit(
        cls, frame: pd.DataFrame, risk: pd.DataFrame, weight: pd.Series, names: tuple[str, ...], who: str
    ) -> Reference:
        """Compute the tables.

        Args:
            frame: PatientFrame of the reference people.
            risk: their risks by outcome, NaN where refused.
            weight: survey weight of each.
            names: inputs to describe.
            who: the people, in words.
        """
        inputs = frame.loc[:, list(names)]
        quantiles = np.array([np.nanquantile(inputs[n], LEVELS) for n in names])
        scores = pd.DataFrame({n: _normal_scores(inputs[n]) for n in names}, index=frame.index)
        correlation = scores.corr(min_periods=200).fillna(0.0).to_numpy(float, copy=True)
        np.fill_diagonal(correlation, 1.0)
        standing = {str(outcome): percentile_tables(frame, risk[outcome], weight) for outcome in risk}
        return cls(standing, names, quantiles, _positive(correlation), who)

    @classmethod
    def empty(cls) -> Reference:
        """A reference that knows nobody."""
        return cls({}, (), np.empty((0, len(LEVELS))), np.empty((0, 0)), "")

    def percentile(self, outcome: str, risk: float, age: float, sex: float) -> float:
        """Share (0–1) of reference people of the same sex and age band with a lower risk; NaN where none are known."""
        return share_below(self.standing.get(outcome, {}), risk, age, sex)

    def plausible(self, name: str, known: pd.Series) -> Floats:
        """:meth:`all_plausible` of one input."""
        return self.all_plausible((name,), known)[name]

    def all_plausible(self, names: Sequence[str], known: Mapping[str, float] | pd.Series) -> dict[str, Floats]:
        """Plausible values of each unknown input given the known ones: its conditional 10th … 90th percentiles.

        Args:
            names: the unknown inputs; whatever ``known`` has of them is not used.
            known: a patient's values by name, NaN where not known.

        Returns:
            By name (5,) values in the canonical unit, ascending; an answer's code for choices.
        """
        given = {n: float(known.get(n, np.nan)) for n in self.names if n not in names}
        others = [i for i, n in enumerate(self.names) if n in given and given[n] == given[n]]
        scores = ndtri([self._level(i, given[self.names[i]]) for i in others])
        at = [self.names.index(name) for name in names]
        cross = self.correlation[np.ix_(others, at)]
        weights = np.linalg.solve(self.correlation[np.ix_(others, others)], cross)  # (others, names)
        mean = weights.T @ scores
        spread = np.sqrt(np.maximum(1 - (weights * cross).sum(0), 0.01))
        levels = ndtr(mean[:, None] + spread[:, None] * ndtri(NODES))
        return {name: self._values(i, row) for name, i, row in zip(names, at, levels, strict=True)}

    def people(self, count: int, seed: int = 0) -> pd.DataFrame:
        """Invented people like the reference population, of whom every input of the tables is known.

        Args:
            count: of people.
            seed: of the draw; the same seed gives the same people.

        Returns:
            PatientFrame (count, p), drawn by the quantiles and their rank correlations.
        """
        normal = np.random.default_rng(seed).standard_normal((count, len(self.names)))
        levels = ndtr(normal @ np.linalg.cholesky(self.correlation).T)
        return pd.DataFrame({name: self._values(i, levels[:, i]) for i, name in enumerate(self.names)})

    def _values(self, index: int, levels: Floats) -> Floats:
        """The values of an input at some levels; of its few where it has few."""
        values = np.interp(levels, LEVELS, self.quantiles[index])
        distinct = self._distinct[index]
        if len(distinct) <= 6:
            values = distinct[np.abs(values[:, None] - distinct).argmin(1)]
        return np.asarray(values, dtype=float)

    @cached_property
    def _distinct(self) -> list[Floats]:
        return [np.unique(row) for row in self.quantiles]

    def _level(self, index: int, value: float) -> float:
        """Level of a value, or of all that an answer may be: halfway between lowest and highest, away from 0 and 1."""
        table, may_be = self.quantiles[index], vague_of(self.names[index]).get(value, (value,))
        low, high = int(np.searchsorted(table, may_be[0], "left")), int(np.searchsorted(table, may_be[-1], "right"))
        between = low == high
        level = np.interp(value, table, LEVELS) if between else (LEVELS[low] + LEVELS[high - 1]) / 2
        return min(max(float(level), 0.005), 0.995)

    def to_dict(self) -> dict[str, Any]:
        """For the model's folder, as JSON."""
        return {
            "population": self.population,
            "standing": {outcome: rounded(tables) for outcome, tables in self.standing.items()},
            "names": list(self.names),
            "quantiles": [[float(f"{v:.5g}") for v in row] for row in self.quantiles],
            "correlation": np.round(self.correlation, 4).tolist(),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Reference:
        """The inverse of :meth:`to_dict`.

        Raises:
            TypeError, ValueError, KeyError: when a table is not what it should be.
        """
        names = tuple(data["names"])
        quantiles, correlation = (
            np.array([numbers(row) for row in data[part]]).reshape(len(names), width)
            for part, width in (("quantiles", len(LEVELS)), ("correlation", len(names)))
        )
        for tables in data["standing"].values():
            if any(len(numbers(risks)) != len(PERCENTILES) for risks in tables.values()):
                raise ValueError("a table of percentiles of another length")
        if not all(isinstance(text, str) for text in (*names, data["population"])):
            raise TypeError("a name that is no text")
        return cls(data["standing"], names, quantiles, correlation, data["population"])


def _normal_scores(values: pd.Series) -> Floats:
    ranks = values.rank(method="average").to_numpy(float)
    return np.asarray(ndtri((ranks - 0.5) / int(values.notna().sum())))


def _positive(correlation: Floats) -> Floats:
    """The nearest-by-clipping positive definite correlation matrix."""
    values, vectors = np.linalg.eigh(correlation)
    fixed = vectors @ np.diag(np.maximum(values, 1e-2)) @ vectors.T
    scale = np.sqrt(np.diag(fixed))
    return np.asarray(fixed / np.outer(scale, scale))
