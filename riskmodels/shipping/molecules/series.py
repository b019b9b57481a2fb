"""Series of one scaffold that training and test part share, for trials of optimisation: where one would start, and what
known compounds of the test part would have been better."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rdkit.Chem.Scaffolds import MurckoScaffold

from riskmodels.molecules.endpoints import Endpoint
from riskmodels.shipping.molecules.data import Data, Measured

#: compounds of a series in the training part and in the test part, at least
LEAST_TRAINING, LEAST_TEST = 8, 3
#: share of the series' training values that a better compound is above
BEST = 0.75

Numbers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Series:
    """Compounds of one Bemis–Murcko scaffold with values of one endpoint; numbers are those of :class:`Data`.

    Args:
        endpoint: whose values.
        weaker: training compounds up to the median of the series' training values, weakest first: the starts.
        stronger: the other training compounds.
        test: compounds of the test part, each once.
        better: (n,) of test: above the best quarter of the series' training values.
    """

    endpoint: Endpoint
    weaker: Numbers
    stronger: Numbers
    test: Numbers
    better: NDArray[np.bool_]


def series_of(data: Data, endpoint: Endpoint) -> list[Series]:
    """All series of an endpoint that are large enough, in the order of their scaffolds' names."""
    training, test = data.training(endpoint), data.test(endpoint)
    known, asked = _by_scaffold(data, training), _by_scaffold(data, test)
    found = []
    for scaffold in sorted(set(known) & set(asked) - {""}):
        numbers, values = _once(training, known[scaffold])
        others, reached = _once(test, asked[scaffold])
        if len(numbers) >= LEAST_TRAINING and len(others) >= LEAST_TEST:
            order = numbers[np.argsort(values, kind="stable")]
            weak = int((values <= np.median(values)).sum())
            better = reached > np.quantile(values, BEST)
            found.append(Series(endpoint, order[:weak], order[weak:], others, better))
    return found


def _by_scaffold(data: Data, measured: Measured) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = defaultdict(list)
    for row, number in enumerate(measured.compounds):
        mol = data.structures[number].mol
        scaffold = MurckoScaffold.MurckoScaffoldSmiles(mol=mol)  # type: ignore[no-untyped-call]
        rows[scaffold].append(row)
    return rows


def _once(measured: Measured, rows: list[int]) -> tuple[Numbers, NDArray[np.float64]]:
    """Compounds each once, with the median of their values."""
    values: dict[int, list[float]] = defaultdict(list)
    for row in rows:
        values[int(measured.compounds[row])].append(float(measured.values[row]))
    return np.array(list(values), np.int64), np.array([np.median(each) for each in values.values()])
