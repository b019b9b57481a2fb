"""The consensus report: shares that add up, figures as the R package iglu publishes them, both units, goals, intervals.

The published figures are of iglu 4.3.0 on its example of five people (irinagain/iglu: README, vignettes “iglu” and
“AGP_and_Episodes”). Its data are under the GPL and not here: series are built with the published number of readings and
the published shares, and the figures that follow from one another are held against those published.
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodels.errors import SignalError
from riskmodels.signals.glucose.consensus import summarise
from riskmodels.signals.glucose.files import read_glucose
from riskmodels.signals.glucose.quality import check_glucose
from riskmodels.signals.glucose.series import CheckedGlucose, GlucoseSeries
from riskmodels.signals.glucose.targets import TARGETS
from tests.signals.glucose.conftest import living, series_of

TODAY = date(2026, 11, 30)
#: readings, and how many below 54, below 70, above 180, above 250: iglu's subjects 1 to 5
COUNTS = {
    1: (2915, 0, 4, 239, 11),
    2: (2829, 0, 0, 2081, 738),
    3: (1533, 0, 5, 281, 87),
    4: (3664, 2, 10, 169, 0),
    5: (2925, 0, 3, 1105, 330),
}
#: below 54, below 70, in range, above 180, above 250 %, glycemia risk index
PUBLISHED = {
    1: (0.0, 0.13722126929674097, 91.66380789022298, 8.198970840480275, 0.37735849056603776, 7.190394511149229),
    2: (0.0, 0.0, 26.44043831742665, 73.55956168257335, 26.08695652173913, 79.71721456344999),
    3: (0.0, 0.32615786040443573, 81.34377038486627, 18.33007175472929, 5.6751467710371815, 19.986953685583824),
    4: (0.05458515283842794, 0.2729257641921397, 95.1146288209607, 4.612445414847162, 0.0, 4.377729257641922),
    5: (0.0, 0.10256410256410256, 62.11965811965812, 37.77777777777778, 11.282051282051283, 39.494017094017096),
}
#: mean, SD mg/dL, coefficient of variation %, GMI %
SPREAD = {
    1: (123.6655231560894, 33.26807611654069, 26.90165801065674, 6.268079313893659),
    2: (218.45281018027612, 52.37110853562317, 23.973648355635437, 8.535391219512205),
    3: (154.04174820613179, 44.78312496978401, 29.072070066263617, 6.994678617090672),
    4: (129.67439956331884, 29.067820376793996, 22.416005375525522, 6.411811637554587),
    5: (174.60752136752149, 58.576552722988005, 33.547554116923486, 7.486611911111114),
}


def checked_of(series: GlucoseSeries) -> CheckedGlucose:
    return CheckedGlucose(series, ())


@pytest.mark.parametrize("subject", COUNTS)
def test_shares_and_risk_index_are_those_that_iglu_publishes(subject: int) -> None:
    n, very_low, low, high, very_high = COUNTS[subject]
    values = [50.0] * very_low + [65.0] * (low - very_low) + [260.0] * very_high + [200.0] * (high - very_high)
    report = summarise(checked_of(series_of([*values, *[110.0] * (n - len(values))])))
    names = ("very_low", "below", "in_range", "above", "very_high")
    found = (*(report.figures[name].value for name in names), report.risk_index[0])
    np.testing.assert_allclose(found, PUBLISHED[subject], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("subject", SPREAD)
def test_mean_sd_cv_and_gmi_go_together_as_iglu_publishes_them(subject: int) -> None:
    mean, sd, cv, gmi = SPREAD[subject]
    n = COUNTS[subject][0]
    raw = np.random.default_rng(subject).normal(size=n)
    report = summarise(checked_of(series_of(mean + sd * (raw - raw.mean()) / raw.std(ddof=1))))
    found = [report.figures[name].value for name in ("mean", "sd", "cv", "gmi")]
    np.testing.assert_allclose(found, [mean, sd, cv, gmi], rtol=1e-9)


def test_worn_time_is_counted_as_iglu_does() -> None:
    # subject 1: 2,915 readings in 12.7 days, 79.8 % (79.84113941385922)
    whole = series_of([120.0] * 3651)
    kept = np.zeros(3651, bool)
    kept[[0, -1]] = True
    kept[1:2914] = True
    assert 100 * whole.taken(kept).worn == pytest.approx(79.84113941385922, rel=1e-12)


@given(values=st.lists(st.integers(40, 400), min_size=1, max_size=300), target=st.sampled_from(sorted(TARGETS)))
def test_bands_add_to_100_percent_and_24_hours(values: list[int], target: str) -> None:
    report = summarise(checked_of(series_of(values)), target)
    assert sum(band.percent for band in report.bands) == pytest.approx(100)
    assert sum(band.minutes for band in report.bands) == pytest.approx(1440)
    assert all(band.percent > -1e-9 for band in report.bands)


@given(tenths=st.lists(st.integers(22, 222), min_size=1, max_size=200))
def test_tenths_of_mmol_are_judged_by_the_bounds_in_mmol(tenths: list[int]) -> None:
    report = summarise(checked_of(series_of([t / 10 * 18.016 for t in tenths], unit="mmol/L")))
    inside = sum(39 <= t <= 100 for t in tenths)
    assert report.figures["in_range"].value == pytest.approx(100 * inside / len(tenths))
    assert report.figures["very_low"].value == pytest.approx(100 * sum(t < 30 for t in tenths) / len(tenths))


def test_bounds_belong_to_the_range() -> None:
    report = summarise(checked_of(series_of([70, 180, 69, 181, 54, 53, 250, 251])))
    assert [band.percent for band in report.bands] == [12.5, 25.0, 25.0, 25.0, 12.5]


def test_goals_of_pregnancy_use_its_range() -> None:
    report = summarise(checked_of(series_of([62, 63, 140, 141])), "pregnancy_type_1")
    assert report.figures["in_range"].value == 50
    assert [met.met for met in report.goals] == [False, False, False, True]
    assert summarise(checked_of(series_of([100.0] * 10)), "pregnancy_other").goals == ()
    assert "3.5–3.4" not in report.bands[1].span_mmol
    assert report.bands[1].span == "54–62"


def test_intervals_hold_the_value_and_need_five_days(fortnight: GlucoseSeries) -> None:
    report = summarise(check_glucose(fortnight, TODAY))
    for name in ("in_range", "mean", "cv", "gmi", "below"):
        figure = report.figures[name]
        assert figure.low <= figure.value <= figure.high
    assert report.figures["mean"].low < report.figures["mean"].value < report.figures["mean"].high
    short = summarise(check_glucose(living(days=3), TODAY))
    assert math.isnan(short.figures["in_range"].low)
    assert not any(met.sure for met in short.goals)


def test_a_goal_is_sure_where_the_whole_interval_is_on_its_side() -> None:
    report = summarise(checked_of(series_of([120.0] * 288 * 6)))
    assert all(met.met and met.sure for met in report.goals)


def test_the_same_days_give_the_same_report(fortnight: GlucoseSeries) -> None:
    one, other = (summarise(check_glucose(fortnight, TODAY)) for _ in range(2))
    assert one.figures == other.figures
    assert one.episodes == other.episodes


def test_values_at_the_limit_make_the_mean_a_bound() -> None:
    value = living().mg_dl
    value[5:9] = 400
    low = replace(series_of(value[9:]), beyond=np.where(np.arange(len(value) - 9) < 4, -1, 0).astype(np.int8))
    assert summarise(check_glucose(series_of(value), TODAY)).bound == "at least"
    assert summarise(check_glucose(low, TODAY)).bound == "at most"


def test_what_the_checks_refused_has_no_report() -> None:
    with pytest.raises(SignalError, match="one reading"):
        summarise(check_glucose(series_of([100.0]), TODAY))
    with pytest.raises(SignalError, match="no kind of patient"):
        summarise(check_glucose(living(), TODAY), "athlete")


@pytest.mark.parametrize("name", ["cgm_native_5min.csv", "cgm_15min_interpolated_to_5.csv", "cgm_mmol_gap_lo_hi.csv"])
def test_every_case_has_a_report_in_part(shared: Path, name: str) -> None:
    checked = check_glucose(read_glucose(name, (shared / "cases" / "signals" / name).read_bytes()), TODAY)
    report = summarise(checked)
    assert report.partly
    assert sum(band.percent for band in report.bands) == pytest.approx(100)
