"""The timeline: what the lines, the bars and their words say of a patient's visits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

import numpy as np
import pytest

from riskmodels.assessment import assess
from riskmodels.explain.steps import Step
from riskmodels.outcomes import OUTCOME
from riskmodels.records import assessments
from riskmodels.records.assessments import KeptAssessment
from riskmodels.records.model_hash import model_hash
from riskmodels.tabular.model import RiskModel, load_shipped
from riskmodels.timeline.course import Course, patient_frame
from riskmodels.timeline.like import breaks, compare
from tests.timeline.visits import (
    BETTER,
    DAYS,
    DIABETIC,
    HEAVIER,
    MEASURED,
    MMOL,
    WITHOUT_WAIST,
    WOMAN,
    course_of,
    steps_of,
    visit,
)
from ui.record.timeline import change_words
from ui.record.timeline import charts as timeline_charts
from ui.record.timeline import panels as timeline_panels
from ui.record.timeline import risks as timeline_risks
from ui.text import risk


@pytest.fixture(scope="module")
def models() -> dict[str, RiskModel]:
    return load_shipped(device="cpu")


class TestWhyItChangedInWords:
    def test_nothing_changed_has_no_bar_and_says_so(self, models: dict[str, RiskModel]) -> None:
        steps, decimals = steps_of(course_of(models, WOMAN, WOMAN))
        assert len(steps) == 2
        assert "nothing that the model uses changed" in change_words.finding_text(steps, decimals)

    def test_finding_adds_up(self) -> None:
        steps = [Step("", "a", 7.0, 0), Step("glucose", "Glucose 1", 3.0, 7), Step("waist", "W", -1.0, 10)]
        steps.append(Step("", "b", 9.0, 0))
        assert change_words.finding_text(steps, 1) == (
            "7.0 % → 9.0 %: +2.0 points, +3.0 by what raises it and −1.0 by what lowers it. Glucose 1 weighs most."
        )

    def test_what_became_known_or_unknown_is_told_apart(self, models: dict[str, RiskModel]) -> None:
        course = course_of(models, WOMAN, WITHOUT_WAIST | {"crp": 3.0})
        first, last = course.estimates(OUTCOME["diabetes"])
        told = change_words.apart_text(compare(course, OUTCOME["diabetes"], 0, 1), first, last)
        assert told == (
            f"No longer known: waist; with it the estimate was {risk(first.risk)} on 2024-03-01. "
            f"Now known: C-reactive protein; with it the estimate is {risk(last.risk)} on 2024-11-24."
        )

    def test_main_reason_goes_the_way_of_the_change(self) -> None:
        steps = [Step("", "a", 7.0, 0), Step("glucose", "Glucose 1", 3.0, 7), Step("waist", "Waist 1", -2.0, 10)]
        steps += [Step("age", "Age 1", -1.5, 8), Step("", "b", 6.5, 0)]
        assert change_words.main_reason(steps, 1) == "waist 1 (−2.0 points)"

    @pytest.mark.parametrize(
        ("first", "last", "words"),
        [
            (0.0712, 0.0921, "+2.1 points"),
            (0.0164, 0.02, "+0.4 points"),
            (0.3, 0.21, "−9 points"),
            (0.3, 0.31, "+1 point"),
            (0.1, 0.1, ""),
        ],
    )
    def test_points_are_those_of_the_printed_risks(self, first: float, last: float, words: str) -> None:
        assert change_words.points_text(first, last) == words


def first_risk(course: Course) -> str:
    """As it is printed."""
    return risk(course.estimates(OUTCOME["diabetes"])[0].risk)


class TestRisksInWords:
    def test_finding_names_ends_change_and_reason(self, models: dict[str, RiskModel]) -> None:
        course = course_of(models, WOMAN, HEAVIER)
        found = timeline_risks.finding_text(course, OUTCOME["diabetes"], {})
        assert found.startswith(f"{first_risk(course)} on 2024-03-01, ")
        assert "points since 2024-03-01, most by glucose 109 → 121 mg/dL (+" in found

    def test_finding_tells_a_missing_fact_apart_from_the_change(self, models: dict[str, RiskModel]) -> None:
        course = course_of(models, HEAVIER, WITHOUT_WAIST)
        found = timeline_risks.finding_text(course, OUTCOME["diabetes"], {})
        assert "on 2024-11-24, on different facts. No change since 2024-03-01 on the facts known at both." in found
        assert "No line to 2024-11-24, waist no longer known." in found

    def test_finding_names_where_there_is_no_estimate(self, models: dict[str, RiskModel]) -> None:
        course = course_of(models, WOMAN, DIABETIC, DIABETIC)
        found = timeline_risks.finding_text(course, OUTCOME["diabetes"], {})
        none = "No estimate on 2024-11-24 and 2025-06-03: already told of diabetes."
        assert found == f"{first_risk(course)} on 2024-03-01. {none}"

    def test_finding_says_what_was_measured_instead(self, models: dict[str, RiskModel]) -> None:
        course = course_of(models, WOMAN, MEASURED)
        found = timeline_risks.finding_text(course, OUTCOME["dysglycaemia"], {})
        assert found.endswith(
            "Measured on 2024-11-24: HbA1c 6.1 % meets the ADA criterion for prediabetes (from 5.7 %)."
        )

    def test_figures_tell_an_outcome_that_was_measured_at_every_visit(self, models: dict[str, RiskModel]) -> None:
        found = timeline_risks.figures(course_of(models, MEASURED, MEASURED), {})
        assert found.count("HbA1c 6.1 %: below the criterion for diabetes (from 6.5 %).") == 2

    def test_another_version_is_told_with_its_visits(self, models: dict[str, RiskModel]) -> None:
        course = course_of(models, WOMAN, HEAVIER)
        stored = {course.visits[0]: kept(models, WOMAN, "other")}
        hashes = {name: model_hash(model) for name, model in models.items()}
        told = timeline_risks.other_versions(course, stored, hashes)
        assert told == "Another version of a model assessed the visit of 2024-03-01."

    def test_the_same_version_is_not_told(self, models: dict[str, RiskModel]) -> None:
        course = course_of(models, WOMAN, HEAVIER)
        stored = {course.visits[0]: kept(models, WOMAN)}
        assert timeline_risks.other_versions(course, stored, {n: model_hash(m) for n, m in models.items()}) == ""

    def test_what_was_told_then_stands_in_the_figures_where_it_differs(self, models: dict[str, RiskModel]) -> None:
        course = course_of(models, WOMAN, HEAVIER)
        same, other = kept(models, WOMAN), kept(models, BETTER, "other")
        shown = timeline_risks.figures(course, {course.visits[0]: same, course.visits[1]: other})
        first, second = shown.split("<tr>")[2:]
        assert "told then" not in first
        assert "told then: " in second


def kept(models: Mapping[str, RiskModel], values: Mapping[str, float], model: str = "") -> list[KeptAssessment]:
    """Assessments as the database gives them; of another model version where one is named."""
    moment = datetime(2026, 2, 1, tzinfo=UTC)
    answers = assessments.to_keep(assess(patient_frame([visit(0, DAYS[0], values)]), models))
    return [
        KeptAssessment(
            "a", "v", 1, a.model, a.version, model or a.model_hash, a.inputs, a.inputs_hash, a.outputs, a.reasons,
            moment, "local",
        )
        for a in answers
    ]  # fmt: skip


class TestMeasurements:
    def panels(self, *values: Mapping[str, float]) -> dict[str, timeline_panels.Panel]:
        frame = patient_frame([visit(i, DAYS[i], known) for i, known in enumerate(values)])
        return {panel.title: panel for panel in timeline_panels.make_panels(frame, {"glucose": MMOL})}

    def test_one_unit_of_a_group_shares_a_chart(self) -> None:
        found = self.panels(WOMAN, HEAVIER)
        assert found["Blood pressure, mmHg"].names == ("systolic_bp", "diastolic_bp")
        assert found["Lipids, mg/dL"].names == ("total_cholesterol", "hdl_cholesterol")

    def test_a_measurement_known_once_has_no_line(self) -> None:
        assert "HbA1c, %" not in self.panels(WOMAN, MEASURED)
        assert "HbA1c, %" in self.panels(MEASURED, MEASURED)

    def test_values_are_in_the_unit_chosen(self) -> None:
        assert self.panels(WOMAN, HEAVIER)["Glucose, mmol/L"].values[0] == pytest.approx([6.05, 6.72], abs=0.01)

    def test_unknown_is_a_gap(self) -> None:
        panel = self.panels(WOMAN, WITHOUT_WAIST, HEAVIER)["Waist, cm"]
        assert np.isnan(panel.values[0]).tolist() == [False, True, False]

    def test_axis_shows_all_values_within_what_is_plausible(self) -> None:
        high = WOMAN | {"systolic_bp": 299.0}
        panel = self.panels(WOMAN, high)["Blood pressure, mmHg"]
        assert panel.low <= 86
        assert 299 <= panel.high <= 300

    def test_a_wobble_does_not_fill_the_axis(self) -> None:
        panel = self.panels(WOMAN, WOMAN | {"weight": 88.5})["Weight, kg"]
        assert panel.high - panel.low > 40

    def test_finding_names_ends_and_extremes_in_between(self) -> None:
        panel = self.panels(WOMAN, WOMAN | {"waist": 96.0}, WOMAN | {"waist": 104.0})["Waist, cm"]
        whens = [day.isoformat() for day in DAYS[:3]]
        assert timeline_panels.finding_text(panel, whens) == "Waist 108 → 104 (down to 96 in between) since 2024-03-01."

    def test_figures_hold_all_that_is_drawn(self) -> None:
        panels = list(self.panels(WOMAN, WITHOUT_WAIST, HEAVIER).values())
        shown = timeline_panels.figures(panels, [day.isoformat() for day in DAYS[:3]])
        assert shown.count('<th scope="row">') == sum(len(panel.names) for panel in panels)
        assert ">–</td>" in shown


class TestCharts:
    def test_every_given_point_is_labelled_and_a_refused_one_is_a_cross(self, models: dict[str, RiskModel]) -> None:
        course = course_of(models, WOMAN, DIABETIC, HEAVIER)
        figure = timeline_charts.risk_chart(course.estimates(OUTCOME["diabetes"]))
        line, cross = figure.data[-2], figure.data[-1]
        assert [bool(text) for text in line.text] == [True, False, True]
        assert list(cross.x) == [DAYS[1]]
        assert cross.hovertext[0] == "2024-11-24: no estimate, already told of diabetes."

    def test_the_band_has_a_gap_where_the_line_has_one(self, models: dict[str, RiskModel]) -> None:
        course = course_of(models, WOMAN, HEAVIER, DIABETIC, BETTER)
        figure = timeline_charts.risk_chart(course.estimates(OUTCOME["diabetes"]))
        bands = [trace for trace in figure.data if trace.fill or trace.line.width == 7]
        assert [sorted(set(band.x)) for band in bands] == [[DAYS[0], DAYS[1]], [DAYS[3]]]

    def test_estimates_on_different_facts_are_not_joined(self, models: dict[str, RiskModel]) -> None:
        course = course_of(models, WOMAN, WITHOUT_WAIST, WITHOUT_WAIST)
        apart = breaks(course, OUTCOME["diabetes"])
        figure = timeline_charts.risk_chart(course.estimates(OUTCOME["diabetes"]), breaks=apart)
        lines = [list(trace.x) for trace in figure.data if trace.mode == "lines" and trace.line.width == 2]
        assert lines == [[DAYS[1], DAYS[2]]]

    def test_the_gap_says_why_on_open_circles(self, models: dict[str, RiskModel]) -> None:
        course = course_of(models, WOMAN, WITHOUT_WAIST)
        apart = breaks(course, OUTCOME["diabetes"])
        figure = timeline_charts.risk_chart(course.estimates(OUTCOME["diabetes"]), breaks=apart)
        (circles,) = [trace for trace in figure.data if trace.marker.symbol == "circle-open"]
        assert all(text.endswith("Apart from it: waist no longer known.") for text in circles.hovertext)

    @pytest.mark.parametrize(("values", "labelled"), [([1, 2, 3], 3), ([5, 9, 3, 4, 6, 7, 8, 5.5], 4)])
    def test_of_many_points_ends_and_extremes_are_labelled(self, values: Sequence[float], labelled: int) -> None:
        made = timeline_charts.numbers([str(v) for v in values], np.array(values, dtype=float))
        assert sum(map(bool, made)) == labelled

    def test_numbers_of_visits_close_together_stand_apart(self) -> None:
        days = [date(2025, 1, 1), date(2025, 12, 20), date(2025, 12, 31)]
        places = timeline_charts.places(days, np.array([5.0, 7.0, 6.0]))
        assert places == ["top center", "top center", "bottom center"]

    def test_lines_of_one_chart_are_named_at_their_ends(self) -> None:
        frame = patient_frame([visit(i, DAYS[i], WOMAN) for i in range(2)])
        panel = next(p for p in timeline_panels.make_panels(frame, {}) if len(p.names) > 1)
        figure = timeline_charts.panel_chart(panel, DAYS[:2], ["a", "b"])
        assert [note.text for note in figure.layout.annotations] == ["Systolic", "Diastolic"]
        assert not figure.layout.showlegend
