"""The measured compounds as they are learnt from: units, parts, folds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("rdkit")
from riskmodels.errors import SourceDataError
from riskmodels.molecules.endpoints import BY_NAME, ENDPOINTS, HERG
from riskmodels.shipping.molecules.data import Data, random_folds, read_data, scaffold_folds


@pytest.fixture(scope="module")
def data(shared: Path) -> Data:
    return read_data(shared, limit=80)


def test_values_are_of_molar_concentrations(data: Data) -> None:
    """The first compound of thrombin's file: Ki 2,670 nmol/L, pKi 5.57."""
    rows = data.table[data.table.endpoint == "thrombin"]
    assert rows["value"].iloc[0] == pytest.approx(9 - np.log10(2670))
    assert data.table["value"].between(2, 13).all()


def test_no_compound_is_learnt_from_and_tested(data: Data) -> None:
    tested = np.flatnonzero(data.tested())
    for endpoint in ENDPOINTS:
        train, test = data.training(endpoint), data.test(endpoint)
        assert not set(train.compounds) & set(test.compounds)
        assert set(test.compounds) <= set(tested)
        assert len(set(train.compounds)) == len(train)
    assert not len(data.test(HERG))
    assert len(data.test(BY_NAME["thrombin"]))


def test_compounds_whose_structures_are_shipped_come_first(data: Data) -> None:
    chembl = data.table["compound"][data.table.endpoint != HERG.name]
    assert set(chembl) == set(range(chembl.max() + 1))


def test_a_scaffold_is_in_one_fold(data: Data) -> None:
    from rdkit.Chem.Scaffolds import MurckoScaffold

    folds = scaffold_folds(data.structures, 5)
    by_scaffold: dict[str, set[int]] = {}
    for structure, fold in zip(data.structures, folds.tolist(), strict=True):
        scaffold = MurckoScaffold.MurckoScaffoldSmiles(mol=structure.mol)
        by_scaffold.setdefault(scaffold, set()).add(fold)
    assert all(len(found) == 1 for found in by_scaffold.values())
    assert np.bincount(folds, minlength=5).min() > len(folds) // 10


def test_random_folds_are_of_one_size() -> None:
    assert np.ptp(np.bincount(random_folds(101, 5))) == 1


def test_a_folder_without_the_files_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceDataError, match=r"CHEMBL235_EC50\.csv is not in"):
        read_data(tmp_path)
