"""Any patient written as a line reads back as the same patient."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodels.checks import ORDERED_PAIRS
from riskmodels.interop.freetext.read import read
from riskmodels.interop.freetext.write import render
from riskmodels.units import Unit
from riskmodels.vocabulary import VARIABLES, VOCABULARY, Kind, Variable

US = {v.name: v.units[0] for v in VARIABLES if v.units}
SI = {v.name: v.units[min(1, len(v.units) - 1)] for v in VARIABLES if v.units}


def values_of(variable: Variable) -> st.SearchStrategy[float]:
    if variable.kind is Kind.NUMBER:
        return st.floats(*variable.usual, allow_subnormal=False)
    return st.sampled_from([choice.code for choice in variable.choices])


@st.composite
def patients(draw: Any) -> dict[str, float]:
    """Any facts that do not contradict each other."""
    names = draw(st.sets(st.sampled_from(sorted(VOCABULARY))))
    row = {name: draw(values_of(VOCABULARY[name])) for name in sorted(names)}
    for smaller, larger in ORDERED_PAIRS:
        if smaller in row and larger in row and row[smaller] >= row[larger] - 1:
            del row[smaller]
    return row


@given(patients(), st.sampled_from([US, SI]))
@settings(max_examples=60, deadline=None)
def test_row_written_and_read_is_the_row(row: dict[str, float], units: dict[str, Unit]) -> None:
    reading = read(render(row, units))
    read_back = {item.name: item.canonical for item in reading.found}
    assert set(read_back) == set(row)
    assert all(np.isclose(read_back[name], value, rtol=1e-9) for name, value in row.items())
    assert reading.doubtful == ()
    assert reading.left == ()


@pytest.mark.parametrize("variable", VARIABLES, ids=lambda v: v.name)
@pytest.mark.parametrize("units", [US, SI], ids=["us", "si"])
def test_every_variable_reads_back_alone(variable: Variable, units: dict[str, Unit]) -> None:
    for value in variable.usual if variable.kind is Kind.NUMBER else [choice.code for choice in variable.choices]:
        items = read(render({variable.name: value}, units)).found
        assert [item.name for item in items] == [variable.name]
        assert items[0].canonical == pytest.approx(value, rel=1e-9)


def test_unknown_facts_are_left_out() -> None:
    assert render({"age": 54.0, "sex": float("nan"), "diabetes": 0.0}) == "age 54 years; diabetes: no"


def test_units_that_were_chosen_are_written() -> None:
    assert render({"hba1c": 48 * 0.09148 + 2.152}, SI) == "hba1c 48 mmol/mol"
