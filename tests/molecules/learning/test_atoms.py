"""Contributions of atoms add up: of the process, of the network, and of a mean of both."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

pytest.importorskip("rdkit")
from rdkit import Chem

from riskmodels.molecules.endpoints import ENDPOINTS
from riskmodels.molecules.learning.atoms import network_atoms
from riskmodels.molecules.learning.descriptors import DESCRIPTORS
from riskmodels.molecules.learning.graph import graph_of, together
from riskmodels.molecules.learning.graph_network import GraphNetwork, Shape
from riskmodels.molecules.learning.model import CompoundModels
from riskmodels.molecules.learning.trained_network import TrainedNetwork
from riskmodels.molecules.structures.structure import Structure, standardise

SMILES = ["CN(CCOc1ccc(CC2SC(=O)NC2=O)cc1)c1ccccn1", "C", "OC(=O)/C=C/c1ccc(Cl)cc1", "C[N+](C)(C)CC[S-]"]
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def network() -> TrainedNetwork:
    torch.manual_seed(0)
    wide, many = len(DESCRIPTORS), len(ENDPOINTS)
    made = GraphNetwork(Shape(hidden=24, steps=3, descriptors=wide, endpoints=many))
    return TrainedNetwork(made, np.full(wide, 2.0), np.full(wide, 3.0), np.full(many, 6.0), np.full(many, 0.9), CPU)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("smiles", SMILES)
def test_base_atoms_and_gap_are_the_number(
    slice_folder: Path, network: TrainedNetwork, smiles: str, share: float
) -> None:
    read = CompoundModels.load(slice_folder, device="cpu")
    parts = [replace(part, network_share=share) for part in read.parts.values()]
    models = CompoundModels(read.library, parts, network, read.card, {})
    structure = standardise(smiles)
    order = np.random.default_rng(1).permutation(structure.mol.GetNumAtoms())
    other = Structure(smiles, structure.smiles, Chem.RenumberAtoms(structure.mol, order.tolist()), ())
    for endpoint in ENDPOINTS[:2]:
        found = models.reasons(structure, endpoint)
        assert found.base + sum(found.atoms) + found.gap == pytest.approx(found.value, abs=1e-6)
        again = models.reasons(other, endpoint)
        np.testing.assert_allclose(again.atoms, np.array(found.atoms)[order], atol=1e-6)
        assert share > 0 or found.gap == 0


def test_the_integral_is_near_what_it_explains(network: TrainedNetwork) -> None:
    """For the usual compound, whose descriptors explain nothing, the gap is the error of the integral alone."""
    usual = torch.zeros(1, len(DESCRIPTORS), dtype=torch.float64)
    for smiles in SMILES:
        nothing, atoms, gap = network_atoms(network.network, Chem.MolFromSmiles(smiles), usual, 0, points=300)
        assert abs(gap) < 0.02 * (abs(atoms).sum() + abs(nothing))


def test_a_compound_is_told_the_same_alone_and_among_others(network: TrainedNetwork) -> None:
    molecules = [Chem.MolFromSmiles(smiles) for smiles in SMILES]
    described = np.zeros((len(SMILES), len(DESCRIPTORS)))
    both = network.estimate(molecules, described)
    for row, molecule in enumerate(molecules):
        np.testing.assert_allclose(network.estimate([molecule], described[:1])[0], both[row], atol=1e-12)


def test_no_message_comes_straight_back() -> None:
    """In ethane each carbon's arrow hears of no other bond: more steps of messages change nothing."""
    graphs, answers = together([graph_of(Chem.MolFromSmiles("CC"))], CPU), []
    for steps in (1, 4):
        torch.manual_seed(0)
        network = GraphNetwork(Shape(hidden=8, steps=steps)).eval()
        answers.append(network(graphs, torch.zeros(1, len(DESCRIPTORS))))
    torch.testing.assert_close(answers[0], answers[1])
