"""Two visits compared like with like: a missing fact is never a change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from riskmodels.outcomes import OUTCOME
from riskmodels.records.carry import carry
from riskmodels.tabular.model import RiskModel
from riskmodels.timeline.course import make_course, measured_frame, patient_frame
from riskmodels.timeline.like import breaks, compare, named
from tests.timeline.visits import BETTER, DAYS, DIABETIC, HEAVIER, WITHOUT_WAIST, WOMAN, course_of, visit

CVD = OUTCOME["cvd_10y"]
NO_PRESSURES = {name: value for name, value in WOMAN.items() if name not in ("systolic_bp", "diastolic_bp")}


class TestLike:
    def test_a_fact_that_was_left_blank_is_no_change(self, models: dict[str, RiskModel]) -> None:
        course = course_of(models, WOMAN, NO_PRESSURES)
        like = compare(course, CVD, 0, 1)
        assert like.lost == ("systolic_bp", "diastolic_bp")
        assert like.first.risk == pytest.approx(like.last.risk, abs=1e-12)
        assert like.reason == "systolic pressure and diastolic pressure no longer known"

    def test_both_are_estimated_on_what_both_know(self, models: dict[str, RiskModel]) -> None:
        like = compare(course_of(models, WOMAN, WITHOUT_WAIST), CVD, 0, 1)
        alone = {name: value for name, value in WOMAN.items() if name != "waist"}
        expected = course_of(models, alone).estimates(CVD)[0].risk
        assert like.first.risk == pytest.approx(expected, abs=1e-12)

    def test_a_fact_that_became_known_is_told(self, models: dict[str, RiskModel]) -> None:
        like = compare(course_of(models, WITHOUT_WAIST, HEAVIER), CVD, 0, 1)
        assert (like.lost, like.gained) == ((), ("waist",))
        assert like.reason == "waist now known"

    def test_of_the_same_facts_it_is_the_course_itself(self, models: dict[str, RiskModel]) -> None:
        course = course_of(models, WOMAN, HEAVIER, BETTER)
        like = compare(course, CVD, 1, 2)
        assert like.same
        assert (like.first, like.last) == tuple(course.estimates(CVD)[1:])

    def test_a_fact_that_the_outcome_does_not_use_is_no_difference(self, models: dict[str, RiskModel]) -> None:
        course = course_of(models, WOMAN, WOMAN | {"pulse": 70.0})
        assert compare(course, CVD, 0, 1).same

    def test_of_many_facts_the_first_are_named(self) -> None:
        assert named(["waist", "glucose", "crp", "egfr"]) == "waist, glucose and 2 other facts"


class TestBreaks:
    def test_only_neighbours_on_different_facts_are_apart(self, models: dict[str, RiskModel]) -> None:
        course = course_of(models, WOMAN, HEAVIER, WITHOUT_WAIST, WITHOUT_WAIST)
        assert list(breaks(course, CVD)) == [1]

    def test_a_refused_visit_has_no_neighbours(self, models: dict[str, RiskModel]) -> None:
        course = course_of(models, WOMAN, DIABETIC, WITHOUT_WAIST)
        assert breaks(course, OUTCOME["diabetes"]) == {}


class TestCarriedValues:
    def test_they_count_as_known_and_keep_the_line_whole(self, models: dict[str, RiskModel]) -> None:
        soon = date(2024, 5, 1)
        first = visit(0, DAYS[0], WOMAN)
        second = replace(visit(1, soon, {}), facts=carry([first], soon).facts)
        course = make_course([first, second], models)
        assert breaks(course, CVD) == {}
        before, after = course.estimates(CVD)
        assert after.risk == pytest.approx(before.risk, abs=1e-12)

    def test_they_are_no_second_measurement(self) -> None:
        first = visit(0, DAYS[0], WOMAN)
        second = replace(visit(1, DAYS[1], {}), facts=carry([first], DAYS[1]).facts)
        visits = [first, second]
        measured = measured_frame(visits, patient_frame(visits))
        assert np.isnan(measured.loc[1, ["waist", "weight", "bmi"]].to_numpy(float)).all()
        assert not np.isnan(measured.loc[0, ["waist", "weight", "bmi"]].to_numpy(float)).any()
