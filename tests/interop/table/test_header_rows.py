"""Titles above a header, groups over names, units below them: the same from CSV and Excel."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest

from riskmodels.errors import InputError
from riskmodels.interop.table.file_format import FileFormat
from riskmodels.interop.table.source import open_as, open_source

DATA = [["P1", 63, 142, 86, 1.1], ["P2", 51, 118, 72, 1.6], ["P3", 47, 121, 79, 1.4]]
NAMES = ["id", "age", "systolic", "diastolic", "HDL"]
TITLES = [["Clinic of the lake"], []]
UNITS = ["", "years", "mmHg", "mmHg", "mmol/L"]
GROUPS = ["", "", "blood pressure", "", "lipids"]
#: cells merged downwards stand in the upper row alone
ABOVE, BELOW = ["id", "age", "blood pressure", "", "lipids"], ["", "", "systolic", "diastolic", "HDL"]
WITH_UNITS = ("id", "age [years]", "systolic [mmHg]", "diastolic [mmHg]", "HDL [mmol/L]")
GROUPED = ("id", "age", "blood pressure systolic", "blood pressure diastolic", "lipids HDL")

Rows = list[list[object]]


def as_csv(rows: Rows) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def as_excel(*sheets: Rows) -> bytes:
    book = openpyxl.Workbook()
    for number, rows in enumerate(sheets):
        sheet = book.active if not number else book.create_sheet(f"sheet {number}")
        for row in rows:
            sheet.append([cell if cell != "" else None for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("write", [as_csv, as_excel])
@pytest.mark.parametrize(
    ("rows", "headers", "first"),
    [
        ([NAMES, *DATA], tuple(NAMES), 2),
        ([*TITLES, NAMES, *DATA], tuple(NAMES), 4),
        ([NAMES, UNITS, *DATA], WITH_UNITS, 3),
        ([*TITLES, NAMES, UNITS, *DATA], WITH_UNITS, 5),
        ([GROUPS, NAMES, *DATA], GROUPED, 3),
        ([ABOVE, BELOW, *DATA], GROUPED, 3),
        ([*TITLES, ABOVE, BELOW, *DATA], GROUPED, 5),
        (
            [ABOVE, BELOW, UNITS, *DATA],
            (
                "id",
                "age [years]",
                "blood pressure systolic [mmHg]",
                "blood pressure diastolic [mmHg]",
                "lipids HDL [mmol/L]",
            ),
            4,
        ),
        (
            [["id", "bp", "", "bp", ""], ["", "sys", "dia", "sys", "dia"], *DATA],
            ("id", "bp sys", "bp dia", "bp sys (2)", "bp dia (2)"),
            3,
        ),
    ],
)
def test_names_are_composed_and_rows_keep_their_numbers(
    write, rows: Rows, headers: tuple[str, ...], first: int
) -> None:
    source = open_source(write(rows))
    (chunk,) = source.chunks()
    assert source.headers == headers
    assert chunk.cells.index.tolist() == list(range(first, first + 3))
    assert chunk.cells.iloc[:, 2].tolist() == ["142", "118", "121"]


@pytest.mark.parametrize(
    "rows",
    [
        [["id", "sex", "smoker", "ward"], ["1", "m", "", "%"], ["2", "f", "no", "a"]],
        [["id", "age", "note"], ["1", "", "kg"], ["2", "60", ""]],
        [["id", "", "chol"], ["a", "b", "c"], ["d", "e", "f"]],
    ],
)
def test_row_of_values_is_no_row_of_units_or_names(rows: Rows) -> None:
    (chunk,) = open_source(as_csv(rows)).chunks()
    assert len(chunk.cells) == 2


def test_row_below_an_unnamed_column_that_only_has_words_is_kept() -> None:
    source = open_source(as_csv([["id", "sex", ""], ["1", "m", "seen"], ["2", "f", ""]]))
    (chunk,) = source.chunks()
    assert len(chunk.cells) == 2


def test_header_that_is_told_keeps_its_units() -> None:
    data = as_csv([["x", "y", "z"], NAMES, UNITS, *DATA])
    source = open_source(data, FileFormat("", False, "", "", "", 2, group_row=False, unit_row=True))
    assert source.headers == WITH_UNITS


class TestSheets:
    @pytest.fixture
    def several(self, tmp_path):
        path = tmp_path / "book.xlsx"
        path.write_bytes(as_excel([["Read me"]], [NAMES, *DATA], [["id", "chol"], [1, 5.2]]))
        return path

    def test_first_sheet_with_a_table_is_proposed(self, several) -> None:
        form = open_source(several).format
        assert (form.sheet, form.tables) == ("sheet 1", ("sheet 1", "sheet 2"))
        assert form.guessed

    def test_command_line_asks_which(self, several) -> None:
        with pytest.raises(InputError, match=r"“sheet 1”, “sheet 2”.*--sheet"):
            open_as(several)

    def test_told_sheet_is_read(self, several) -> None:
        assert open_as(several, sheet="sheet 2").headers == ("id", "chol")

    def test_sheet_that_is_not_there_names_those_that_are(self, several) -> None:
        with pytest.raises(InputError, match=r"There is no sheet “x”.*“sheet 2”"):
            open_as(several, sheet="x")

    def test_header_row_can_be_told(self, tmp_path) -> None:
        path = tmp_path / "a.csv"
        path.write_bytes(as_csv([["a", "b", "c", "d", "e"], NAMES, *DATA]))
        assert open_as(path, header_row=2).headers == tuple(NAMES)
