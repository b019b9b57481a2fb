"""Properties: against published figures of known compounds, and the rule of five."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdkit.Chem import MolFromSmiles

from riskmodels.molecules.described.properties import PROPERTIES, formula, properties, rule_of_five_violations

ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"
TERFENADINE = "CC(C)(C)c1ccc(cc1)C(O)CCCN1CCC(CC1)C(O)(c1ccccc1)c1ccccc1"


class TestProperties:
    # PubChem CID 2244: 180.16 g/mol, 63.6 Å², 1 donor, 4 acceptors; QED of the paper's supplement, rounded
    def test_aspirin_is_as_published(self) -> None:
        found = properties(MolFromSmiles(ASPIRIN))
        assert found["weight_g_mol"] == pytest.approx(180.16, abs=0.01)
        assert found["tpsa_a2"] == pytest.approx(63.6, abs=0.05)
        assert (found["donors"], found["acceptors"], found["aromatic_rings"]) == (1, 4, 1)
        assert found["qed"] == pytest.approx(0.55, abs=0.01)
        assert found["charge"] == 0
        assert formula(MolFromSmiles(ASPIRIN)) == "C9H8O4"

    def test_charge_is_that_of_the_structure(self) -> None:
        assert properties(MolFromSmiles("C[N+](C)(C)CC(=O)[O-]"))["charge"] == 0
        assert properties(MolFromSmiles("C[N+](C)(C)CCO"))["charge"] == 1

    def test_numbers_are_printed_with_their_unit(self) -> None:
        printed = {each.name: each.format(-1.0) for each in PROPERTIES}
        assert printed["weight_g_mol"] == "−1.0 g/mol"
        assert printed["charge"] == "−1 e"
        assert printed["logp"] == "−1.00"


class TestRuleOfFive:
    def test_aspirin_breaks_none(self) -> None:
        assert rule_of_five_violations(properties(MolFromSmiles(ASPIRIN))) == []

    def test_terfenadine_breaks_that_of_logp(self) -> None:
        broken = rule_of_five_violations(properties(MolFromSmiles(TERFENADINE)))
        assert [each.name for each in broken] == ["logp"]

    @given(st.integers(1, 60))
    def test_a_bound_itself_is_no_violation(self, carbons: int) -> None:
        values = properties(MolFromSmiles("O" + "C" * carbons))
        broken = {each.name for each in rule_of_five_violations(values)}
        assert ("weight_g_mol" in broken) == (values["weight_g_mol"] > 500)
        assert ("logp" in broken) == (values["logp"] > 5)
