"""Signal studies as courses: which figures share an axis, intervals, doubts, HbA1c beside GMI."""

from __future__ import annotations

from datetime import date, timedelta
from math import isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodels.timeline.signals import burden_interval, doubt_of, gmi_words, make_signal_panels, nearest_hba1c
from riskmodels.units import HBA1C
from tests.timeline.studies import glucose, pressure, rhythm
from tests.timeline.visits import MEASURED, WOMAN, visit

DAY = date(2026, 2, 14)


class TestPanels:
    def test_time_in_range_names_the_range_in_both_units(self) -> None:
        panel, _ = make_signal_panels([glucose(DAY)], [])
        assert panel.title == "Time in range, 70–180 mg/dL (3.9–10.0 mmol/L)"
        (point,) = panel.tracks[0].points
        assert (point.day, point.value, point.low, point.high, point.doubt) == (DAY, 71.6, 66.0, 76.1, "")

    def test_another_range_has_an_axis_of_its_own(self) -> None:
        studies = [glucose(DAY, target="pregnancy_type_1"), glucose(DAY + timedelta(14))]
        titles = [panel.title for panel in make_signal_panels(studies, [])]
        assert [title for title in titles if title.startswith("Time in range, 63–140")]
        assert [title for title in titles if title.startswith("Time in range, 70–180")]

    def test_gmi_stands_beside_hba1c_in_the_unit_that_is_shown(self) -> None:
        _, panel = make_signal_panels([glucose(DAY)], [visit(1, DAY, MEASURED)], HBA1C[1])
        gmi, hba1c = panel.tracks
        assert (panel.unit, gmi.label, hba1c.label) == ("mmol/mol", "GMI", "HbA1c")
        assert gmi.points[0].value == pytest.approx(52.9, abs=0.1)  # 6.99 %
        assert hba1c.points[0].value == pytest.approx(43.2, abs=0.1)  # 6.1 %

    def test_ventricular_burden_has_an_interval_over_its_hours(self) -> None:
        (panel,) = make_signal_panels([rhythm(DAY)], [])
        (point,) = panel.tracks[0].points
        assert point.low < point.value == 2.0 < point.high

    def test_home_and_day_long_means_are_kept_apart(self) -> None:
        studies = [pressure(DAY, "24 hours", "day", "night"), pressure(DAY + timedelta(30), "home", "morning")]
        panels = make_signal_panels(studies, [])
        assert [panel.title for panel in panels] == ["Blood pressure, 24 hours", "Blood pressure, home"]
        assert [track.label for track in panels[0].tracks] == ["Systolic", "Diastolic"]
        assert panels[0].tracks[0].points[0].value == 134.2

    def test_figures_that_a_former_version_did_not_keep_have_no_point(self) -> None:
        old = [glucose(DAY, figures={}), rhythm(DAY, percent=None), pressure(DAY), glucose(DAY, target="elsewhere")]
        assert [panel.title for panel in make_signal_panels(old[:3], [])] == []
        assert [panel.title for panel in make_signal_panels(old, [])] == ["GMI"]


class TestDoubt:
    def test_too_little_wear_is_told(self) -> None:
        worn = glucose(DAY, partly="Worn for 4 days.")
        assert doubt_of(worn) == "Worn for 4 days."
        assert make_signal_panels([worn], [])[0].tracks[0].points[0].doubt == "Worn for 4 days."

    def test_the_sensors_limit_makes_the_mean_a_bound(self) -> None:
        assert "at least what is told" in doubt_of(glucose(DAY, bound="at least"))

    def test_a_check_that_was_not_passed_is_told(self) -> None:
        checks = [{"name": "night", "passed": False, "detail": "3 readings."}, {"name": "day", "passed": True}]
        assert doubt_of(pressure(DAY, "day", checks=checks)) == "3 readings."


class TestHba1c:
    def test_the_nearest_is_taken_and_the_difference_explained(self) -> None:
        visits = [visit(1, DAY - timedelta(80), MEASURED | {"hba1c": 9.0}), visit(2, DAY + timedelta(7), MEASURED)]
        words = gmi_words([glucose(DAY)], visits)
        assert words.startswith("Sensor up to 2026-02-14, HbA1c of 2026-02-21. GMI 7.0 % (53 mmol/mol)")
        assert "0.9 points lower than GMI" in words

    def test_one_too_far_away_is_not_set_beside(self) -> None:
        far = [visit(1, DAY - timedelta(91), MEASURED), visit(2, DAY, WOMAN)]
        assert nearest_hba1c(glucose(DAY), far) is None
        assert "nothing to stand beside" in gmi_words([glucose(DAY)], far)

    def test_without_a_sensor_nothing_is_said(self) -> None:
        assert gmi_words([rhythm(DAY)], [visit(1, DAY, MEASURED)]) == ""


class TestBurdenInterval:
    def test_few_hours_have_none(self) -> None:
        assert all(map(isnan, burden_interval([{"beats": 4000, "ventricular": 9}] * 4)))

    def test_hours_without_beats_do_not_count(self) -> None:
        assert all(
            map(isnan, burden_interval([{"beats": 4000, "ventricular": 9}] * 4 + [{"beats": 0, "ventricular": 0}]))
        )

    @given(st.lists(st.tuples(st.integers(1, 6000), st.floats(0, 1)), min_size=5, max_size=30))
    def test_it_lies_between_the_calmest_and_the_busiest_hour(self, hours: list[tuple[int, float]]) -> None:
        told = [{"beats": beats, "ventricular": int(beats * share)} for beats, share in hours]
        shares = [100 * hour["ventricular"] / hour["beats"] for hour in told]
        low, high = burden_interval(told)
        assert min(shares) - 1e-9 <= low <= high <= max(shares) + 1e-9
