"""Matched pairs: cuts that join again, changes found in measured compounds, their figures, evidence for a compound."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdkit import Chem
from scipy import stats

from riskmodels.errors import ModelFileError
from riskmodels.molecules.endpoints import ENDPOINTS, HERG, THROMBIN
from riskmodels.molecules.pairs.cuts import HYDROGEN, LARGEST, cuts_of, joined
from riskmodels.molecules.pairs.evidence import LEAST_PAIRS, Change, PairTable, evidence_for, read_table
from riskmodels.molecules.pairs.table import changes_of, write_table
from riskmodels.molecules.structures.structure import standardise

RESTS = ["c1ccncc1", "c1ccsc1", "c1ccc2ncccc2c1", "c1cnc2[nH]ccc2c1", "c1ccc(C(=O)O)nc1", "c1ccc2occc2c1"]
#: losing the amine lowers the value by these
LOSSES = [0.5, 0.7, 0.9, 0.8, 0.6, 1.0]
AMINE_LOSS = Change("herg", "c", "*CN", HYDROGEN, 6, 12, -0.75, 0.19)


def canonical(mol: Chem.Mol | None) -> str:
    assert mol is not None
    return str(Chem.MolToSmiles(mol))


def series() -> tuple[list[Chem.Mol], list[float]]:
    """Rests with and without an aminomethyl group."""
    bare = [Chem.MolFromSmiles(rest) for rest in RESTS]
    amines = [Chem.MolFromSmiles(f"NC{rest}") for rest in RESTS]
    return [*bare, *amines], [5.0] * len(bare) + [5.0 + loss for loss in LOSSES]


@pytest.mark.parametrize(
    "smiles",
    [
        "COc1ccc(-n2nc(C(N)=O)c3c2CN(C)C3)cc1",
        "C[C@H](N)C(=O)N[C@@H](CO)c1ccccc1",
        "c1cc[nH]c1CC",
        "C/C=C/CCl",
        "CN(C)S(=O)(=O)c1ccccc1",
    ],
)
def test_every_cut_joins_to_the_compound_again(smiles: str) -> None:
    mol = Chem.MolFromSmiles(smiles)
    cuts = list(cuts_of(mol, hydrogens=True))
    assert cuts
    assert {canonical(joined(cut.fragment, cut.rest)) for cut in cuts} == {canonical(mol)}


def test_the_atoms_of_a_cut_are_those_of_its_fragment() -> None:
    mol = Chem.MolFromSmiles("NCc1ccncc1")
    found = {cut.fragment: cut.atoms for cut in cuts_of(mol)}
    assert found["*CN"] == (0, 1)
    assert {cut.context for cut in cuts_of(mol) if cut.fragment == "*CN"} == {"c"}


def test_a_large_side_is_no_fragment() -> None:
    mol = Chem.MolFromSmiles("c1ccc2c(c1)ccc1c2cccc1CCc1cccc2c1ccc1ccccc12")
    assert all(len(cut.atoms) <= LARGEST for cut in cuts_of(mol))


def test_a_change_is_found_with_its_mean_spread_and_interval() -> None:
    (change,) = [c for c in changes_of("herg", *series()) if (c.context, c.before, c.after) == ("c", "*CN", HYDROGEN)]
    assert (change.pairs, change.compounds) == (6, 12)
    assert change.mean == pytest.approx(-0.75)
    known = stats.ttest_1samp([-loss for loss in LOSSES], 0).confidence_interval(0.95)
    assert change.interval == pytest.approx((known.low, known.high), abs=2e-3)
    assert change.supported == pytest.approx(known.high, abs=2e-3)
    assert change.reverse().interval == pytest.approx((-change.interval[1], -change.interval[0]))


def test_fewer_pairs_are_no_change() -> None:
    mols, values = series()
    few = [place for place in range(len(mols)) if place % len(RESTS) < LEAST_PAIRS - 1]
    assert changes_of("herg", [mols[place] for place in few], [values[place] for place in few]) == []


def test_evidence_is_said_in_words() -> None:
    told = "Losing –CN on an aromatic carbon lowers hERG by 0.8 (0.6 to 0.9) log units"
    assert AMINE_LOSS.sentence() == f"{told} in 6 pairs of 12 measured compounds."
    assert AMINE_LOSS.smirks == "[*:1]CN>>[*:1][H]"
    unsure = Change("herg", "c", "*C", "*F", 5, 10, 0.1, 0.5)
    assert "no clear change of hERG (−0.5 to +0.7 log units)" in unsure.sentence()


def test_evidence_is_for_what_the_compound_has_and_best_supported_first() -> None:
    other = Change("herg", "c", "*CN", "*O", 5, 10, -1.0, 1.0)
    few = Change("herg", "c", "*CN", "*F", LEAST_PAIRS - 1, 8, -3.0, 0.1)
    absent = Change("herg", "c", "*C(F)(F)F", HYDROGEN, 9, 18, -2.0, 0.1)
    elsewhere = Change("thrombin", "c", "*CN", HYDROGEN, 9, 18, -2.0, 0.1)
    table = PairTable([other, few, absent, elsewhere, AMINE_LOSS])
    structure = standardise("NCc1ccc2occc2c1")
    found = evidence_for(structure, HERG, table)
    assert [each.change for each in found[:2]] == [AMINE_LOSS, other]
    assert {each.change for each in found[2:]} == {AMINE_LOSS.reverse(), absent.reverse()}
    assert {structure.mol.GetAtomWithIdx(atom).GetSymbol() for atom in found[0].atoms} == {"C", "N"}
    assert {each.change for each in evidence_for(structure, THROMBIN, table)} == {elsewhere, elsewhere.reverse()}


def test_a_change_is_also_evidence_for_its_reverse() -> None:
    found = evidence_for(standardise("c1ccncc1"), HERG, PairTable([AMINE_LOSS]))
    assert {each.change.mean for each in found} == {0.75}
    assert len(found) == 3  # the carbons of pyridine that differ


def test_the_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    write_table({"herg": series()}, path, lambda text: None)
    assert read_table(path) == changes_of("herg", *series())


def test_a_damaged_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text("endpoint,context,before,after,pairs,compounds,mean,sd\nherg,c,*C,*F,many,10,0.1,0.2\n")
    with pytest.raises(ModelFileError):
        read_table(path)


class TestShipped:
    def test_holds_every_endpoint_and_what_can_be_joined(self) -> None:
        changes = read_table()
        assert {change.endpoint for change in changes} == {endpoint.name for endpoint in ENDPOINTS}
        assert all(joined(side, "*C") for change in changes for side in (change.before, change.after))

    def test_of_herg_only_small_fragments_of_five_pairs(self) -> None:
        herg = [change for change in read_table() if change.endpoint == "herg"]
        assert min(change.pairs for change in herg) >= LEAST_PAIRS
        sizes = [
            Chem.MolFromSmiles(side).GetNumHeavyAtoms() for change in herg for side in (change.before, change.after)
        ]
        assert max(sizes) <= 8
