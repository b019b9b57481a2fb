"""Scored CSV: nothing a spreadsheet would run, numbers as numbers, rows in order."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodels.scoring.export import harmless, to_csv


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+cmd|' /C calc'!A0", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1+1", "＝1+1", "--1", "+", "-"],
)
def test_formula_is_prefixed(text):
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-5", "+5", "-0.5", "1e-3", "-1.5E+10", "-5,7", "+1,234.5", " -3 "])
def test_number_stays_a_number(text):
    assert harmless(text) == text


@pytest.mark.parametrize("text", ["", "a=b", "x-ray", "Müller", "'=1", "5 mg"])
def test_ordinary_text_is_untouched(text):
    assert harmless(text) == text


@given(st.sampled_from("=+-@\t\r\n"), st.text())
def test_text_after_a_formula_sign_is_a_number_or_prefixed(sign, rest):
    result = harmless(sign + rest)
    assert result == f"'{sign}{rest}" or set(result.strip()) <= set("+-0123456789.,eE")


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
