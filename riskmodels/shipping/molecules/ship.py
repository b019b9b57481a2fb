"""Makes the shipped models of compounds: chosen and judged on parts, learnt from all, calibrated on those left out.

Nothing that a test part holds decides anything: kernels, and how much of the network each endpoint takes, come from the
training part. What is shipped has learnt the test parts as well, with the same choices.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskmodels.molecules.endpoints import ENDPOINTS, HERG, Endpoint
from riskmodels.molecules.learning.domain import fit_domain
from riskmodels.molecules.learning.endpoint_model import EndpointModel
from riskmodels.molecules.learning.gaussian_process import fit_kernel, fit_process
from riskmodels.molecules.learning.graph import graph_of
from riskmodels.molecules.learning.known_structures import COMPOUNDS
from riskmodels.molecules.learning.library import Library
from riskmodels.molecules.learning.model import SHIPPED, CompoundModels
from riskmodels.runtime.hashes import file_hash
from riskmodels.shipping.molecules.benchmark import FOLDS, judge_set
from riskmodels.shipping.molecules.card import card_of
from riskmodels.shipping.molecules.compounds_file import herg_lines, write_compounds
from riskmodels.shipping.molecules.data import Data, Numbers, random_folds, read_data, scaffold_folds
from riskmodels.shipping.molecules.figures import crossed_intervals, error_figures
from riskmodels.shipping.molecules.left_out import LeftOut, Pool, leave_out
from riskmodels.shipping.molecules.network_training import Recipe
from riskmodels.shipping.molecules.networks import Networks, shares_of
from riskmodels.shipping.say import Say
from riskmodels.tabular.device import choose_device

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Fitted:
    """One endpoint's model, and its estimates of compounds that were left out, by way of leaving out."""

    model: EndpointModel
    left: dict[str, LeftOut]


def ship_compounds(
    shared: Path,
    out: Path = SHIPPED,
    *,
    recipe: Recipe | None,
    say: Say,
    device: str | None = None,
    limit: int | None = None,
) -> CompoundModels:
    """Train, judge, calibrate and write.

    Args:
        shared: folder of shared data.
        out: folder of the models; the file of the shipped structures is written beside it.
        recipe: of the networks; None to do without.
        say: told how far it is.
        device: of the networks; the best there is when None.
        limit: rows of each set, for tests; all when None.

    Raises:
        SourceDataError: when a file is missing.
        TrainingError: when a model cannot be fitted.
    """
    started = time.process_time()
    data = read_data(shared, lambda share, words: say.line(f"{words}, {100 * share:.0f} %"), limit)
    library = Library.of([structure.mol for structure in data.structures], data.features)
    networks = None
    if recipe:
        graphs = [graph_of(structure.mol) for structure in data.structures]
        networks = Networks(data, library, graphs, recipe, choose_device(device))
    choice = networks.choose(say.within("choice")) if networks else {}
    shares = {endpoint.name: 0.0 for endpoint in ENDPOINTS} | shares_of(choice)
    networks = networks if any(shares.values()) else None
    count = len(data.structures)
    folds = {"random": random_folds(count, FOLDS), "scaffold": scaffold_folds(data.structures, FOLDS)}
    sets = _judge_sets(data, library, folds["scaffold"], shared, networks, shares, say)
    beside = {way: networks.left_out(of, say.within(way)) for way, of in folds.items()} if networks else {}
    fitted = {
        endpoint.name: _fit(data, library, endpoint, folds, beside, shares[endpoint.name], say.within(endpoint.title))
        for endpoint in ENDPOINTS
    }
    network = networks.trained(np.ones(count, np.bool_), say.within("shipped")) if networks else None
    out.parent.mkdir(parents=True, exist_ok=True)
    shipped = write_compounds(data, out.parent / COMPOUNDS)
    card = card_of(data, file_hash(out.parent / COMPOUNDS))
    card |= {"choice": choice, "evaluation": _evaluation(sets, fitted, library)}
    card["training"] = {"cpu_seconds": round(time.process_time() - started)}
    parts = [one.model for one in fitted.values()]
    CompoundModels(library, parts, network, card, dict(enumerate(shipped))).save(out, herg_lines(data))
    say.line(f"written: {out}")
    return CompoundModels.load(out)


def _judge_sets(
    data: Data,
    library: Library,
    scaffolds: Numbers,
    shared: Path,
    networks: Networks | None,
    shares: Mapping[str, float],
    say: Say,
) -> dict[str, Any]:
    """The five sets on their own split, by what was chosen."""
    found = {}
    network = networks.trained(~data.tested(), say.within("for the test parts")) if networks else None
    for place, endpoint in enumerate(ENDPOINTS):
        test = data.test(endpoint)
        if not len(test):
            continue
        beside = networks.estimates(network, test.compounds)[:, place] if networks and network else None
        one = judge_set(data, library, endpoint, scaffolds, shared, beside, shares[endpoint.name])
        found[endpoint.name] = one
        say.line(f"{endpoint.title}: RMSE {one['rmse']}, cliffs {one['cliff_rmse']}, place {one['rank']}")
    return found


def _fit(
    data: Data,
    library: Library,
    endpoint: Endpoint,
    folds: Mapping[str, Numbers],
    beside: Mapping[str, Floats],
    share: float,
    say: Say,
) -> _Fitted:
    measured = data.all_of(endpoint)
    pool = Pool.of(library, measured.compounds, measured.values)
    kernel = fit_kernel(pool.similarities, pool.descriptors, pool.measured)
    say.line(f"{len(measured):,} compounds, noise {kernel.noise**0.5:.2f}")
    left, place = {}, ENDPOINTS.index(endpoint)
    for way, numbers in folds.items():
        own = numbers[measured.compounds]
        # hERG has no test part: its folds are the test, so that not even a kernel may know the fold left out
        kernels = [_kernel_without(pool, own == fold) for fold in range(FOLDS)] if endpoint == HERG else kernel
        found = leave_out(pool, kernels, own)
        left[way] = found.mixed(beside[way][measured.compounds, place], share) if share else found
        say.line(f"left out, {way}: RMSE {np.sqrt(np.mean(left[way].errors ** 2)):.3f}")
    both = left["random"].and_also(left["scaffold"])
    domain = fit_domain(both.near, both.errors, float(pool.measured.std()), pool.descriptors)
    process = fit_process(kernel, pool.similarities, pool.descriptors, pool.measured)
    return _Fitted(EndpointModel(endpoint, pool.rows, pool.measured, process, domain, share), left)


def _kernel_without(pool: Pool, out: NDArray[np.bool_]) -> Any:
    known = pool.part(np.flatnonzero(~out))
    return fit_kernel(known.similarities, known.descriptors, known.measured)


def _evaluation(sets: dict[str, Any], fitted: Mapping[str, _Fitted], library: Library) -> dict[str, Any]:
    herg = {way: error_figures(left.measured, left.estimates) for way, left in fitted[HERG.name].left.items()}
    intervals = {
        name: crossed_intervals(one.left["scaffold"], [one.left["random"]], library.descriptors[one.model.rows])
        for name, one in fitted.items()
    }
    return {"sets": sets, "herg": {"folds": herg}, "intervals": intervals}
