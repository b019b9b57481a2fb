"""A patient's visits as the models in force see them."""

from __future__ import annotations

import numpy as np
import pytest

from riskmodels.outcomes import OUTCOME
from riskmodels.tabular.model import RiskModel
from riskmodels.timeline.course import patient_frame, visit_names
from tests.timeline.visits import DAYS, DIABETIC, HEAVIER, WOMAN, course_of, visit


class TestCourse:
    def test_an_estimate_is_that_of_the_model_for_the_visit_alone(self, models: dict[str, RiskModel]) -> None:
        course = course_of(models, WOMAN, HEAVIER)
        alone = models["population"].predict(patient_frame([visit(0, DAYS[1], HEAVIER)]))
        point = course.estimates(OUTCOME["diabetes"])[1]
        assert point.risk == pytest.approx(float(alone.risk["diabetes"].iloc[0]), abs=1e-12)

    def test_derived_values_are_known(self) -> None:
        frame = patient_frame([visit(0, DAYS[0], WOMAN)])
        assert frame["bmi"].iloc[0] == pytest.approx(88 / 1.64**2)

    def test_an_outcome_refused_at_every_visit_has_no_line(self, models: dict[str, RiskModel]) -> None:
        course = course_of(models, DIABETIC, DIABETIC)
        assert [o.name for o in course.outcomes] == ["cvd_10y", "cvd_death_10y"]

    def test_a_refused_visit_says_why_and_has_no_number(self, models: dict[str, RiskModel]) -> None:
        point = course_of(models, WOMAN, DIABETIC).estimates(OUTCOME["diabetes"])[1]
        assert not point.given
        assert np.isnan(point.risk)
        assert point.refused == "already told of diabetes"

    def test_visits_of_one_day_are_told_apart(self) -> None:
        same = [visit(i, DAYS[0], WOMAN) for i in range(3)]
        assert visit_names(same) == ["2024-03-01", "2024-03-01, second", "2024-03-01, third"]
