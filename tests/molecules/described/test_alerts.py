"""Alerts and synthetic accessibility: against RDKit's own catalogues and scores, on structures of known answer."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from rdkit.Chem import MolFromSmiles, RDConfig
from rdkit.Chem.FilterCatalog import FilterCatalog, FilterCatalogParams

from riskmodels.molecules.described.alerts import BRENK, PAINS, alerts
from riskmodels.molecules.described.synthesis import HARD, synthetic_accessibility


def named(smiles: str) -> set[tuple[str, str]]:
    return {(alert.catalogue, alert.name) for alert in alerts(MolFromSmiles(smiles))}


class TestAlerts:
    def test_a_quinone_is_in_both_catalogues(self) -> None:
        assert named("O=C1C=CC(=O)C=C1") == {(PAINS, "quinone_A"), (BRENK, "chinone_1")}

    def test_aspirin_is_a_phenol_ester(self) -> None:
        assert named("CC(=O)Oc1ccccc1C(=O)O") == {(BRENK, "phenol_ester")}

    def test_apixaban_has_none_of_pains(self) -> None:
        assert not [a for a in named("COc1ccc(cc1)n1nc(C(N)=O)c2c1C(=O)N(CC2)c1ccc(cc1)N1CCCCC1=O") if a[0] == PAINS]

    def test_atoms_are_those_of_the_part(self) -> None:
        (found,) = [a for a in alerts(MolFromSmiles("CC[N+](=O)[O-]")) if a.name == "nitro_group"]
        assert found.atoms == (2, 3, 4)

    def test_a_part_that_is_there_twice_is_told_once(self) -> None:
        assert len([a for a in alerts(MolFromSmiles("O=CCCCCCC=O")) if a.name == "aldehyde"]) == 1

    def test_the_fingerprint_hides_no_alert_of_the_catalogue(self, shared: Path) -> None:
        wanted = FilterCatalogParams()
        wanted.AddCatalog(FilterCatalogParams.FilterCatalogs.PAINS)
        catalogue = FilterCatalog(wanted)
        smiles = pd.read_csv(shared / "molecules" / "herg_pic50_sato2021.csv")["smiles"].sample(400, random_state=1)
        for mol in filter(None, map(MolFromSmiles, smiles)):
            own = {alert.name for alert in alerts(mol) if alert.catalogue == PAINS}
            assert own == {entry.GetDescription().partition("(")[0] for entry in catalogue.GetMatches(mol)}


class TestSyntheticAccessibility:
    def test_scores_are_those_of_the_published_table(self) -> None:
        table = Path(RDConfig.RDContribDir) / "SA_Score" / "data" / "zim.100.txt"
        for line in table.read_text(encoding="utf-8").splitlines()[1:6]:
            smiles, _, score = line.split("\t")
            assert synthetic_accessibility(MolFromSmiles(smiles)) == pytest.approx(float(score), abs=1e-3)

    def test_aspirin_is_easier_than_a_macrolide(self) -> None:
        erythromycin = (
            "CC[C@@H]1[C@@]([C@@H]([C@H](C(=O)[C@@H](C[C@@]([C@@H]([C@H]([C@@H]([C@H](C(=O)O1)C)O[C@H]2C[C@@]"
            "([C@H]([C@@H](O2)C)O)(C)OC)C)O[C@H]3[C@@H]([C@H](C[C@H](O3)C)N(C)C)O)(C)O)C)C)O)(C)O"
        )
        assert synthetic_accessibility(MolFromSmiles("CC(=O)Oc1ccccc1C(=O)O")) < 2
        assert synthetic_accessibility(MolFromSmiles(erythromycin)) > HARD - 1
