"""Benefit by trials as bars: most first, on one scale a horizon, with the steps chosen together."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from riskmodels.care import Benefit, benefits, combine
from ui.patient.benefit_chart import chart

MAN = {
    "age": 55.0, "sex": 1.0, "systolic_bp": 160.0, "bp_medication": 0.0, "total_cholesterol": 240.0,
    "hdl_cholesterol": 40.0, "ldl_cholesterol": 160.0, "cholesterol_medication": 0.0, "diabetes": 0.0, "smoking": 0.0,
    "egfr": 90.0, "bmi": 31.0, "hba1c": 6.0,
}  # fmt: skip


@pytest.fixture(scope="module")
def found() -> list[Benefit]:
    return benefits(pd.Series(MAN), baseline="score2", region="moderate")


def test_the_most_benefit_comes_first(found: list[Benefit]) -> None:
    first = chart(found).split("<h3>")[1]
    widths = [float(width) for width in re.findall(r'cr-bar-fill" style="width:([\d.]+)%', first)]
    assert len(widths) > 2
    assert widths == sorted(widths, reverse=True)


def test_heart_and_diabetes_have_a_scale_each(found: list[Benefit]) -> None:
    titles = re.findall(r"<h3>([^<]+)</h3>", chart(found))
    assert [title.split(" among")[0] for title in titles] == [
        "Fewer cardiovascular events",
        "Fewer new type 2 diabetes",
    ]


def test_several_together_are_a_bar_of_their_own(found: list[Benefit]) -> None:
    two = [b for b in found if b.action in ("Statin, high intensity", "Blood pressure lower by 10 mmHg")]
    assert "Statin, high intensity + Blood pressure lower by 10 mmHg" in chart(found, combine(two))


def test_without_a_figure_there_are_no_bars() -> None:
    assert chart(benefits(pd.Series({"age": 40.0, "sex": 1.0}))) == ""
