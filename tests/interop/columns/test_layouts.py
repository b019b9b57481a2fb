"""A saved mapping: what it holds, and when it is recognised."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from riskmodels.errors import InputError
from riskmodels.interop.columns.layouts import Layout, fingerprint, recognise
from riskmodels.interop.columns.mapping import AT_BOUND, Code, CohortMapping, ColumnMapping, Combine, Role, Visits

MAPPING = CohortMapping(
    (
        ColumnMapping("Pat-Nr", role=Role.PATIENT),
        ColumnMapping("Datum", role=Role.DATE, date_format="%d.%m.%Y"),
        ColumnMapping("Alter", "age", Role.VALUE, "years", (Code("999", "unknown", 3, "because"),)),
        ColumnMapping("HDL-C", "hdl_cholesterol", Role.VALUE, "mmol/L", comparators=AT_BOUND),
        ColumnMapping("Station"),
    ),
    {"sex": "female"},
    {"hdl_cholesterol": Combine.FIRST},
    Visits.LATEST,
)
LAYOUT = Layout("Ward 3", MAPPING)


def test_saved_and_read_again_it_is_the_same_but_for_counts() -> None:
    again = Layout.from_json(LAYOUT.to_json())
    assert again.name == "Ward 3"
    bare = replace(MAPPING.columns[2], codes=(Code("999", "unknown"),))
    columns = (*MAPPING.columns[:2], bare, *MAPPING.columns[3:])
    assert again.mapping == replace(MAPPING, columns=columns)


def test_text_in_a_column_of_numbers_is_not_stored() -> None:
    column = replace(MAPPING.columns[2], codes=(Code("mrs miller", "not usable"), Code("n.g.", "unknown")))
    saved = Layout("x", replace(MAPPING, columns=(column,))).to_json()
    assert "miller" not in saved
    assert "n.g." in saved


def test_fingerprint_is_of_the_names_in_any_order_and_spelling() -> None:
    assert fingerprint(["Pat-Nr", "HDL C"]) == fingerprint(["hdl_c", "pat nr"])
    assert fingerprint(["a", "b"]) != fingerprint(["a", "b", "c"])


def test_same_columns_in_another_order_are_recognised_under_their_own_names() -> None:
    found = recognise(["station", "hdl_c", "alter", "datum", "PAT NR"], [LAYOUT])
    assert found is not None
    assert [c.header for c in found.columns] == ["station", "hdl_c", "alter", "datum", "PAT NR"]
    assert found.column("hdl_c").unit == "mmol/L"
    assert found.column("PAT NR").role is Role.PATIENT


def test_other_columns_are_not_recognised() -> None:
    assert recognise(["Alter", "HDL-C"], [LAYOUT]) is None


def test_columns_with_one_spelling_keep_their_own_meaning() -> None:
    both = CohortMapping((ColumnMapping("HDL", "hdl_cholesterol", Role.VALUE, "mg/dL"), ColumnMapping("hdl")))
    found = recognise(["hdl", "HDL"], [Layout("x", both)])
    assert found is not None
    assert [c.variable for c in found.columns] == ["", "hdl_cholesterol"]


@pytest.mark.parametrize(
    "change",
    [
        {"version": 9},
        {"columns": [{"header": "a", "role": "value", "variable": "nonsense", "unit": "", "codes": []}]},
        {"columns": [{"header": "a", "role": "king"}]},
        {"columns": [{"header": 3, "role": "carried"}]},
        {"columns": [{"header": "a", "role": "carried"}] * 2},
        {"columns": "abc"},
        {"constants": {"nonsense": "1"}},
        {"combine": {"age": "sum"}},
        {"visits": "some"},
    ],
)
def test_damaged_one_is_refused(change: dict[str, object]) -> None:
    stored = json.loads(LAYOUT.to_json()) | change
    with pytest.raises(InputError) as caught:
        Layout.from_json(json.dumps(stored))
    assert caught.value.hint


@pytest.mark.parametrize("text", ["", "[]", "{}", "[" * 100_000, "nonsense", '{"version": 1}', "x" * 3_000_000])
def test_what_is_no_mapping_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        Layout.from_json(text)
