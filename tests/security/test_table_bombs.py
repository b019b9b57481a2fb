"""Small table files that claim or become something huge. Each would have taken minutes, or all memory, if believed:
that these tests end is part of what they test."""

from __future__ import annotations

import gzip
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from riskmodels.errors import FileError
from riskmodels.interop.table import parquet_source
from riskmodels.interop.table.chunks import distinct_headers
from riskmodels.interop.table.file_format import FILE_LIMITS, FileLimits
from riskmodels.interop.table.source import open_source

NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
HEADER = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c><c r="B1" t="inlineStr"><is><t>age</t></is></c></row>'
)


def rows_of(data: bytes, limits: FileLimits = FILE_LIMITS) -> int:
    """Read it to its end."""
    return sum(len(chunk.cells) for chunk in open_source(data, limits=limits).chunks())


def refused(data: bytes, limits: FileLimits = FILE_LIMITS) -> FileError:
    with pytest.raises(FileError) as caught:
        rows_of(data, limits)
    assert caught.value.hint
    return caught.value


def workbook(sheet: str) -> bytes:
    """A workbook whose first sheet is this XML."""
    out, made = io.BytesIO(), io.BytesIO()
    openpyxl.Workbook().save(out)
    with zipfile.ZipFile(out) as plain, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in plain.namelist():
            archive.writestr(name, sheet if name == "xl/worksheets/sheet1.xml" else plain.read(name))
    return made.getvalue()


def sheet(rows: str, before: str = "", doctype: str = "") -> str:
    start = f'<?xml version="1.0"?>{doctype}<worksheet {NAMESPACE}>{before}'
    return f"{start}<sheetData>{HEADER}{rows}</sheetData></worksheet>"


def parquet(table: pa.Table, **options: object) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd", **options)
    return out.getvalue()


class TestText:
    def test_columns_beyond_the_limit(self) -> None:
        names = ",".join(f"c{i}" for i in range(FILE_LIMITS.columns + 1))
        assert "2,001 columns" in refused(f"{names}\n1\n".encode()).message

    def test_hundred_thousand_columns_of_one_name(self) -> None:
        assert "100,000 columns" in refused(b",".join([b"a"] * 100_000) + b"\n1\n").message

    def test_equal_names_are_told_apart_as_before(self) -> None:
        found = distinct_headers(["a", "a (2)", "a", "", "a", "column 4"])
        assert found == ("a", "a (2)", "a (3)", "column 4", "a (4)", "column 4 (2)")

    def test_line_of_a_hundred_megabytes(self) -> None:
        assert "longer than 4 MB" in refused(b"id,age\n1," + b"9" * 100_000_000 + b"\n").message

    def test_quotation_mark_that_is_never_closed(self) -> None:
        assert "longer than 4 MB" in refused(b'id,age\n1,"' + b"9\n" * 5_000_000).message

    def test_rows_beyond_the_limit(self) -> None:
        assert "more than 1,000 rows" in refused(b"id\n" + b"1\n" * 1_001, replace(FILE_LIMITS, rows=1_000)).message

    def test_gzip_that_swells_a_thousandfold_is_stopped_at_what_its_size_allows(self) -> None:
        data = gzip.compress(b"id,age\n1,2\n" + b"\n" * 300 * 2**20, compresslevel=9)
        assert len(data) < 2**20
        assert "unpacks to more than 256 MB" in refused(data).message

    def test_gzip_within_gzip_is_not_unpacked_twice(self) -> None:
        inner = gzip.compress(b"id,age\n1,2\n" * 1_000)
        with pytest.raises(FileError):
            open_source(gzip.compress(inner))


class TestWorkbook:
    def test_dimensions_that_lie_are_not_believed(self) -> None:
        rows = "".join(f'<row r="{i}"><c r="A{i}"><v>1</v></c></row>' for i in range(2, 5_002))
        data = workbook(sheet(rows, '<dimension ref="A1:XFD1048576"/>'))
        assert rows_of(data) == 5_000

    @pytest.mark.parametrize("row", [1_048_577, 2**31 - 1])
    def test_row_beyond_those_of_excel(self, row: int) -> None:
        data = workbook(sheet(f'<row r="{row}"><c r="A{row}"><v>1</v></c></row>'))
        assert "beyond row" in refused(data).message

    def test_column_beyond_the_limit(self) -> None:
        data = workbook(sheet('<row r="2"><c r="XFD2"><v>1</v></c></row>'))
        assert "column 2,000" in refused(data).message

    def test_entities_that_unfold_a_billion_times(self) -> None:
        entities = '<!ENTITY a "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa">' + "".join(
            f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(8)
        )
        row = '<row r="2"><c r="A2" t="inlineStr"><is><t>&i;</t></is></c></row>'
        refused(workbook(sheet(row, doctype=f"<!DOCTYPE l [{entities}]>")))

    def test_file_of_the_server_named_as_an_entity_is_not_read(self, tmp_path: Path) -> None:
        (tmp_path / "secret.txt").write_text("PLANTED")
        doctype = f'<!DOCTYPE l [<!ENTITY a SYSTEM "file://{tmp_path}/secret.txt">]>'
        row = '<row r="2"><c r="A2" t="inlineStr"><is><t>&a;</t></is></c></row>'
        assert "PLANTED" not in str(refused(workbook(sheet(row, doctype=doctype))))

    def test_size_that_the_archive_understates(self) -> None:
        rows = "".join(f'<row r="{i}"><c r="A{i}"><v>1</v></c></row>' for i in range(2, 5_002))
        data = workbook(sheet(rows))
        real = len(sheet(rows)).to_bytes(4, "little")
        assert data.count(real) == 2  # in the part's own header and in the archive's list
        refused(data.replace(real, (100).to_bytes(4, "little")))


class TestParquet:
    def test_rows_that_the_file_claims_beyond_the_limit(self) -> None:
        data = parquet(pa.table({"id": pa.array([0] * 20_000_001, pa.int8())}))
        assert len(data) < 2**20
        assert "more than 20,000,000 rows" in refused(data).message

    def test_long_text_repeated_in_every_row(self) -> None:
        texts = pa.DictionaryArray.from_arrays(pa.array([0] * 100_000, pa.int32()), pa.array(["x" * 20_000]))
        data = parquet(pa.table({"note": texts, "age": pa.array([1] * 100_000)}))
        assert len(data) < 10_000
        error = refused(data)
        assert "“note”" in error.message
        assert "1,250 MB of text" in error.message

    def test_page_that_unpacks_to_far_more_than_the_file(self) -> None:
        data = parquet(pa.table({"note": pa.array(["x" * 300_000_000])}), use_dictionary=False)
        assert len(data) < 2**20
        assert "Column 1 of the Parquet file unpacks to" in refused(data).message

    def test_lists_are_not_unfolded(self) -> None:
        data = parquet(pa.table({"id": [1, 2], "scan": pa.array([[1.0] * 1_000_000, None])}))
        (chunk,) = open_source(data).chunks()
        assert chunk.cells["scan"].tolist() == [parquet_source.NESTED, ""]
        assert chunk.cells["id"].tolist() == [1, 2]

    def test_many_columns_come_in_fewer_rows_at_a_time(self) -> None:
        data = parquet(pa.table({f"c{i}": pa.array([1.5] * 20_000) for i in range(1_000)}))
        sizes = [len(chunk.cells) for chunk in open_source(data).chunks()]
        assert max(sizes) * 1_000 <= parquet_source._MOST_CELLS
        assert sum(sizes) == 20_000

    def test_columns_that_were_not_asked_for_are_not_read(self) -> None:
        texts = pa.DictionaryArray.from_arrays(pa.array([0] * 100_000, pa.int32()), pa.array(["x" * 20_000]))
        data = parquet(pa.table({"note": texts, "age": pa.array([63] * 100_000)}))
        chunks = list(open_source(data).chunks(columns=["age"]))
        assert sum(len(chunk.cells) for chunk in chunks) == 100_000
        assert list(chunks[0].cells.columns) == ["age"]

    def test_columns_are_those_asked_for_in_any_order(self) -> None:
        data = parquet(pa.table({"a": [1], "b.c": ["x"], "b": [2.5], "d": ["y"]}))
        (chunk,) = open_source(data).chunks(columns=["d", "b", "a", "b.c"])
        assert chunk.cells.iloc[0].to_dict() == {"d": "y", "b": 2.5, "a": 1.0, "b.c": "x"}

    def test_equal_names_stay_apart(self) -> None:
        table = pa.Table.from_arrays([pa.array([1, 2]), pa.array(["x", "y"]), pa.array([3, 4])], names=["a", "b", "a"])
        (chunk,) = open_source(parquet(table)).chunks(columns=["a (2)", "b"])
        assert chunk.cells.to_dict("list") == {"a (2)": [3.0, 4.0], "b": ["x", "y"]}
