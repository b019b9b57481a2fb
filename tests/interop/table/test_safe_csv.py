"""Scored CSV: nothing a spreadsheet would run, numbers as numbers, rows in order."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodels.interop.table.safe_csv import harmless, to_csv
from riskmodels.scoring.sinks import open_sink


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+cmd '/C calc'!A0",
        "-1+1",
        "@SUM(A1)",
        " =1+1",
        "\u3000=1",
        "\u00a0=1",
        "--1",
        "+",
        "-",
        "+49 170 123",
        "＝1+1",
        "＋1",
        "－1+1",
        "＠SUM(1)",
        "\u22125",
        "\ufe661",
        "\ufe6bSUM(1)",
        "\u200b=1",
        "\ufeff=1",
        "\u200e=1",
        "\u00ad=1",
        "\x00=1",
        '"=1',
        "|cmd",
    ],
)
def test_formula_is_prefixed(text):
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-5", "+5", "-0.5", "1e-3", "-1.5E+10", "-5,7", "+1,234.5", " -3 "])
def test_number_stays_a_number(text):
    assert harmless(text) == text


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("a;=1+1", "a;'=1+1"), (";=1", ";'=1"), ("a; =1", "a;' =1"), ("a;\u200b=1", "a;'\u200b=1"), ("a\t@x", "a\t'@x"),
        ("a\n=1+1", "a\n'=1+1"), ("a\r\n+x", "a\r\n'+x"), ("\n=1", "'\n'=1"), ("\t=1", "'\t'=1"), ("=1;=2", "'=1;'=2"),
        ("a;-5", "a;-5"), ("a|=1", "a|'=1"), ("a||b", "a||b"), ("a,=1", "a,=1"),
    ],
)  # fmt: skip
def test_middle_that_another_country_s_spreadsheet_takes_for_a_cell_is_prefixed_too(text, safe):
    assert harmless(text) == safe


def test_comma_parts_cells_where_the_file_has_another_delimiter():
    assert (harmless("a,=1", ";"), harmless("a;=1", ";")) == ("a,'=1", "a;=1")


CELLS = [
    "a",
    "x;=1",
    "x,=1",
    "x\t=1",
    "x\n=1",
    'x";"=1',
    "=1,=2",
    ";=1+1",
    "-5",
    "-5,7",
    "\ufeff=1",
    "+49 170 123",
    "|cmd",
]


@pytest.mark.parametrize("read_at", [",", ";", "\t", "|"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_no_cell_begins_with_a_formula_wherever_the_file_is_parted(delimiter, read_at):
    table = pd.DataFrame({"=header;=1": CELLS, "note": CELLS[::-1], "number": [-1.5] * len(CELLS)})
    written = tmp_file(table, delimiter), to_csv(table, delimiter).decode("utf-8-sig")
    for text in written:
        heeding = [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=read_at) for cell in row]
        blind = [] if read_at == delimiter else re.split(f"[{re.escape(read_at)}\r\n]", text)
        cells = [cell.lstrip(' "\ufeff') for cell in (*heeding, *blind)]
        formulas = [cell for cell in cells if cell[:1] in tuple("=+-@|") and not re.match(r"[+-][\d.,]+(\W|$)", cell)]
        assert formulas == []


def tmp_file(table: pd.DataFrame, delimiter: str) -> str:
    """The same table through the sink of the large files."""
    with tempfile.TemporaryDirectory() as folder:
        sink = open_sink(Path(folder) / "a.csv", delimiter)
        sink.write(pa.Table.from_pandas(table, preserve_index=False))
        sink.commit()
        return sink.path.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("text", ["", "a=b", "x-ray", "Müller", "'=1", "5 mg", "%0A=1", "a; b", "mg/dL | mmol/L"])
def test_ordinary_text_is_untouched(text):
    assert harmless(text) == text


@given(st.sampled_from("=+-@"), st.text())
def test_text_after_a_formula_sign_is_a_number_or_prefixed(sign, rest):
    result = harmless(sign + rest)
    assert result.startswith("'") or set(result.strip()) <= set("+-0123456789.,eE")
    assert result.replace("'", "") == (sign + rest).replace("'", "")


def test_bytes_begin_with_the_mark_excel_needs_for_utf8():
    assert to_csv(pd.DataFrame({"µmol": ["a"]})).startswith(b"\xef\xbb\xbf")


def test_rows_and_cells_come_back_in_order():
    table = pd.DataFrame({"name": ["a,b", 'say "x"', "=1"], "risk": [0.1, None, -0.25]}, index=[5, 3, 9])
    rows = list(csv.reader(io.StringIO(to_csv(table).decode("utf-8-sig"), newline="")))
    assert rows == [["name", "risk"], ["a,b", "0.1"], ['say "x"', ""], ["'=1", "-0.25"]]


def test_header_that_looks_like_a_formula_is_prefixed():
    assert to_csv(pd.DataFrame({"=1+1": ["a"]})).decode("utf-8-sig").startswith("'=1+1")


def test_delimiter_of_the_upload_is_kept():
    assert b"a;b\r\n1;2" in to_csv(pd.DataFrame({"a": ["1"], "b": ["2"]}), ";")
