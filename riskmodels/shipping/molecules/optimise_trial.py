"""Optimisation judged backwards: from the weaker half of a series, are known better compounds found above chance.

The models are Gaussian processes on the training part, without the stronger half of the series in question; table of
pairs and generator have seen no compound of any test part. Picks are held against random picks of the same number from
the same candidates; intervals are from drawing series with replacement.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from riskmodels.molecules.better.candidates import Candidate, Seen, by_generator, by_pairs, flat_smiles
from riskmodels.molecules.better.vae import Generator
from riskmodels.molecules.endpoints import ENDPOINTS, HERG, Endpoint
from riskmodels.molecules.learning.gaussian_process import Kernel, fit_kernel, fit_process
from riskmodels.molecules.learning.library import Library
from riskmodels.molecules.pairs.evidence import PairTable
from riskmodels.shipping.molecules.data import Data
from riskmodels.shipping.molecules.left_out import Pool
from riskmodels.shipping.molecules.series import Series, series_of
from riskmodels.shipping.say import Say

#: series of each endpoint that variants are made for, those with the most better test compounds first
MOST_SERIES = 4
#: starts of a series, spread over its weaker half; variants drawn around each; variants picked of a series
STARTS, DRAWN, PICKED = 2, 100, 100
_REPLICATES = 2_000

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Picks:
    """Picks of one series.

    Args:
        hits: better known compounds among those picked.
        expected: of as many picked at random.
        better: known compounds that could be found.
        made: of them, those among the candidates.
        candidates: picked from.
    """

    hits: int
    expected: float
    better: int
    made: int
    candidates: int


@dataclass(frozen=True)
class Enrichment:
    """Hits over those expected by chance, all series together.

    Args:
        series: how many.
        hits, expected, better, made, candidates: sums, see :class:`Picks`.
        ratio: hits / expected; None where nothing was to be expected.
        low, high: of its 95 % bootstrap interval; None with ratio.
    """

    series: int
    hits: int
    expected: float
    better: int
    made: int
    candidates: int
    ratio: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Trial:
    """What one endpoint gave: known compounds ranked, variants made and ranked, each series once."""

    endpoint: Endpoint
    known: list[Picks]
    by_pairs: list[Picks]
    by_generator: list[Picks]
    together: list[Picks]


def run_trial(data: Data, generator: Generator, table: PairTable, say: Say) -> list[Trial]:
    """Every endpoint that has a test part.

    Args:
        data: all measured compounds.
        generator: trained on the training parts.
        table: of the training parts.
        say: told each endpoint.
    """
    library = Library.of([structure.mol for structure in data.structures], data.features)
    return [_trial(data, library, endpoint, generator, table, say) for endpoint in ENDPOINTS if endpoint is not HERG]


def _trial(data: Data, library: Library, endpoint: Endpoint, generator: Generator, table: PairTable, say: Say) -> Trial:
    measured, every = data.training(endpoint), series_of(data, endpoint)
    pool = Pool.of(library, measured.compounds, measured.values)
    kernel = fit_kernel(pool.similarities, pool.descriptors, pool.measured)
    models = {id(one): _Model(library, pool, kernel, one) for one in every}
    known = [_ranked_known(data, models[id(one)], one) for one in every]
    chosen = sorted(every, key=lambda one: -int(one.better.sum()))[:MOST_SERIES]
    made = [_ranked_made(data, models[id(one)], one, generator, table) for one in chosen if one.better.any()]
    say.line(f"{endpoint.title}: {len(every)} series, variants made for {len(made)}")
    return Trial(endpoint, known, *([picks[way] for picks in made] for way in range(3)))


class _Model:
    """A process that has not seen the stronger half of a series; fitted when it is asked."""

    def __init__(self, library: Library, pool: Pool, kernel: Kernel, series: Series) -> None:
        self._library, self._pool, self._kernel = library, pool, kernel
        self._kept = np.flatnonzero(~np.isin(pool.rows, series.stronger))

    def estimate(self, mols: Sequence[Chem.Mol]) -> Floats:
        """(n,) values."""
        known = self._pool.part(self._kept)
        process = fit_process(self._kernel, known.similarities, known.descriptors, known.measured)
        told = []
        for start in range(0, len(mols), 256):
            asked = self._library.asked(mols[start : start + 256])
            across = [one[:, known.rows] for one in asked.similarities]
            told.append(process.estimate(across, asked.descriptors, known.descriptors))
        return np.concatenate(told)


def _ranked_known(data: Data, model: _Model, series: Series) -> Picks:
    """The test compounds of a series, as many picked as are better."""
    better = int(series.better.sum())
    values = model.estimate([data.structures[number].mol for number in series.test])
    hits = int(series.better[_best(values, better)].sum())
    return Picks(hits, better * better / len(series.test), better, better, len(series.test))


def _ranked_made(
    data: Data, model: _Model, series: Series, generator: Generator, table: PairTable
) -> tuple[Picks, Picks, Picks]:
    """Variants of some of the weaker half by pairs, by the generator, and both together."""
    places = np.linspace(0, len(series.weaker) - 1, STARTS).round().astype(int)
    starts = [data.structures[number] for number in series.weaker[np.unique(places)]]
    changed = _distinct(each for start in starts for each in by_pairs(Candidate(start), table, Seen(starts)))
    drawn = _distinct(each for start in starts for each in by_generator(start, generator, Seen(starts), DRAWN, seed=0))
    names = sorted({**changed, **drawn})
    mols = {**changed, **drawn}
    values = dict(zip(names, model.estimate([mols[name] for name in names]), strict=True)) if names else {}
    better = {flat_smiles(data.structures[number].mol) for number in series.test[series.better]}
    return tuple(_picked(sorted(part), values, better) for part in (changed, drawn, mols))  # type: ignore[return-value]


def _picked(names: list[str], values: dict[str, float], better: set[str]) -> Picks:
    hits = [name in better for name in names]
    picked = min(PICKED, len(names))
    best = _best(np.array([values[name] for name in names]), picked)
    expected = sum(hits) * picked / max(1, len(names))
    return Picks(sum(hits[place] for place in best), expected, len(better), sum(hits), len(names))


def _best(values: Floats, number: int) -> NDArray[np.int64]:
    """Places of the highest; of equals the first."""
    return np.argsort(-np.round(values, 6), kind="stable")[:number]


def _distinct(candidates: Iterable[Candidate]) -> dict[str, Chem.Mol]:
    return {flat_smiles(each.structure.mol): each.structure.mol for each in candidates}


def enrichment(picks: Sequence[Picks], seed: int = 0) -> Enrichment:
    """All series together, with an interval from drawing series with replacement.

    Args:
        picks: one a series.
        seed: of the draws.
    """
    hits, expected = (np.array([getattr(one, name) for one in picks], float) for name in ("hits", "expected"))
    sums = {name: sum(getattr(one, name) for one in picks) for name in ("better", "made", "candidates")}
    ratio = low = high = None
    if expected.sum() > 0:
        ratio = float(hits.sum() / expected.sum())
        drawn = np.random.default_rng(seed).integers(0, len(picks), (_REPLICATES, len(picks)))
        with np.errstate(invalid="ignore"):
            ratios = hits[drawn].sum(1) / expected[drawn].sum(1)
        low, high = map(float, np.nanquantile(ratios, [0.025, 0.975]))
    return Enrichment(len(picks), int(hits.sum()), float(expected.sum()), **sums, ratio=ratio, low=low, high=high)
