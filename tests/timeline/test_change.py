"""Why an estimate changed: bars that add up as printed, named by the facts that changed."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from riskmodels.explain.steps import MOST_BARS
from riskmodels.outcomes import OUTCOME
from riskmodels.percent import printed
from riskmodels.tabular import isotonic
from riskmodels.tabular.model import RiskModel
from riskmodels.timeline.change import OTHERS, TOGETHER, change_steps
from tests.timeline.visits import BETTER, HEAVIER, MMOL, WITHOUT_WAIST, WOMAN, course_of, steps_of


class TestWhyItChanged:
    @pytest.mark.parametrize("outcome", ["diabetes", "dysglycaemia", "cvd_10y", "cvd_death_10y"])
    def test_printed_bars_add_up_to_the_printed_change(self, models: dict[str, RiskModel], outcome: str) -> None:
        course = course_of(models, WOMAN, WITHOUT_WAIST, BETTER, HEAVIER)
        for before, after in ((0, 1), (1, 2), (2, 3), (3, 0)):
            steps, decimals = steps_of(course, outcome, before, after)
            made = steps[0].amount + sum(step.amount for step in steps[1:-1])
            assert round(made, decimals) == steps[-1].amount
            assert all(round(a.end, decimals) == b.start for a, b in pairwise(steps[:-1]))

    def test_bars_begin_and_end_at_the_risks_shown(self, models: dict[str, RiskModel]) -> None:
        course = course_of(models, WOMAN, HEAVIER)
        steps, _ = steps_of(course)
        first, last = (point.risk for point in course.estimates(OUTCOME["diabetes"]))
        assert (steps[0].amount, steps[-1].amount) == printed(first, last)[:2]
        assert (steps[0].label, steps[-1].label) == ("2024-03-01", "2024-11-24")

    def test_a_bar_is_the_difference_of_the_contributions(self, models: dict[str, RiskModel]) -> None:
        course = course_of(models, WOMAN, WOMAN | {"glucose": 125.0})
        steps, decimals = steps_of(course)
        values = course.assessment.reasons("diabetes").values
        logit = course.assessment.reasons("diabetes").logit
        points = course.estimates(OUTCOME["diabetes"])
        slope = 100 * (points[1].risk - points[0].risk) / (logit[1] - logit[0])
        expected = slope * (values["glucose"].iloc[1] - values["glucose"].iloc[0])
        change = 100 * (points[1].risk - points[0].risk)
        expected += steps[-1].amount - steps[0].amount - change  # what the printed ends were rounded by
        assert next(s.amount for s in steps if s.name == "glucose") == pytest.approx(expected, abs=1.5 * 10**-decimals)

    def test_only_changed_facts_have_a_bar_and_the_rest_share_one(self, models: dict[str, RiskModel]) -> None:
        steps, _ = steps_of(course_of(models, WOMAN, WOMAN | {"glucose": 125.0}))
        assert [step.label for step in steps[1:-1]] in (
            ["Glucose 109 → 125 mg/dL", TOGETHER],
            ["Glucose 109 → 125 mg/dL"],
        )

    def test_what_became_known_or_unknown_is_no_step(self, models: dict[str, RiskModel]) -> None:
        without_glucose = {name: value for name, value in WOMAN.items() if name != "glucose"}
        names = {step.name for step in steps_of(course_of(models, without_glucose, WITHOUT_WAIST))[0]}
        assert not names & {"waist", "glucose"}
        assert "bmi" in names

    def test_values_are_in_the_unit_chosen(self, models: dict[str, RiskModel]) -> None:
        course = course_of(models, WOMAN, HEAVIER)
        points = course.estimates(OUTCOME["diabetes"])
        steps, _ = change_steps(course.assessment.reasons("diabetes"), points, 0, 1, {"glucose": MMOL})
        assert "Glucose 6.1 → 6.7 mmol/L" in [step.label for step in steps]

    def test_a_choice_is_worded(self, models: dict[str, RiskModel]) -> None:
        course = course_of(models, WOMAN, WOMAN | {"smoking": 2.0})
        labels = [step.label for step in steps_of(course, "cvd_10y")[0]]
        assert "Smoking: never → current smoker" in labels

    def test_more_changes_than_bars_share_one(self, models: dict[str, RiskModel]) -> None:
        changed = {"waist": 99.0, "systolic_bp": 120.0, "diastolic_bp": 70.0, "total_cholesterol": 180.0}
        changed |= {"hdl_cholesterol": 60.0, "glucose": 88.0, "weight": 70.0, "smoking": 2.0, "age": 60.0}
        changed |= {"physical_activity": 1.0, "bp_medication": 0.0, "creatinine": 0.8}
        steps, _ = steps_of(course_of(models, WOMAN, WOMAN | changed))
        assert len(steps) <= MOST_BARS + 4
        assert any(step.label.endswith(OTHERS) for step in steps)


class TestIsotonicStep:
    """A recalibrated model has a step behind it: its reasons stand before the step, its risks behind."""

    def test_bars_lead_to_the_risk_behind_the_step(self, models: dict[str, RiskModel]) -> None:
        plain = models["population"]
        step = isotonic.Step(np.array([-6.0, -2.0, 0.0, 3.0]), np.array([-5.0, -2.5, -2.0, 1.0]))
        stepped = isotonic.SteppedModel(plain, {"diabetes": step}, plain.card, plain.reference)
        course = course_of({"population": stepped}, WOMAN, HEAVIER)
        steps, decimals = steps_of(course)
        first, last = (point.risk for point in course.estimates(OUTCOME["diabetes"]))
        risks = printed(first, last)[:2]
        assert (steps[0].amount, steps[-1].amount) == risks
        assert round(sum(step.amount for step in steps[1:-1]), decimals) == round(risks[1] - risks[0], decimals)
