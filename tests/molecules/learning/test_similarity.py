"""Fingerprints and their likeness, against the definition written out."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("rdkit")
from rdkit import Chem

from riskmodels.molecules.learning.fingerprint import KINDS, counted, features_of, places_of, vocabulary
from riskmodels.molecules.learning.similarity import MinMax

SMILES = [
    "CCCCCCCCCC(=O)O",
    "CC(=O)Oc1ccccc1C(=O)O",
    "C[C@H](N)C(=O)O",
    "C[C@@H](N)C(=O)O",
    "c1ccccc1",
    "O=C(O)CCc1ccccc1",
]
STRANGE = ["C", "FC(F)(F)I", "CCCCCCCCCCCCCCCCCCCC", "OB(O)c1ccccc1"]


def naive(one: dict[int, int], other: dict[int, int]) -> float:
    keys = one.keys() | other.keys()
    least = sum(min(one.get(key, 0), other.get(key, 0)) for key in keys)
    return least / sum(max(one.get(key, 0), other.get(key, 0)) for key in keys)


@pytest.mark.parametrize("kind", range(len(KINDS)), ids=KINDS)
def test_likeness_is_the_sum_of_least_over_the_sum_of_most(kind: int) -> None:
    known = [features_of(Chem.MolFromSmiles(smiles))[kind] for smiles in SMILES]
    asked = known + [features_of(Chem.MolFromSmiles(smiles))[kind] for smiles in STRANGE]
    features = vocabulary(known)
    found = MinMax(counted(known, features)).to(counted(asked, features))
    expected = [[naive(dict(a), dict(b)) for b in known] for a in asked]
    # a methane has no pairs: nothing is in common, and nothing is divided by nothing
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_one_hand_is_not_the_other() -> None:
    features = [features_of(Chem.MolFromSmiles(smiles))[0] for smiles in SMILES[2:4]]
    assert naive(dict(features[0]), dict(features[1])) < 1


@pytest.mark.parametrize("smiles", [*SMILES, *STRANGE])
def test_every_feature_is_somewhere_as_often_as_it_is_counted(smiles: str) -> None:
    molecule = Chem.MolFromSmiles(smiles)
    for features, places in zip(features_of(molecule), places_of(molecule), strict=True):
        assert {key: len(found) for key, found in places.items()} == dict(features)
        atoms = {atom for found in places.values() for place in found for atom in place}
        assert atoms <= set(range(molecule.GetNumAtoms()))


def test_features_have_the_numbers_that_the_models_were_trained_with() -> None:
    """Acetic acid with RDKit 2026.9.1: where a release numbers features otherwise, all likeness vanishes."""
    circular, functional, pairs = features_of(Chem.MolFromSmiles("CC(=O)O"))
    assert set(circular) == {
        864662311, 864942730, 1510328189, 1533864325, 2205501948, 2246699815, 2246728737, 3545365497
    }  # fmt: skip
    assert set(functional) == {0, 1, 2, 32, 605976925, 3205495832, 3205495901, 3205496734}
    assert set(pairs) == {705569, 1590306, 1590625, 1721378, 1721697, 1723426}
