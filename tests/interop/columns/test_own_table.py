"""Reading a cohort CSV: what comes in stays as it is, and each bad file gets its own message."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodels.errors import FileError
from riskmodels.interop.columns.own_table import LIMITS, Limits, check_size, read_table
from riskmodels.interop.columns.template import template
from riskmodels.vocabulary import VARIABLES

GOOD = "patient_id,age,sex,glucose [mg/dL],hba1c [%],ward\nA1,63,male,118,5.9,3 West\nA2,41,female,,,\n"


def refused(data: bytes | str, limits: Limits = LIMITS) -> FileError:
    with pytest.raises(FileError) as caught:
        read_table(data.encode() if isinstance(data, str) else data, limits)
    assert caught.value.hint
    return caught.value


class TestGoodFiles:
    def test_known_columns_become_variables(self):
        table = read_table(GOOD.encode())
        assert [c.name for c in table.recognised] == ["age", "sex", "glucose", "hba1c"]

    def test_other_columns_are_carried_through_untouched(self):
        table = read_table(GOOD.encode())
        assert [c.header for c in table.carried] == ["patient_id", "ward"]
        assert table.cells["ward"].tolist() == ["3 West", ""]

    def test_values_are_checked_into_a_frame(self):
        checked = read_table(GOOD.encode()).check()
        assert checked.frame.loc[2, ["age", "sex", "glucose", "hba1c"]].tolist() == [63, 1, 118, 5.9]
        assert checked.problems == []

    def test_unit_of_the_header_is_converted(self):
        checked = read_table(b"age,sex,glucose [mmol/L]\n63,male,6.5\n").check()
        assert checked.frame.loc[2, "glucose"] == pytest.approx(117.1, abs=0.01)

    def test_unit_with_brackets_of_its_own_is_read(self):
        (*_, column) = read_table(b"age,sex,systolic_bp [mm[Hg]]\n63,male,120\n").columns
        assert (column.name, column.unit, column.stated) == ("systolic_bp", "mmHg", True)

    def test_missing_unit_means_the_canonical_one_and_says_so(self):
        (*_, column) = read_table(b"age,sex,glucose\n63,male,118\n").columns
        assert (column.unit, column.stated) == ("mg/dL", False)

    def test_header_in_capitals_with_spaces_is_known(self):
        table = read_table(b"Age,SEX,HbA1c [%],Systolic BP\n63,male,5.9,130\n")
        assert [c.name for c in table.recognised] == ["age", "sex", "hba1c", "systolic_bp"]

    def test_misspelt_header_is_carried_with_the_name_it_resembles(self):
        (*_, column) = read_table(b"age,sex,triglyceride\n63,male,100\n").columns
        assert (column.name, column.similar) == ("", "triglycerides")

    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    def test_delimiter_is_found(self, delimiter):
        table = read_table(GOOD.replace(",", delimiter).encode())
        assert table.delimiter == delimiter
        assert table.cells["ward"].tolist() == ["3 West", ""]

    def test_excels_separator_line_is_no_row(self):
        table = read_table(b"sep=;\r\nage;sex\r\n63;male\r\n")
        assert table.cells.index.tolist() == [2]

    def test_byte_order_mark_is_no_part_of_a_name(self):
        assert read_table(GOOD.encode("utf-8-sig")).cells.equals(read_table(GOOD.encode()).cells)

    def test_rows_are_numbered_as_in_the_file_past_empty_lines(self):
        table = read_table(b"age,sex\n63,male\n\n,\n41,female\n")
        assert table.cells.index.tolist() == [2, 5]

    def test_line_break_inside_quotes_belongs_to_the_cell(self):
        table = read_table(b'age,sex,note\n63,male,"two\nlines"\n41,female,x\n')
        assert table.cells["note"].to_dict() == {2: "two\nlines", 3: "x"}

    def test_empty_columns_at_the_end_are_left_off(self):
        assert list(read_table(b"age,sex,,\n63,male,,\n").cells) == ["age", "sex"]

    def test_unnamed_column_in_the_middle_keeps_its_cells(self):
        assert read_table(b"age,,sex\n63,x,male\n").cells["column 2"].tolist() == ["x"]

    def test_short_row_is_kept_and_noted(self):
        table = read_table(b"age,sex,glucose\n63,male\n")
        (problem,) = table.check().problems
        assert problem.row == 2
        assert "2 of 3 cells" in problem.text

    def test_nothing_is_evaluated(self):
        assert read_table(b"age,sex,note\n63,male,=1+1\n").cells["note"].tolist() == ["=1+1"]

    def test_id_column_is_found_by_its_name(self):
        assert read_table(GOOD.encode()).id_header == "patient_id"

    def test_same_bytes_have_the_same_hash_and_others_do_not(self):
        first = read_table(GOOD.encode()).sha256
        assert read_table(GOOD.encode()).sha256 == first
        assert read_table(GOOD.replace("118", "119").encode()).sha256 != first

    def test_more_rows_than_a_block_keep_their_order(self):
        rows = "".join(f"{i},{20 + i % 60},male\n" for i in range(25_000))
        table = read_table(f"id,age,sex\n{rows}".encode())
        assert table.cells["id"].tolist() == [str(i) for i in range(25_000)]
        assert table.check().frame["age"].tolist()[-1] == 20 + 24_999 % 60


class TestTemplate:
    def test_has_every_variable_with_its_unit(self):
        assert [c.header for c in read_table(template()).recognised] == [v.column for v in VARIABLES]

    def test_reads_back_without_problems_but_for_its_example(self):
        (problem,) = read_table(template()).check().problems
        assert "example row of the template" in problem.text
        assert problem.row == 2

    def test_filled_template_without_the_example_has_no_note(self):
        header = template().decode("utf-8-sig").splitlines()[0]
        row = ["P1", "63", "male"] + [""] * (len(header.split(",")) - 3)
        assert read_table(f"{header}\n{','.join(row)}\n".encode()).check().problems == []


class TestBadFiles:
    def test_empty_file(self):
        assert "is empty" in refused(b"").message

    def test_only_white_space(self):
        assert "is empty" in refused("\ufeff \n\n").message

    def test_header_without_rows(self):
        assert "a header but no rows" in refused("age,sex\n").message

    def test_header_and_empty_rows_only(self):
        assert "a header but no rows" in refused("age,sex\n,\n\n").message

    def test_column_that_stands_twice(self):
        assert "“age” stands more than once" in refused("age,sex,age\n63,male,63\n").message

    def test_variable_that_stands_in_two_units(self):
        error = refused("age,sex,glucose [mg/dL],glucose [mmol/L]\n63,male,118,6.5\n")
        assert "“glucose [mg/dL]” and “glucose [mmol/L]” are both Glucose" in error.message

    def test_no_known_column(self):
        assert "No column of the file is known" in refused("a,b\n1,2\n").message

    def test_rows_without_a_header(self):
        assert "first row must hold the column names" in refused("63,male\n41,female\n").message

    def test_missing_age_column(self):
        assert "The column “age” is missing" in refused("sex,glucose\nmale,118\n").message

    def test_missing_sex_column(self):
        assert "The column “sex” is missing" in refused("age,glucose\n63,118\n").message

    def test_missing_age_and_sex_columns(self):
        assert "“age” and “sex” are missing" in refused("glucose\n118\n").message

    def test_unit_the_variable_does_not_accept(self):
        error = refused("age,sex,hba1c [mg/dL]\n63,male,5.9\n")
        assert "“hba1c [mg/dL]” has a unit that is not accepted" in error.message
        assert "“hba1c [%]”, “hba1c [mmol/mol]”" in error.hint

    def test_unit_on_a_variable_that_has_none(self):
        assert "“sex”, which has no unit" in refused("age,sex [m/f]\n63,male\n").hint

    def test_row_with_more_cells_than_the_header(self):
        error = refused("age,sex\n63,male\n41,female,x\n")
        assert error.message == "Row 3 has 3 cells, the header has 2 columns."

    def test_quotation_mark_that_is_never_closed(self):
        assert "quotation mark in row 3 is never closed" in refused('age,sex\n63,male\n"41,female\n').message

    def test_quotation_marks_out_of_order(self):
        assert "quotation marks in row 2 are not in order" in refused('age,sex\n"63"x,male\n').message

    def test_decimal_commas(self):
        error = refused("age;sex;hba1c\n63;male;5,9\n41;female;6,1\n")
        assert "“hba1c” are written with a decimal comma (row 2)" in error.message

    def test_latin_1_text_names_the_byte(self):
        error = refused("age,sex,ward\n63,male,Küche\n".encode("latin-1"))
        assert "byte 23, in line 2," in error.message
        assert "CSV UTF-8" in error.hint

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
    def test_utf_16_is_named(self, encoding):
        assert "UTF-16 text" in refused(GOOD.encode(encoding)).message

    def test_utf_32_is_named(self):
        assert "UTF-32 text" in refused(GOOD.encode("utf-32")).message

    def test_zero_byte_in_text(self):
        assert "binary file" in refused(GOOD.encode() + b"\x00").message

    @pytest.mark.parametrize(
        ("start", "kind"),
        [
            (b"\x89PNG\r\n\x1a\n\x00\x00", "a PNG image"),
            (b"\xff\xd8\xff\xe0", "a JPEG image"),
            (b"%PDF-1.7\n", "a PDF"),
            (b"PAR1\x15\x04", "a Parquet file"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel"),
            (b"SQLite format 3\x00", "an SQLite database"),
            (b"<!DOCTYPE html><html>", "a web page"),
            (b'<?xml version="1.0"?>', "an XML file"),
            (b'{"resourceType": "Bundle"}', "a JSON file"),
            (b'[{"age": 3}]', "a JSON file"),
            (b"\x00" * 128 + b"DICM", "a DICOM image"),
        ],
    )
    def test_other_kind_of_file_renamed_to_csv_is_named(self, start, kind):
        assert f"This is {kind}" in refused(start).message

    def test_gzip_file(self):
        assert "a gzip file" in refused(gzip.compress(GOOD.encode())).message

    @pytest.mark.parametrize(
        ("member", "kind"),
        [("xl/workbook.xml", "an Excel workbook"), ("word/document.xml", "a Word document"), ("a.csv", "a ZIP file")],
    )
    def test_zip_file_is_named_by_what_is_in_it(self, member, kind):
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w") as archive:
            archive.writestr(member, "x")
        assert f"This is {kind}" in refused(data.getvalue()).message

    def test_300_mb_are_refused_by_size_alone(self):
        with pytest.raises(FileError, match="The file has 300 MB; up to 200 MB"):
            check_size(300 * 2**20)

    def test_size_is_refused_before_the_content_is_looked_at(self):
        assert "up to 0 MB" in refused(b"\x89PNG\r\n\x1a\n", Limits(bytes=4)).message

    def test_too_many_rows(self):
        error = refused("age,sex\n63,male\n41,female\n50,male\n", Limits(rows=2))
        assert "more than 2 rows" in error.message

    def test_too_many_columns(self):
        assert "5 columns; up to 4" in refused("age,sex,a,b,c\n1,2,3,4,5\n", Limits(columns=4)).message

    def test_line_that_never_ends(self):
        assert "A line is longer than" in refused("age,sex\n" + "1," * 600_000).message

    def test_cell_that_is_far_too_long(self):
        assert "A cell in row 2 is far too long" in refused("age,sex\n63," + "x" * 200_000 + "\n").message

    def test_column_full_of_unusable_values_doubts_the_column(self):
        table = read_table(b"age,sex,glucose\n63,male,a\n41,male,b\n50,male,c\n")
        with pytest.raises(FileError, match=r"More than 2 values cannot be used, 3 of them .* “glucose”"):
            table.check(Limits(problems=2))


class TestBadCells:
    """One bad value is one problem of its row and column; all other values are used."""

    def problem(self, row: str):
        checked = read_table(f"age,sex,glucose [mg/dL],systolic_bp\n{row}\n50,female,90,120\n".encode()).check()
        (found,) = checked.problems
        assert found.row == 2
        assert checked.frame.loc[3, ["age", "glucose"]].tolist() == [50, 90]
        return found

    def test_text_in_a_number(self):
        found = self.problem("63,male,high,120")
        assert (found.field, found.value) == ("glucose", "high")
        assert "not a number" in found.text

    def test_impossible_value(self):
        found = self.problem("63,male,118,1520")
        assert "1520 mmHg is outside" in found.text
        assert "Did you mean 152?" in found.text

    def test_value_in_another_unit(self):
        assert "Did you mean 6.5 mmol/L?" in self.problem("63,male,6.5,120").text

    def test_missing_age(self):
        assert "Age is not known" in self.problem(",male,118,120").text

    def test_missing_sex(self):
        assert "Sex is not known" in self.problem("63,,118,120").text

    def test_word_that_is_no_answer(self):
        checked = read_table(b"age,sex,smoking\n63,male,sometimes\n").check()
        assert "never, not_now, former, current" in checked.problems[0].text


SEEDS = [GOOD.encode(), GOOD.encode("utf-16"), GOOD.replace(",", ";").encode("utf-8-sig"), template()]
MUTATION = st.tuples(st.integers(0, 10_000), st.integers(0, 12), st.binary(max_size=12))


@settings(max_examples=400)
@given(st.sampled_from(SEEDS), st.lists(MUTATION, max_size=6))
def test_mutated_bytes_are_refused_or_read_and_checked_in_full(data, mutations):
    for place, length, new in mutations:
        start = place % (len(data) + 1)
        data = data[:start] + new + data[start + length :]
    try:
        table = read_table(data)
    except FileError:
        return
    assert len(table.check().frame) == len(table.cells) > 0


@settings(max_examples=200)
@given(st.lists(st.lists(st.text(max_size=8), min_size=3, max_size=3), min_size=1, max_size=6))
def test_any_text_in_any_cell_is_kept(rows):
    body = "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    try:
        table = read_table(f"age,sex,note\n{body}\n".encode())
    except FileError:
        return
    kept = [row for row in rows if any(cell.strip() for cell in row)]
    assert table.cells.to_numpy().tolist() == kept
    assert table.check().frame.shape[0] == len(kept)
