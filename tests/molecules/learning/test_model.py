"""Models of a slice of real compounds, and the shipped ones: they add up, refuse the unknown, and are checked."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("rdkit")
from rdkit import Chem

from riskmodels.errors import ModelFileError
from riskmodels.molecules.endpoints import BY_NAME, ENDPOINTS, HERG
from riskmodels.molecules.learning.known_structures import COMPOUNDS
from riskmodels.molecules.learning.model import SHIPPED, CompoundModels
from riskmodels.molecules.structures.structure import Structure, standardise

TERFENADINE = "CC(C)(C)c1ccc(cc1)C(O)CCCN1CCC(CC1)C(O)(c1ccccc1)c1ccccc1"
ROSIGLITAZONE = "CN(CCOc1ccc(CC2SC(=O)NC2=O)cc1)c1ccccn1"
APIXABAN = "COc1ccc(cc1)-n1nc(C(N)=O)c2CCN(C(=O)c12)c1ccc(cc1)N1CCCCC1=O"
ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"
ALKANE = "C" * 30


@pytest.fixture(scope="module")
def shipped() -> CompoundModels:
    return CompoundModels.load(device="cpu")


@pytest.mark.parametrize("smiles", [TERFENADINE, APIXABAN, ASPIRIN, ALKANE, "C", "[Cl-].C[N+](C)(C)CCO"])
def test_atoms_base_and_gap_are_the_number(shipped: CompoundModels, smiles: str) -> None:
    structure = standardise(smiles)
    for estimate in shipped.estimate([structure])[0]:
        reasons = shipped.reasons(structure, estimate.endpoint)
        assert len(reasons.atoms) == structure.mol.GetNumAtoms()
        assert reasons.base + sum(reasons.atoms) + reasons.gap == pytest.approx(reasons.value, abs=1e-6)
        assert estimate.value is None or estimate.value == pytest.approx(reasons.value, abs=1e-6)


def test_another_order_of_atoms_orders_contributions_and_no_more(shipped: CompoundModels) -> None:
    structure = standardise(TERFENADINE)
    order = np.random.default_rng(0).permutation(structure.mol.GetNumAtoms())
    again = Structure(structure.given, structure.smiles, Chem.RenumberAtoms(structure.mol, order.tolist()), ())
    for endpoint in (HERG, BY_NAME["thrombin"]):
        first, second = shipped.reasons(structure, endpoint), shipped.reasons(again, endpoint)
        assert second.value == pytest.approx(first.value, abs=1e-6)
        np.testing.assert_allclose(second.atoms, np.array(first.atoms)[order], atol=1e-6)


def test_a_block_says_what_each_compound_alone_is_told(shipped: CompoundModels) -> None:
    structures = [standardise(smiles) for smiles in (TERFENADINE, ROSIGLITAZONE, APIXABAN, ASPIRIN)]
    for structure, found in zip(structures, shipped.estimate(structures), strict=True):
        for one, other in zip(shipped.estimate([structure])[0], found, strict=True):
            assert (one.endpoint, one.inside, one.reason) == (other.endpoint, other.inside, other.reason)
            assert (one.value or 0) == pytest.approx(other.value or 0, abs=1e-9)


def test_what_is_known_of_medicines(shipped: CompoundModels) -> None:
    """Terfenadine was withdrawn for its block of hERG (about 7); apixaban is a factor Xa inhibitor, Ki 0.08 nmol/L."""
    herg = shipped.estimate([standardise(TERFENADINE)])[0][0]
    assert herg.endpoint == HERG
    assert herg.value is not None
    assert herg.value > 6
    assert herg.low is not None
    assert herg.high is not None
    assert herg.low < herg.value < herg.high
    aspirin = shipped.estimate([standardise(ASPIRIN)])[0][0]
    assert aspirin.value is not None, "small medicines are among those measured"
    assert aspirin.value < 6
    apixaban = {found.endpoint.name: found for found in shipped.estimate([standardise(APIXABAN)])[0]}
    assert (apixaban["factor_xa"].value or 0) > 8


def test_a_long_alkane_gets_no_number_but_the_reason(shipped: CompoundModels) -> None:
    for found in shipped.estimate([standardise(ALKANE)])[0]:
        assert not found.inside
        assert found.value is found.low is found.high is None
        assert found.reason


def test_neighbours_are_measured_and_the_nearest_is_itself(shipped: CompoundModels) -> None:
    measured = standardise("CCN(CCOc1ccc(CC2SC(=O)NC2=O)cc1)c1ccccn1")
    found = shipped.neighbours(measured, BY_NAME["ppar_gamma"], 4)
    assert found[0].similarity == pytest.approx(1)
    assert found[0].smiles == measured.smiles
    assert found[0].value == pytest.approx(6.268, abs=1e-3)
    assert [one.similarity for one in found] == sorted((one.similarity for one in found), reverse=True)
    assert all("CC BY-SA" in one.source for one in found)


def test_structures_of_the_herg_set_are_not_shipped(shipped: CompoundModels) -> None:
    found = shipped.neighbours(standardise(TERFENADINE), HERG, 20)
    hidden = [one for one in found if one.smiles is None]
    assert hidden
    assert all("not shipped" in one.source for one in hidden)


def test_structures_of_the_herg_set_are_shown_where_it_is_at_hand(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARERISK_COMPOUNDS", str(shared / "molecules"))
    found = CompoundModels.load(device="cpu").neighbours(standardise(TERFENADINE), HERG, 1)[0]
    assert found.similarity == pytest.approx(1)
    assert found.smiles is not None
    assert standardise(found.smiles).smiles == standardise(TERFENADINE).smiles


def test_compounds_that_were_learnt_are_known_again(slice_folder: Path) -> None:
    models = CompoundModels.load(slice_folder, device="cpu")
    assert models.endpoints == ENDPOINTS
    measured = pd.read_csv(slice_folder.parent / COMPOUNDS).dropna(subset=["thrombin"]).head(20)
    place = ENDPOINTS.index(BY_NAME["thrombin"])
    found = [row[place] for row in models.estimate([standardise(smiles) for smiles in measured["smiles"]])]
    assert sum(one.similarity > 0.999 for one in found) >= 18
    errors = np.array([one.value - value for one, value in zip(found, measured["thrombin"], strict=True) if one.value])
    assert len(errors) >= 10
    assert np.sqrt(np.mean(errors**2)) < measured["thrombin"].std()


def test_damaged_models_are_refused(slice_folder: Path, tmp_path: Path) -> None:
    for name, damage in (("model.safetensors", b"\0"), ("card.json", b" "), (f"../{COMPOUNDS}", b"C,,,,,\n")):
        copy = tmp_path / name.strip("./") / "slice"
        shutil.copytree(slice_folder.parent, copy.parent)
        with (copy / name).open("ab") as handle:
            handle.write(damage)
        if name == "card.json":
            text = (copy / name).read_text(encoding="utf-8").replace('"network_share": 0.0', '"network_share": 1.0')
            (copy / name).write_text(text, encoding="utf-8")
        with pytest.raises(ModelFileError):
            CompoundModels.load(copy)


def test_the_shipped_folder_is_small() -> None:
    assert (SHIPPED / "model.safetensors").stat().st_size < 20_000_000
