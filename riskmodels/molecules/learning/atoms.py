"""What each atom adds to a number: exact for the process on fingerprints, integrated gradients for the network.

The process adds up, over measured compounds, a weight times the likeness; the likeness is a sum over the features that
both have, and a feature lies on atoms. So every feature has its share of the number, and every atom its share of the
features that it is part of: equal among the places where a feature is found, and among the atoms of each place.

Source: Sundararajan et al., ICML 2017 (integrated gradients).
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from rdkit import Chem

from riskmodels.molecules.learning.fingerprint import places_of
from riskmodels.molecules.learning.gaussian_process import Process
from riskmodels.molecules.learning.graph import graph_of, together
from riskmodels.molecules.learning.graph_network import GraphNetwork
from riskmodels.molecules.learning.library import Asked, Library

Floats = NDArray[np.float64]
#: points of the integral from nothing to the compound
POINTS = 64


def process_atoms(
    process: Process, library: Library, rows: NDArray[np.int64], molecule: Chem.Mol, asked: Asked
) -> Floats:
    """(atoms,) contributions to the process' number less its mean, which they add up to.

    Args:
        process: fitted on the rows.
        library: of measured compounds.
        rows: (m,) those that the process was fitted on.
        molecule: the compound.
        asked: the same, laid beside the library.
    """
    similarities = [similarity[:, rows] for similarity in asked.similarities]
    mixed = process.kernel.mixed(similarities)
    closeness = process.kernel.closeness(asked.descriptors, library.descriptors[rows])
    weights = (process.kernel.slope(mixed, closeness) * process.weights)[0]
    atoms = np.zeros(molecule.GetNumAtoms())
    for kind, places in enumerate(places_of(molecule)):
        counts, features = library.counts[kind], library.features[kind]
        # the likeness' denominator, Σ max = Σ all − Σ min
        total = sum(len(found) for found in places.values())
        both = total + counts.totals[rows]
        largest = np.maximum(both / (1 + similarities[kind][0]), 1.0)
        scaled = process.kernel.shares[kind] * weights / largest
        columns = library.by_feature[kind]
        for key, found in places.items():
            column = int(np.searchsorted(features, key))
            if column == len(features) or features[column] != key:
                continue
            known = columns[:, [column]].toarray()[rows, 0]
            share = float(scaled @ np.minimum(known, len(found))) / len(found)
            for place in found:
                atoms[list(place)] += share / len(place)
    return atoms


def network_atoms(
    network: GraphNetwork, molecule: Chem.Mol, descriptors: torch.Tensor, endpoint: int, points: int = POINTS
) -> tuple[float, Floats, float]:
    """Integrated gradients from nothing to the compound.

    Args:
        network: in float64 where contributions shall add up to rounding.
        molecule: the compound.
        descriptors: (1, descriptors), standardised; zero is the usual compound.
        endpoint: number of the answer.
        points: of the integral (midpoints).

    Returns:
        The answer for nothing; (atoms,) contributions, a bond's half to each of its atoms; and what is left: the
        descriptors' part and the error of the integral. Their sum is the network's answer.
    """
    graphs = together([graph_of(molecule)], descriptors.device)
    with torch.no_grad():
        atoms, bonds = network.coded(graphs)
        answer = float(network.read(atoms, bonds, descriptors, graphs)[0, endpoint])
        nothing = float(
            network.read(torch.zeros_like(atoms), torch.zeros_like(bonds), torch.zeros_like(descriptors), graphs)[
                0, endpoint
            ]
        )
    of_atoms, of_bonds = torch.zeros_like(atoms), torch.zeros_like(bonds)
    for point in range(points):
        at = (point + 0.5) / points
        inputs = [(at * part).requires_grad_() for part in (atoms, bonds)]
        read = network.read(inputs[0], inputs[1], at * descriptors, graphs)[0, endpoint]
        gradients = torch.autograd.grad(read, inputs, allow_unused=True, materialize_grads=True)
        of_atoms += gradients[0] / points
        of_bonds += gradients[1] / points
    contributions = (of_atoms * atoms).sum(1)
    halves = 0.5 * (of_bonds * bonds).sum(1)
    count = len(bonds)
    contributions = contributions.index_add(0, graphs.start[:count], halves).index_add(0, graphs.end[:count], halves)
    found = contributions.double().cpu().numpy()
    return nothing, found, answer - nothing - float(found.sum())
