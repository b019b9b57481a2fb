"""Networks beside the processes: how much each endpoint takes of them, and estimates of compounds they never saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from riskmodels.molecules.endpoints import ENDPOINTS
from riskmodels.molecules.learning.gaussian_process import fit_kernel, fit_process
from riskmodels.molecules.learning.graph import Graph
from riskmodels.molecules.learning.library import Library
from riskmodels.molecules.learning.trained_network import TrainedNetwork
from riskmodels.shipping.molecules.data import Data, Measured, Numbers, random_folds
from riskmodels.shipping.molecules.figures import rmse
from riskmodels.shipping.molecules.left_out import Pool
from riskmodels.shipping.molecules.network_training import Recipe, train_network
from riskmodels.shipping.say import Say

Floats = NDArray[np.float64]
#: of the training part, one in so many compounds is kept to choose by
KEPT = 5
#: shares of the network that are compared
SHARES = (0.0, 0.5, 1.0)


@dataclass(frozen=True, eq=False)
class Networks:
    """Trains networks on parts of the compounds.

    Args:
        data: all compounds.
        library: of them.
        graphs: of them.
        recipe: how.
        device: where.
    """

    data: Data
    library: Library
    graphs: Sequence[Graph]
    recipe: Recipe
    device: torch.device

    def trained(self, learnt: NDArray[np.bool_], say: Say) -> TrainedNetwork:
        """A network that learnt every value of some compounds, and none of others.

        Args:
            learnt: (compounds,).
            say: told every epoch.
        """
        measured = {endpoint.name: _part(self.data.all_of(endpoint), learnt) for endpoint in ENDPOINTS}
        return train_network(self.graphs, self.library.descriptors, measured, self.recipe, self.device, say)

    def estimates(self, network: TrainedNetwork, compounds: Numbers) -> Floats:
        """(n, endpoints) of some compounds, by number."""
        molecules = [self.data.structures[number].mol for number in compounds.tolist()]
        blocks = range(0, len(molecules), 256)
        described = self.library.descriptors[compounds]
        return np.concatenate([network.estimate(molecules[b : b + 256], described[b : b + 256]) for b in blocks])

    def left_out(self, folds: Numbers, say: Say) -> Floats:
        """(compounds, endpoints) estimates of every compound by a network that did not learn from its fold."""
        found = np.empty((len(folds), len(ENDPOINTS)))
        for fold in range(int(folds.max()) + 1):
            network = self.trained(folds != fold, say.within(f"fold {fold + 1}"))
            out = np.flatnonzero(folds == fold)
            found[out] = self.estimates(network, out)
        return found

    def choose(self, say: Say) -> dict[str, dict[str, float]]:
        """RMSE of every share on compounds kept of the training part; those of any test part are not looked at.

        Args:
            say: told every epoch.

        Returns:
            By endpoint, ``share`` (the best) and the RMSE of each share as ``rmse_0``, ``rmse_50``, ``rmse_100``.
        """
        free = ~self.data.tested()
        kept = free & (random_folds(len(free), KEPT, seed=7) == 0)
        network = self.trained(free & ~kept, say)
        found = {}
        for place, endpoint in enumerate(ENDPOINTS):
            measured = self.data.all_of(endpoint)
            known, asked = _part(measured, free & ~kept), _part(measured, kept)
            pool = Pool.of(self.library, known.compounds, known.values)
            kernel = fit_kernel(pool.similarities, pool.descriptors, pool.measured)
            process = fit_process(kernel, pool.similarities, pool.descriptors, pool.measured)
            across = self.library.among(asked.compounds, known.compounds)
            first = process.estimate(across, self.library.descriptors[asked.compounds], pool.descriptors)
            second = self.estimates(network, asked.compounds)[:, place]
            errors = {share: rmse(first + share * (second - first) - asked.values) or 0.0 for share in SHARES}
            best = min(SHARES, key=lambda share: errors[share])
            found[endpoint.name] = {"share": best} | {f"rmse_{100 * s:.0f}": error for s, error in errors.items()}
            say.line(f"{endpoint.title}: {found[endpoint.name]}")
        return found


def _part(measured: Measured, compounds: NDArray[np.bool_]) -> Measured:
    return measured.of(compounds[measured.compounds])


def shares_of(choice: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """The chosen share of the network by endpoint."""
    return {name: found["share"] for name, found in choice.items()}
