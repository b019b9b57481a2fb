"""The five sets of MoleculeACE on their own split: learnt and chosen in the training part, judged on the test part."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskmodels.molecules.endpoints import Endpoint
from riskmodels.molecules.learning.domain import fit_domain, likeness
from riskmodels.molecules.learning.gaussian_process import fit_kernel, fit_process
from riskmodels.molecules.learning.library import Library
from riskmodels.shipping.molecules.data import Data, Numbers, random_folds
from riskmodels.shipping.molecules.figures import interval_figures, published, rmse
from riskmodels.shipping.molecules.left_out import LeftOut, Pool, leave_out

Floats = NDArray[np.float64]
FOLDS = 5


def judge_set(
    data: Data,
    library: Library,
    endpoint: Endpoint,
    scaffolds: Numbers,
    shared: Path,
    network: Floats | None = None,
    network_share: float = 0.0,
) -> dict[str, Any]:
    """One set.

    Args:
        data: all compounds.
        library: of all of them; no value of the test part is used but to judge.
        endpoint: of the set.
        scaffolds: fold of every compound of the library, by scaffold.
        shared: folder of shared data.
        network: (test rows,) estimates of a network that saw no compound of any test part; None where none is used.
        network_share: of it in the number, chosen in the training part.

    Returns:
        Figures, beside those of all published methods.
    """
    train, test = data.training(endpoint), data.test(endpoint)
    pool = Pool.of(library, train.compounds, train.values)
    kernel = fit_kernel(pool.similarities, pool.descriptors, pool.measured)
    process = fit_process(kernel, pool.similarities, pool.descriptors, pool.measured)
    across = library.among(test.compounds, train.compounds)
    descriptors = library.descriptors[test.compounds]
    by_process = process.estimate(across, descriptors, pool.descriptors)
    estimates = by_process if network is None else by_process + network_share * (network - by_process)
    random = leave_out(pool, kernel, random_folds(len(train), FOLDS))
    both = random.and_also(leave_out(pool, kernel, scaffolds[train.compounds]))
    domain = fit_domain(both.near, both.errors, float(train.values.std()), pool.descriptors)
    left = LeftOut(test.values, estimates, likeness(across[0]), np.zeros(len(test), np.int64))
    others = published(shared, endpoint.file)
    found = rmse(left.errors) or 0.0
    cliffs = rmse(left.errors[test.cliffs]) or 0.0
    return {
        "train": len(train),
        "test": len(test),
        "validation_rmse": rmse(random.errors),
        "rmse": found,
        "cliff_rmse": cliffs,
        "cliffs": int(test.cliffs.sum()),
        "process_rmse": rmse(by_process - test.values),
        "network_rmse": None if network is None else rmse(network - test.values),
        "network_share": network_share,
        "rank": 1 + sum(one["rmse"] < found for one in others),
        "cliff_rank": 1 + sum(one["cliff_rmse"] < cliffs for one in others),
        "intervals": interval_figures(domain, left, descriptors),
        "published": others,
    }
