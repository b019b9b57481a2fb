"""Screening a file: the case file as its README says, duplicates, problem rows, counts that add up, a safe CSV."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest

from riskmodels.molecules.endpoints import ENDPOINTS, FACTOR_XA, HERG
from riskmodels.molecules.screening.screen import (
    ALERTS,
    CHANGES,
    HERG_FLAG,
    OUTSIDE,
    SAME_AS,
    SMILES,
    Screened,
    column,
    screen,
)
from riskmodels.molecules.structures.reading import read_compounds
from tests.molecules.fakes import WHY, FakeModels

ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"


def screened(text: str, models: FakeModels | None = None) -> Screened:
    return screen(read_compounds(text.encode()), models or FakeModels())


def opened(found: Screened) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(found.csv()), dtype=str, keep_default_na=False)


class TestRows:
    def test_each_row_is_answered_or_a_problem(self) -> None:
        found = screened(f"smiles,id\n{ASPIRIN},a\nC1CC,b\n,c\n[Na+].[Cl-],d\nC*C,e\n[Cu]c1ccccc1,f\n")
        assert list(found.table.index) == [2]
        assert [problem.row for problem in found.problems] == [3, 4, 5, 6, 7]
        assert all(problem.reason and problem.hint for problem in found.problems)
        assert found.counts == {"read": 6, "screened": 1, "problems": 5, "duplicates": 0, "changed": 0}

    def test_the_same_compound_is_computed_once_and_said(self) -> None:
        models = FakeModels()
        found = screened(f"smiles\n{ASPIRIN}\nOC(=O)c1ccccc1OC(C)=O\n{ASPIRIN}\n", models)
        assert found.table[SAME_AS].tolist()[1:] == [2, 2]
        assert len(models.asked) == 1
        assert found.counts["duplicates"] == 2

    def test_what_was_changed_is_said(self) -> None:
        found = screened("smiles\nCc1ccccc1CN.Cl\n")
        assert found.table[CHANGES][2]
        assert "Cl" not in found.table[SMILES][2]

    def test_outside_the_domain_there_is_a_reason_and_no_number(self) -> None:
        found = screened("smiles\nCCCCCCCC\n")
        assert found.table.loc[2, column(HERG, "domain")] == f"{OUTSIDE}: {WHY}"
        numbers = [column(HERG, part) for part in ("", "low90", "high90", "umol_l")]
        assert found.table.loc[2, numbers].isna().all()
        assert found.outside(HERG).all()

    def test_concentration_and_logarithm_agree(self) -> None:
        found = screened(f"smiles\n{ASPIRIN}\n")
        value = found.table.loc[2, column(FACTOR_XA)]
        assert found.table.loc[2, column(FACTOR_XA, "umol_l")] == pytest.approx(10 ** (6 - value))
        assert column(FACTOR_XA, "umol_l") == "factor_xa_ki_umol_l"

    def test_alerts_are_named_with_their_catalogue(self) -> None:
        assert screened("smiles\nO=C1C=CC(=O)C=C1\n").table[ALERTS][2] == "PAINS: quinone_A; Brenk: chinone_1"

    def test_a_structure_that_rdkit_fails_on_is_a_problem_row(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: object) -> None:
            raise RuntimeError("Invariant Violation")

        monkeypatch.setattr("riskmodels.molecules.structures.structure._one_form", fail)
        assert screened(f"smiles\n{ASPIRIN}\n").problems[0].reason == "The structure cannot be worked with."

    def test_a_file_of_problems_alone_has_an_empty_table(self) -> None:
        found = screened("smiles,name\nC1CC,a\nN#N,b\n")
        assert found.table.empty
        assert len(opened(found)) == 2

    def test_it_tells_how_far_it_is(self) -> None:
        told: list[tuple[float, str]] = []
        file = read_compounds("\n".join(["smiles", *(f"c1ccccc1{'C' * n}" for n in range(1, 300))]).encode())
        screen(file, FakeModels(), lambda share, words: told.append((share, words)))
        assert [share for share, _ in told] == sorted(share for share, _ in told)
        assert told[-1] == (1.0, "299 of 299 compounds")
        assert len(told) == 3


class TestCsv:
    def test_columns_of_the_file_come_first_and_all_rows_are_there(self) -> None:
        table = opened(screened(f"id,smiles,dose\nA,{ASPIRIN},3\nB,C1CC,4\n"))
        assert list(table.columns[:4]) == ["row", "smiles", "id", "dose"]
        assert table["id"].tolist() == ["A", "B"]
        assert table["problem"].tolist()[0] == ""
        assert "not closed" in table["problem"][1]
        assert float(table[column(HERG)][0]) == pytest.approx(5.8)
        assert table[column(HERG)][1] == ""

    def test_a_column_of_the_same_name_is_kept_apart(self) -> None:
        table = opened(screened(f"smiles,alerts\n{ASPIRIN},mine\n"))
        assert table["alerts"][0] == "mine"
        assert table["alerts (CareRisk)"][0] == "Brenk: phenol_ester"

    def test_formulas_of_a_spreadsheet_are_harmless(self) -> None:
        assert opened(screened(f'smiles,note\n{ASPIRIN},"=HYPERLINK(1)"\n'))["note"][0].startswith("'=")


def test_the_case_file_comes_out_as_its_readme_says(shared: Path) -> None:
    found = screen(read_compounds(shared / "cases" / "molecules" / "molecules_invented.csv"), FakeModels())
    assert [problem.row for problem in found.problems] == [3, 4]
    open_ring, salt = found.problems
    assert "ring opened by 1 at character 2 is not closed" in open_ring.reason
    assert "no carbon" in salt.reason
    assert list(found.table.index) == [2, 5, 6, 7]
    assert found.table.loc[2, [column(endpoint) for endpoint in ENDPOINTS]].notna().all()
    assert found.table.loc[5, column(HERG, "domain")].startswith(OUTSIDE)
    assert "HCl" in found.table.loc[6, CHANGES] or "chlor" in found.table.loc[6, CHANGES]
    assert found.table.loc[7, HERG_FLAG] == "flagged"
    assert found.table.loc[5, HERG_FLAG] == "not known"
