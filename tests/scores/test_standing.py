"""Percentiles of published scores: weights, ties, groups; the committed file against a fit from the shared data."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from riskmodels.errors import SourceDataError
from riskmodels.scores.percentiles import FEWEST, age_band, group_key, percentile_tables, share_below
from riskmodels.scores.score2 import REGIONS
from riskmodels.scores.standing import NOT_RANKED, PATH, RANKED, fit_standings, key_of, load_standings, standing
from riskmodels.shipping.fit_standing import fit_from, write


def people(values, age=55.0, sex=0.0):
    frame = pd.DataFrame({"age": age, "sex": sex}, index=range(len(values)))
    return frame, pd.Series(values, dtype=float)


# --- the machinery shared with the models' reference -----------------------------------------------------------------


def test_share_below_of_equal_weights_is_the_rank():
    frame, values = people(np.arange(1000) / 1000)
    tables = percentile_tables(frame, values, pd.Series(1.0, frame.index))
    assert share_below(tables, 0.3, 51, 0) == pytest.approx(0.3, abs=0.002)


def test_weights_move_the_percentile():
    frame, values = people(np.arange(1000) / 1000)
    heavy_below_half = pd.Series(np.where(values < 0.5, 3.0, 1.0))
    tables = percentile_tables(frame, values, heavy_below_half)
    assert share_below(tables, 0.5, 51, 0) == pytest.approx(0.75, abs=0.005)


def test_people_without_weight_or_value_do_not_count():
    frame, values = people([*np.arange(200) / 200, *[9.0] * 200, *[np.nan] * 200])
    weight = pd.Series([*[1.0] * 200, *[0.0] * 200, *[1.0] * 200])
    tables = percentile_tables(frame, values, weight)
    assert max(tables["female 50–59"]) < 1


def points_and_weights(seed=0):
    rng = np.random.default_rng(seed)
    frame, values = people(rng.integers(0, 9, 997) * 0.1)
    return frame, values, pd.Series(rng.lognormal(10, 1, len(values)))


def test_tables_do_not_depend_on_the_order_of_the_people():
    """Equals with other weights, and weights whose sum as floating point depends on the order."""
    frame, values, weight = points_and_weights()
    tables = percentile_tables(frame, values, weight)
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(len(values))
        assert percentile_tables(frame.iloc[order], values.iloc[order], weight.iloc[order]) == tables


def test_tables_do_not_depend_on_the_last_bits_of_the_values():
    """As another processor would compute them: up to four units in the last place away."""
    frame, values, weight = points_and_weights()
    tables = percentile_tables(frame, values, weight)
    away = np.random.default_rng(1).integers(-4, 5, len(values)) * np.spacing(values)
    assert percentile_tables(frame, values + away, weight) == tables


@pytest.mark.parametrize("factor", [1e-9, 1e9])
def test_tables_do_not_depend_on_the_unit_of_the_weights(factor):
    frame, values, weight = points_and_weights()
    assert percentile_tables(frame, values, weight * factor)["female 50–59"] == pytest.approx(
        percentile_tables(frame, values, weight)["female 50–59"], rel=1e-9
    )


def test_points_stand_in_the_middle_of_their_equals():
    frame, values = people([2.0] * 200 + [3.0] * 400 + [4.0] * 400)
    tables = percentile_tables(frame, values, pd.Series(1.0, frame.index))
    shares = [share_below(tables, points, 55, 0) for points in (2.0, 3.0, 4.0)]
    assert shares == pytest.approx([0.1, 0.4, 0.8], abs=0.011)


def test_a_group_of_too_few_people_has_no_table():
    frame, values = people(np.arange(FEWEST - 1))
    assert percentile_tables(frame, values, pd.Series(1.0, frame.index)) == {}


@pytest.mark.parametrize(
    ("value", "age", "sex"), [(np.nan, 55, 0), (0.3, 55, np.nan), (0.3, np.nan, 0), (0.3, 45, 0), (0.3, 55, 1)]
)
def test_unknown_or_another_group_has_no_standing(value, age, sex):
    frame, values = people(np.arange(1000) / 1000)
    tables = percentile_tables(frame, values, pd.Series(1.0, frame.index))
    assert np.isnan(share_below(tables, value, age, sex))


def test_outside_the_values_seen_the_share_is_nothing_or_all():
    frame, values = people(np.arange(1, 1001) / 1000)
    tables = percentile_tables(frame, values, pd.Series(1.0, frame.index))
    assert share_below(tables, 0.0, 55, 0) == 0
    assert share_below(tables, 2.0, 55, 0) == 1


def test_a_birthday_opens_the_next_age_band():
    assert (age_band(49.99), age_band(50.0), age_band(17.0)) == ("40–49", "50–59", "")
    assert group_key(1.0, 65) == "male 60–69"


# --- the committed file ----------------------------------------------------------------------------------------------


def test_committed_tables_are_percentiles_of_every_ranked_value():
    tables = load_standings().tables
    assert set(tables) == {*(RANKED.keys() - {"score2"}), *(key_of("score2", region) for region in REGIONS)}
    for score, columns in tables.items():
        assert tuple(columns) == RANKED[score.partition(":")[0]]
        for groups in columns.values():
            for table in groups.values():
                assert len(table) == 101
                assert table == sorted(table)


@pytest.mark.parametrize("sex", [0.0, 1.0])
@pytest.mark.parametrize("age", [35.0, 45.0, 55.0, 65.0, 75.0])
def test_a_higher_prevent_risk_stands_higher(age, sex):
    shares = [standing("prevent", "total_cvd_10y", risk, age, sex) for risk in (0.0005, 0.01, 0.05, 0.1, 0.3)]
    assert shares == sorted(shares)
    assert shares[0] < 0.1
    assert shares[-1] > 0.9


def test_the_same_risk_is_high_for_the_young_and_low_for_the_old():
    assert standing("pce", "ascvd_10y", 0.05, 45, 1) > 0.75
    assert standing("pce", "ascvd_10y", 0.05, 75, 1) < 0.05


def test_score2_stands_by_region():
    low, high = (standing("score2", "cvd_10y", 0.06, 55, 1, region=region) for region in ("low", "very_high"))
    assert low > high


@pytest.mark.parametrize(
    ("score", "column", "age", "sex"),
    [
        ("findrisc", "points", 55, 0),
        ("ada_risk_test", "points", 55, 0),
        ("score2", "cvd_10y", 55, 0),
        ("prevent", "stroke_10y", 55, 0),
        ("prevent", "total_cvd_10y", 82, 0),
    ],
)
def test_what_is_not_ranked_has_no_standing(score, column, age, sex):
    assert np.isnan(standing(score, column, 5.0, age, sex))


def test_ages_that_nhanes_gives_as_80_are_not_ranked_by_score2():
    assert np.isnan(standing("score2", "cvd_10y", 0.2, 84, 1, region="low"))
    assert "score2, from 80 years" in NOT_RANKED


def test_adas_points_of_men_are_ranked():
    shares = [standing("ada_risk_test", "points", points, 55, 1) for points in (3.0, 5.0, 7.0)]
    assert 0 < shares[0] < shares[1] < shares[2] < 1


def test_a_missing_file_says_what_to_do(tmp_path):
    with pytest.raises(SourceDataError, match="fit_standing"):
        load_standings(tmp_path / "none.json")


def test_a_damaged_file_is_refused(tmp_path):
    path = tmp_path / "score_standing.json"
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(SourceDataError, match="cannot be read"):
        load_standings(path)


def test_tables_come_back_from_a_file(tmp_path, person):
    frame = pd.DataFrame([person] * 300).assign(systolic_bp=np.linspace(100, 170, 300))
    fitted = fit_standings(frame, pd.Series(1.0, frame.index), "300 women", "hash")
    write(fitted, tmp_path / "tables.json")
    read = load_standings(tmp_path / "tables.json")
    assert (read.population, read.source, read.people["pce"]) == ("300 women", "hash", {"ascvd_10y": 300})
    middle = np.median(fitted.tables["pce"]["ascvd_10y"]["female 50–59"])
    assert read.share("pce", "ascvd_10y", middle, 55, 0) == pytest.approx(0.5, abs=0.01)


@pytest.mark.shared_data
def test_committed_file_is_what_the_command_writes(shared, tmp_path):
    write(fit_from(shared), tmp_path / "again.json")
    assert json.loads((tmp_path / "again.json").read_text("utf-8")) == json.loads(PATH.read_text("utf-8"))


def test_reference_people_are_those_of_the_models():
    from riskmodels.shipping import fit_standing
    from riskmodels.shipping.population import REFERENCE_CYCLES

    assert fit_standing.REFERENCE_CYCLES == REFERENCE_CYCLES
