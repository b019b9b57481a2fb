"""Figures of the Patient page: what stands beside a bar, and rows that give each label its room."""

from __future__ import annotations

from riskmodels.explain.steps import END, START, Step
from ui import charts

STEPS = [Step("", START, 3.4, 0.0), Step("ldl_cholesterol", "LDL", 8.6, 3.4), Step("", END, 12.0, 0.0)]


def height_with(label: str) -> int:
    steps = [STEPS[0], *(Step("glucose", label, 1.0, 3.4) for _ in range(2)), STEPS[-1]]
    height: int = charts.waterfall(steps, True, 1)["layout"]["height"]
    return height


def test_ends_are_written_as_a_risk_is_everywhere_and_bars_with_their_sign() -> None:
    assert charts.amounts(STEPS, True, 1) == ["3.4 %", "+8.6", "12 %"]
    assert charts.amounts(STEPS, False, 2) == ["3.40", "+8.60", "12.00"]


def test_one_point_is_one_and_others_are_several() -> None:
    assert charts.points(1.0, 0) == "+1 point"
    assert charts.points(-1.0, 1) == "−1.0 points"


def test_rows_are_higher_where_labels_of_several_lines_follow_one_another() -> None:
    assert height_with("Diastolic pressure 142 mmHg, counted as 120 mmHg") > height_with("Glucose 109 mg/dL")
