"""Reading any table file: told by its content, rows numbered as in the file, none lost, too large ones refused."""

from __future__ import annotations

import gzip
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from riskmodels.checks import Severity
from riskmodels.errors import FileError
from riskmodels.interop.columns.sample import take_sample
from riskmodels.interop.table.file_format import FILE_LIMITS, FileLimits
from riskmodels.interop.table.source import Source, open_source

PLAIN = "id,alter,chol\nA1,63,5.2\nA2,41,4.8\n"


def cells(source: Source) -> pd.DataFrame:
    return pd.concat([chunk.cells for chunk in source.chunks()])


def workbook(rows: list[list[object]], title: str = "Kohorte", second: list[list[object]] | None = None) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    if second is not None:
        sheet = book.create_sheet("second")
        for row in second:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def refused(data: bytes, limits: FileLimits = FILE_LIMITS) -> FileError:
    with pytest.raises(FileError) as caught:
        take_sample(open_source(data, limits=limits))
    assert caught.value.hint
    return caught.value


class TestText:
    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    def test_delimiter_is_found(self, delimiter: str) -> None:
        source = open_source(PLAIN.replace(",", delimiter).encode())
        assert source.format.delimiter == delimiter
        assert cells(source)["chol"].tolist() == ["5.2", "4.8"]

    def test_decimal_comma_is_found_and_shown(self) -> None:
        source = open_source(b"id;chol\n1;5,2\n2;4,81\n")
        assert source.format.words() == "CSV, semicolon, decimal comma, UTF-8, header in row 1"

    def test_english_thousands_are_no_decimal_commas(self) -> None:
        assert open_source(b'id,cases\n1,"104,196"\n2,"1,132"\n').format.decimal == "."

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
    def test_encoding_is_found(self, encoding: str) -> None:
        source = open_source("id,Größe\nA1,178\n".encode(encoding))
        assert source.headers == ("id", "Größe")
        assert cells(source)["Größe"].tolist() == ["178"]

    def test_byte_that_is_not_utf8_far_below_is_found(self) -> None:
        source = open_source(b"id,ort\n" + b"1,x\n" * 400_000 + b"2,K\xf6ln\n")
        assert source.format.encoding == "cp1252"

    def test_gzip_of_text_is_read(self) -> None:
        source = open_source(gzip.compress(PLAIN.encode()))
        assert source.format.compressed
        assert cells(source)["id"].tolist() == ["A1", "A2"]

    def test_name_of_the_file_does_not_matter(self, tmp_path: Path) -> None:
        path = tmp_path / "cohort.xlsx"
        path.write_text(PLAIN)
        assert open_source(path).format.kind == "csv"

    def test_lines_above_the_header_are_skipped_and_counted(self) -> None:
        source = open_source(b"Export 2024\n\nid,age,chol\nA1,63,5.2\n")
        assert source.format.header_row == 3
        assert cells(source).index.tolist() == [4]

    def test_file_without_header_gets_names_by_place(self) -> None:
        source = open_source(b"63,1,145\n67,1,160\n")
        assert source.headers == ("column 1", "column 2", "column 3")
        assert cells(source).index.tolist() == [1, 2]

    def test_header_row_that_is_empty_is_refused(self) -> None:
        found = open_source(b"\na,b\n1,2\n").format
        with pytest.raises(FileError, match="no column names in row 1"):
            open_source(b"\na,b\n1,2\n", replace(found, header_row=1))

    def test_format_can_be_overridden(self) -> None:
        found = open_source(b"a;b,c\n1;2,3\n")
        source = open_source(b"a;b,c\n1;2,3\n", replace(found.format, delimiter=","))
        assert source.headers == ("a;b", "c")

    def test_same_name_twice_is_told_apart(self) -> None:
        assert open_source(b"chol,chol,\n1,2,3\n").headers == ("chol", "chol (2)")


class TestRows:
    def test_rows_are_numbered_past_empty_lines_and_line_breaks_in_cells(self) -> None:
        source = open_source(b'id,a,b\n1,"x\ny",2\n\n,,\n2,3,4\n')
        assert cells(source)["id"].to_dict() == {2: "1", 5: "2"}

    def test_short_row_is_filled_up_and_noted(self) -> None:
        (chunk,) = open_source(b"id,a,b\n1,2,3\n2,3\n3,4,5\n").chunks()
        assert chunk.cells.loc[3].tolist() == ["2", "3", ""]
        assert [(n.row, n.severity) for n in chunk.notes] == [(3, Severity.FLAGGED)]

    def test_long_row_is_kept_and_may_not_be_used(self) -> None:
        (chunk,) = open_source(b"id,a,b\n1,2,3\n2,3,4,5\n3,4,5\n").chunks()
        assert chunk.cells.index.tolist() == [2, 3, 4]
        assert [(n.row, n.severity) for n in chunk.notes] == [(3, Severity.ROW)]

    def test_only_row_may_be_an_odd_one(self) -> None:
        (chunk,) = open_source(b"id,a,b\n1,2\n").chunks()
        assert chunk.cells.index.tolist() == [2]

    @pytest.mark.parametrize("rows", [1, 7, 100])
    def test_chunks_are_the_file_whatever_their_size(self, rows: int) -> None:
        data = "id,a\n" + "".join(f"{i},{i * 2}\n" if i % 5 else f"{i}\n" for i in range(50))
        chunks = list(open_source(data.encode()).chunks(rows=rows))
        assert max(len(c.cells) for c in chunks) <= rows
        assert [i for c in chunks for i in c.cells["id"]] == [str(i) for i in range(50)]
        assert [n.row for c in chunks for n in c.notes] == list(range(2, 52, 5))

    def test_missing_quotation_mark_is_refused_not_swallowed(self) -> None:
        data = b'id,a,b\n1,"2,3\n' + b"4,5,6\n" * 5 + b'7,"8",9\n'
        assert "whole rows" in refused(data).message

    def test_header_without_rows_has_none(self) -> None:
        assert take_sample(open_source(b"id,age\n")).rows == 0


class TestOtherKinds:
    def test_sheet_of_a_workbook_is_read_as_text(self) -> None:
        source = open_source(
            workbook([["id", "age", "chol"], ["A1", 63, 5.25], [None, None, None], ["A2", 41.0, None]])
        )
        assert source.format.words() == "Excel, sheet “Kohorte”, header in row 1"
        assert cells(source).to_dict("index") == {
            2: {"id": "A1", "age": "63", "chol": "5.25"},
            4: {"id": "A2", "age": "41", "chol": ""},
        }

    def test_another_sheet_can_be_chosen(self) -> None:
        data = workbook([["a"], [1]], second=[["b"], [2]])
        source = open_source(data, replace(open_source(data).format, sheet="second"))
        assert (source.format.sheets, source.headers) == (("Kohorte", "second"), ("b",))

    def test_dates_of_a_workbook_become_iso(self) -> None:
        source = open_source(workbook([["day"], [pd.Timestamp("2024-03-05").to_pydatetime()]]))
        assert cells(source)["day"].tolist() == ["2024-03-05"]

    def test_numbers_of_parquet_stay_numbers(self) -> None:
        out = io.BytesIO()
        pd.DataFrame(
            {"age": [63, 41], "hba1c": pd.Series([5.7, None], dtype="float32"), "sex": ["m", None]}
        ).to_parquet(out)
        frame = cells(open_source(out.getvalue()))
        assert frame["hba1c"].tolist()[0] == 5.7
        assert frame["age"].dtype.kind == "f"
        assert frame.index.tolist() == [2, 3]


class TestRefusals:
    @pytest.mark.parametrize(
        ("data", "says"),
        [
            (b"", "empty"),
            (b"\x89PNG\r\n\x1a\n" + b"0" * 50, "PNG"),
            (b"id,age\n1,6\x003\n", "zero byte at byte 11"),
            (b"PAR1" + b"x" * 40, "Parquet file is damaged"),
            (gzip.compress(PLAIN.encode() * 99, mtime=0)[:-20], "gzip file ends too early"),
            (gzip.compress(PLAIN.encode(), mtime=0)[:-8] + b"\xff" * 8, "gzip file is damaged"),
            (workbook([["a"], [1]])[:-200], "workbook is damaged"),
        ],
    )
    def test_what_is_no_table_is_named(self, data: bytes, says: str) -> None:
        assert says in refused(data).message

    def test_parquet_with_bytes_that_are_no_text_is_damaged(self) -> None:
        out = io.BytesIO()
        pd.DataFrame({"id": ["A1"]}).to_parquet(out, compression=None, use_dictionary=False)
        assert "damaged" in refused(out.getvalue().replace(b"\x02\0\0\0A1", b"\x02\0\0\0\x80\x80")).message

    def test_archive_that_is_no_workbook_is_named(self) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("data.csv", PLAIN)
        assert "ZIP" in refused(out.getvalue()).message

    def test_workbook_that_would_become_huge_is_not_unpacked(self) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/worksheets/sheet1.xml", b"0" * (300 * 2**20))
        assert "unpacks to 300 MB" in refused(out.getvalue()).message

    def test_gzip_that_becomes_huge_is_stopped(self) -> None:
        data = gzip.compress(b"id,age\n" + b"1,63\n" * 1_000_000)
        assert "unpacks to more than" in refused(data, replace(FILE_LIMITS, unpacked=2**20)).message

    @pytest.mark.parametrize(
        ("limits", "says"), [({"bytes": 10}, "MB can be read"), ({"rows": 1}, "1 rows"), ({"columns": 2}, "3 columns")]
    )
    def test_caps_are_told(self, limits: dict[str, int], says: str) -> None:
        assert says in refused(PLAIN.encode(), replace(FILE_LIMITS, **limits)).message

    def test_missing_path_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(FileError, match="cannot be opened"):
            open_source(tmp_path / "absent.csv")


class TestSample:
    def test_small_file_is_whole_and_codes_are_counted(self) -> None:
        sample = take_sample(open_source(b"sex,sbp\nM,120\nF,<90\nm ,1.0\n"))
        assert (sample.rows, sample.complete) == (3, True)
        assert sample.counts["sex"] == {"m": 2, "f": 1}
        assert sample.odd["sbp"] == {"<90": 1}

    def test_large_file_is_looked_at_to_its_end(self) -> None:
        data = "id,sex\n" + "".join(f"{i},{'M' if i < 150_000 else 'X'}\n" for i in range(200_000))
        sample = take_sample(open_source(data.encode()), rows=1_000)
        assert sample.rows == 200_000
        assert len(sample.cells) < 4_000
        assert sample.cells.index.max() > 190_000
        assert sample.counts["sex"] == {"m": 150_000, "x": 50_000}


class TestAsShown:
    def workbook(self) -> bytes:
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.append(["age", "hba1c"])
        for row, share in enumerate((0.065, 0.048), start=2):
            sheet.append([50, share])
            sheet.cell(row, 2).number_format = "0.0%"
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()

    def test_a_number_shown_in_percent_is_read_in_percent(self) -> None:
        (chunk,) = open_source(self.workbook()).chunks()
        assert chunk.cells["hba1c"].tolist() == ["6.5 %", "4.8 %"]

    def test_a_full_row_lacks_no_cells(self) -> None:
        (chunk,) = open_source(self.workbook()).chunks()
        assert chunk.notes == []
