"""Reading files of compounds: every form, columns that are found or asked for, rows that hold none."""

from __future__ import annotations

import gzip
import io
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdkit.Chem import MolFromSmiles, MolToMolBlock, MolToSmiles

from riskmodels.errors import FileError
from riskmodels.molecules.structures import reading
from riskmodels.molecules.structures.reading import ColumnError, read_compounds

ASPIRIN, CAFFEINE = "CC(=O)Oc1ccccc1C(=O)O", "Cn1cnc2c1c(=O)n(C)c(=O)n2C"


def canonical(smiles: str) -> str:
    return MolToSmiles(MolFromSmiles(smiles))


def record(smiles: str, title: str = "", fields: str = "") -> str:
    block = MolToMolBlock(MolFromSmiles(smiles))
    return f"{title}{block}{fields}$$$$\n"


class TestSmilesLines:
    def test_names_follow_a_blank(self) -> None:
        found = read_compounds(f"{ASPIRIN} aspirin, old\n\n{CAFFEINE}\n".encode())
        assert found.structures.to_dict() == {1: ASPIRIN, 3: CAFFEINE}
        assert found.names.to_dict() == {1: "aspirin, old", 3: ""}
        assert found.problems == ()

    def test_a_heading_is_no_compound(self) -> None:
        assert list(read_compounds(f"smiles name\n{ASPIRIN} aspirin\n".encode()).structures) == [ASPIRIN]

    def test_a_bad_line_among_good_ones_is_kept_to_be_judged(self) -> None:
        assert read_compounds(f"{ASPIRIN}\nC1CC\n{CAFFEINE}".encode()).structures[2] == "C1CC"

    def test_utf_16_is_read(self) -> None:
        assert read_compounds(f"{ASPIRIN} Säure\n".encode("utf-16")).names[1] == "Säure"


class TestTables:
    def test_the_column_is_found_by_its_name_and_others_are_kept(self) -> None:
        found = read_compounds(f"id;Canonical SMILES;dose\nA;{ASPIRIN};3,5\nB;;4\n".encode())
        assert found.column == "Canonical SMILES"
        assert found.structures.to_dict() == {2: ASPIRIN}
        assert found.others.loc[2].to_dict() == {"id": "A", "dose": "3,5"}
        assert found.names[2] == "A"
        assert [(p.row, p.reason) for p in found.problems] == [(3, "There is no structure in this row.")]

    def test_the_column_is_found_by_what_it_holds(self) -> None:
        found = read_compounds(f"what,x\naspirin,{ASPIRIN}\ncaffeine,{CAFFEINE}\n".encode())
        assert found.column == "x"

    def test_a_column_that_nothing_tells_is_asked_for(self) -> None:
        data = f"a,b\n{ASPIRIN},{CAFFEINE}\n{CAFFEINE},{ASPIRIN}\n".encode()
        with pytest.raises(ColumnError, match="No column is known to hold SMILES") as caught:
            read_compounds(data)
        assert caught.value.columns == ("a", "b")
        assert read_compounds(data, "b").structures[2] == CAFFEINE

    def test_a_column_that_is_not_there_is_refused(self) -> None:
        with pytest.raises(ColumnError, match="There is no column “c”"):
            read_compounds(f"smiles,b\n{ASPIRIN},1\n".encode(), "c")

    def test_a_table_without_a_header_loses_no_compound(self) -> None:
        assert list(read_compounds(f"{ASPIRIN}\taspirin\n{CAFFEINE}\tcaffeine\n".encode()).structures) == [
            ASPIRIN,
            CAFFEINE,
        ]

    def test_a_row_with_too_many_cells_is_a_problem_row(self) -> None:
        found = read_compounds(f"smiles,name\n{ASPIRIN},a\n{CAFFEINE},b,c,d\n".encode())
        assert list(found.structures.index) == [2]
        assert found.problems[0].row == 3
        assert "4 cells" in found.problems[0].reason

    def test_workbooks_and_packed_files_are_read(self) -> None:
        table = pd.DataFrame({"name": ["aspirin"], "smiles": [ASPIRIN]})
        book = io.BytesIO()
        table.to_excel(book, index=False)
        assert list(read_compounds(book.getvalue()).structures) == [ASPIRIN]
        assert list(read_compounds(gzip.compress(table.to_csv(index=False).encode())).structures) == [ASPIRIN]


class TestStructureFiles:
    def test_records_have_their_titles_and_fields(self) -> None:
        text = record(ASPIRIN, "aspirin") + record(CAFFEINE, "caffeine", ">  <IC50 nM>\n12\n\n")
        found = read_compounds(text.encode())
        assert found.form == "SDF"
        assert [canonical(s) for s in found.structures] == [canonical(ASPIRIN), canonical(CAFFEINE)]
        assert found.names[1] == "aspirin"
        assert found.others.loc[2, "IC50 nM"] == "12"

    def test_stereochemistry_of_the_drawing_is_kept(self) -> None:
        alanine = "C[C@H](N)C(=O)O"
        assert read_compounds(record(alanine).encode()).structures[1] == canonical(alanine)

    def test_a_damaged_record_is_a_problem_row_between_good_ones(self) -> None:
        text = record(ASPIRIN) + "x\n\n\n  9 9 nonsense\nM  END\n$$$$\n" + record(CAFFEINE)
        found = read_compounds(text.encode())
        assert list(found.structures.index) == [1, 3]
        assert found.problems[0].row == 2
        assert "cannot be read" in found.problems[0].reason

    def test_letters_of_any_language_in_a_damaged_record_are_no_crash(self) -> None:
        text = record(ASPIRIN) + "x\n\n\n  1  0\n  „ősŇ#€>Śé 0 µ\nM  END\n$$$$\n"
        assert read_compounds(text.encode()).problems[0].row == 2

    def test_a_polymer_in_brackets_is_a_problem_row(self) -> None:
        block = record("CCO").replace("M  END", "M  STY  1   1 SRU\nM  SAL   1  2   1   2\nM  END")
        assert "polymer" in read_compounds((record(ASPIRIN) + block).encode()).problems[0].reason


class TestRefusals:
    def test_another_kind_of_file_is_named(self) -> None:
        with pytest.raises(FileError, match="PDF"):
            read_compounds(b"%PDF-1.4 nothing")

    def test_too_many_compounds_are_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reading, "LIMITS", replace(reading.LIMITS, rows=2))
        with pytest.raises(FileError, match="more than 2 rows"):
            read_compounds(f"{ASPIRIN}\n{CAFFEINE}\n{ASPIRIN}\n".encode())

    def test_a_file_without_a_compound_is_refused(self) -> None:
        with pytest.raises(FileError, match="holds no compound"):
            read_compounds(b"smiles,name\n")

    @given(st.binary(max_size=200))
    def test_whatever_the_bytes_there_is_an_answer_or_a_reason(self, data: bytes) -> None:
        with suppress(FileError):
            found = read_compounds(data)
            assert len(found.structures) + len(found.problems) > 0


def test_the_case_file_has_its_six_structures(shared: Path) -> None:
    found = read_compounds(shared / "cases" / "molecules" / "molecules_invented.csv")
    assert list(found.structures.index) == [2, 3, 4, 5, 6, 7]
    assert found.others["what"][7] == "terfenadine: withdrawn for QT; must be flagged hERG"
