"""How a risk is written, wherever it stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodels.percent import decimals_of, percent_text, printed


@pytest.mark.parametrize(
    ("risk", "written"),
    [
        (0.00001, "under 0.01 %"),
        (0.0003, "0.03 %"),
        (0.0062, "0.62 %"),
        (0.008, "0.8 %"),
        (0.0099999, "1.0 %"),
        (0.019, "1.9 %"),
        (0.07, "7.0 %"),
        (0.073, "7.3 %"),
        (0.0996, "10 %"),
        (0.3133, "31 %"),
        (0.994, "99 %"),
        (0.999, "over 99 %"),
    ],
)
def test_one_decimal_below_ten_percent_and_two_digits_below_one(risk: float, written: str) -> None:
    assert percent_text(risk) == written


@pytest.mark.parametrize(
    ("risk", "edge", "written"),
    [(0.1978, 0.2, "19.8 %"), (0.2, 0.2, "20 %"), (0.07498, 0.075, "7.498 %"), (0.0997, 0.1, "9.97 %")],
)
def test_near_an_edge_it_keeps_what_keeps_it_on_its_side(risk: float, edge: float, written: str) -> None:
    assert percent_text(risk, (edge,)) == written


@given(st.floats(0.0001, 0.9949), st.floats(0.0001, 0.9949))
def test_printed_levels_are_read_as_the_risks_are(first: float, last: float) -> None:
    start, end, decimals = printed(first, last)
    assert (percent_text(start / 100), percent_text(end / 100)) == (percent_text(first), percent_text(last))
    assert decimals == max(decimals_of(first), decimals_of(last))
