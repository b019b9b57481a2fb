"""One compound in one form, everything changed said, everything else refused with what to do."""

from __future__ import annotations

import io
import logging
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdkit import Chem

from riskmodels.molecules.structures.structure import LONGEST, MOST_ATOMS, StructureError, standardise, standardise_mol

TERFENADINE = "CC(C)(C)c1ccc(cc1)C(O)CCCN1CCC(CC1)C(O)(c1ccccc1)c1ccccc1"


@pytest.mark.parametrize(
    ("smiles", "standard", "said"),
    [
        (" CC(=O)Oc1ccccc1C(=O)O ", "CC(=O)Oc1ccccc1C(=O)O", ""),
        ("C[C@H](N)C(=O)O.Cl", "C[C@H](N)C(=O)O", "left out as the partner of a salt or crystal: HCl"),
        ("CC(=O)[O-].C[NH+](C)CCc1ccccc1", "CN(C)CCc1ccccc1", "acetic acid"),
        ("CC(=O)[O-].[Na+]", "CC(=O)O", "Na+"),
        ("C[N+](C)(C)C.C[N+](C)(C)C.[Cl-].[Cl-]", "C[N+](C)(C)C", "one of several copies"),
        ("Oc1ccccn1", "O=c1cccc[nH]1", "another tautomer"),
        ("CN(=O)=O", "C[N+](=O)[O-]", ""),
        ("[2H]C([2H])([2H])O", "CO", "labels of isotopes"),
        ("OC(=O)CC(O)(CC(=O)O)C(=O)O", "O=C(O)CC(O)(CC(=O)O)C(=O)O", ""),
    ],
)
def test_standard_form_and_what_was_changed(smiles: str, standard: str, said: str) -> None:
    structure = standardise(smiles)
    assert structure.smiles == standard
    assert said in "; ".join(structure.changes) if said else not structure.changes


@pytest.mark.parametrize(
    ("smiles", "reason"),
    [
        ("CCO–", "character 4 is no letter, digit or sign"),
        ("hIÉ^.°\x16µ%ICL\x02„ősŇ#€>Ś\x116\x18M“%<¶", "character 3 is no"),
        ("", "no structure"),
        ("C1CC", "ring opened by 1 at character 2 is not closed"),
        ("C[C@H]1CC2CC", "ring opened by 1 at character 7 is not closed; the ring opened by 2 at character 10"),
        ("C(C", "parenthesis at character 2 is not closed"),
        ("CC)C", "closed at character 3 that was not opened"),
        ("CQC", "cannot be read on at character 2"),
        ("CC(C)(C)(C)C", r"atom 2 \(C\) has too many bonds"),
        ("c1cccc1", "aromatic ring"),
        ("[Na+].[Cl-]", "no carbon"),
        ("N.N.Cl[Pt]Cl", "no carbon"),
        ("C[Fe]C", "holds Fe"),
        ("*CC*", "open ends"),
        ("[CH3]", "radical"),
        ("CCOc1ccccc1.CCCNc1ccncc1", "mixture of 2 compounds"),
        ("C" * (MOST_ATOMS + 1), "heavy atoms"),
        ("C" * (LONGEST + 1), "characters"),
        ("C" * 2_000, "2,000 heavy atoms"),
    ],
)
def test_refused_with_reason_and_remedy(smiles: str, reason: str) -> None:
    with pytest.raises(StructureError, match=reason) as refused:
        standardise(smiles)
    assert refused.value.hint
    assert refused.value.log == "StructureError"


def test_any_order_of_atoms_gives_the_same_atoms() -> None:
    mol = Chem.MolFromSmiles(TERFENADINE)
    order = list(range(mol.GetNumAtoms()))
    random.Random(1).shuffle(order)
    turned = standardise_mol(Chem.RenumberAtoms(mol, order))
    straight = standardise(TERFENADINE)
    assert turned.smiles == straight.smiles
    assert [a.GetSymbol() for a in turned.mol.GetAtoms()] == [a.GetSymbol() for a in straight.mol.GetAtoms()]


def test_stereochemistry_is_kept_where_a_tautomer_could_move_it() -> None:
    assert standardise("C[C@H](C(C)=O)c1ccccc1").smiles != standardise("C[C@@H](C(C)=O)c1ccccc1").smiles


@given(st.text(alphabet="CNOcno()[]=#+-123.@HClBr*%\\/ ", max_size=40))
def test_any_text_is_a_structure_that_stays_as_it_is_or_is_refused(text: str) -> None:
    try:
        structure = standardise(text)
    except StructureError:
        return
    assert standardise(structure.smiles).smiles == structure.smiles


def test_no_structure_reaches_a_log(capfd: pytest.CaptureFixture[str]) -> None:
    """By handlers of its own: pytest's also listen to loggers that pass nothing on."""
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    logging.getLogger().addHandler(handler)
    try:
        with pytest.raises(StructureError):
            standardise("C1CCsecret")
        Chem.MolFromSmiles("C1CCsecret")
    finally:
        logging.getLogger().removeHandler(handler)
    out, err = capfd.readouterr()
    assert "secret" not in heard.getvalue() + out + err
