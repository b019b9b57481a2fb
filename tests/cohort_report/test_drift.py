from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ks_2samp

from riskmodels.cohort_report.drift import drift, drift_section
from riskmodels.cohort_report.training_distribution import Distribution, training_distribution
from riskmodels.evaluation import Plan
from riskmodels.tabular.model import load_shipped

PLAN = Plan(replicates=200)
RNG = np.random.default_rng(5)
TRAINED = pd.Series(RNG.normal(50, 10, 20_000).round())


class TestMeasures:
    def test_ks_is_that_of_scipy_where_every_value_is_a_cut(self) -> None:
        here = pd.Series(RNG.normal(54, 12, 3000).round())
        found = drift(here, Distribution.of(TRAINED), PLAN)["ks"]
        assert found.value == pytest.approx(ks_2samp(here, TRAINED).statistic, abs=1e-12)

    def test_ks_misses_little_where_values_lie_between_the_cuts(self) -> None:
        fine, here = pd.Series(RNG.normal(50, 10, 20_000)), pd.Series(RNG.normal(54, 12, 3000))
        found = drift(here, Distribution.of(fine), PLAN)["ks"]
        assert found.value == pytest.approx(ks_2samp(here, fine).statistic, abs=0.011)

    def test_psi_of_two_answers_is_the_formula(self) -> None:
        seen = Distribution.of(pd.Series([0.0] * 800 + [1.0] * 200))
        found = drift(pd.Series([0.0] * 500 + [1.0] * 500), seen, PLAN)["psi"]
        assert found.value == pytest.approx(0.3 * np.log(0.8 / 0.5) + 0.3 * np.log(0.5 / 0.2), rel=0.01)

    def test_interval_covers_the_truth_where_nothing_drifted(self) -> None:
        found = drift(TRAINED.sample(2000, random_state=1), Distribution.of(TRAINED), PLAN)["psi"]
        assert found.low < 0.003
        assert found.high < 0.05

    def test_values_above_everything_seen_count(self) -> None:
        found = drift(pd.Series([1000.0] * 500), Distribution.of(TRAINED), PLAN)
        assert found["ks"].value == pytest.approx(1.0)
        assert found["psi"].value > 1

    def test_values_stored_with_six_digits_still_fall_at_their_cut(self) -> None:
        values = pd.Series([27.06934567] * 60 + [31.00000049] * 40)
        stored = Distribution.from_dict(Distribution.of(values).to_dict())
        assert drift(values, stored, PLAN)["ks"].value == pytest.approx(0.0, abs=1e-9)

    def test_repeated_visits_widen_the_interval(self) -> None:
        once = pd.Series(RNG.normal(54, 10, 200).round())
        many, ids = pd.Series(np.repeat(once.to_numpy(), 10)), np.repeat(np.arange(200), 10)
        seen = Distribution.of(TRAINED)
        apart = drift(many, seen, PLAN)["ks"]
        together = drift(many, seen, Plan(200, groups=ids))["ks"]
        assert together.value == apart.value
        assert together.high - together.low > 1.5 * (apart.high - apart.low)


class TestSection:
    def test_shifted_input_comes_first_and_is_called_strong(self) -> None:
        frame = pd.DataFrame(
            {"age": TRAINED.sample(500, random_state=2), "bmi": TRAINED.sample(500, random_state=3) + 9}
        )
        seen = {name: Distribution.of(TRAINED) for name in frame}
        section = drift_section(frame.reset_index(drop=True), ("age", "bmi"), seen, PLAN)
        assert list(section.table["input"]) == ["bmi", "age"]
        assert list(section.table["verdict"]) == ["strong", "little"]
        assert "strong drift" in section.finding
        assert "body mass index" in section.finding

    def test_smoking_told_as_yes_or_no_is_compared_as_yes_or_no(self) -> None:
        seen = {"smoking": Distribution.of(pd.Series([0.0] * 500 + [1.0] * 300 + [2.0] * 200))}
        section = drift_section(pd.DataFrame({"smoking": [0.5] * 240 + [2.0] * 60}), ("smoking",), seen, PLAN)
        row = section.table.iloc[0]
        assert row["psi"] == pytest.approx(0.0, abs=1e-4)
        assert row["ks"] == pytest.approx(0.0, abs=1e-9)
        assert "never and former smoker are counted as one" in section.finding
        more = drift_section(pd.DataFrame({"smoking": [0.5] * 150 + [2.0] * 150}), ("smoking",), seen, PLAN)
        assert more.table.iloc[0]["verdict"] == "strong"

    def test_smoking_told_with_its_past_is_compared_with_it(self) -> None:
        seen = {"smoking": Distribution.of(pd.Series([0.0] * 500 + [1.0] * 300 + [2.0] * 200))}
        frame = pd.DataFrame({"smoking": [0.0] * 60 + [1.0] * 180 + [2.0] * 60})
        section = drift_section(frame, ("smoking",), seen, PLAN)
        assert section.table.iloc[0]["verdict"] == "strong"
        assert "counted as one" not in section.finding

    def test_a_model_that_learnt_yes_or_no_is_compared_as_yes_or_no(self) -> None:
        seen = {"smoking": Distribution.of(pd.Series([0.5] * 800 + [2.0] * 200))}
        frame = pd.DataFrame({"smoking": [0.0] * 160 + [1.0] * 80 + [2.0] * 60})
        assert drift_section(frame, ("smoking",), seen, PLAN).table.iloc[0]["psi"] == pytest.approx(0.0, abs=1e-4)

    def test_few_known_values_are_not_judged(self) -> None:
        frame = pd.DataFrame({"age": [50.0] * 20 + [np.nan] * 80})
        section = drift_section(frame, ("age",), {"age": Distribution.of(TRAINED)}, PLAN)
        assert section.table["psi"].isna().all()
        assert section.words().iloc[0]["PSI (95 % interval)"] == "not estimable"

    def test_model_without_a_kept_distribution_says_so(self) -> None:
        assert "cannot be judged" in drift_section(pd.DataFrame({"age": [1.0]}), ("age",), {}, PLAN).finding


class TestShippedDistributions:
    @pytest.mark.parametrize("name", ["population", "chest_pain"])
    def test_every_input_of_a_shipped_model_is_there(self, name: str) -> None:
        model = load_shipped(device="cpu")[name]
        kept = training_distribution(model)
        assert set(kept) == set(model.inputs)
        assert all(d.known + d.unknown == model.card["training_rows"] for d in kept.values())
        assert all(d.share[-1] == 1 and (np.diff(d.share) > 0).all() for d in kept.values())

    def test_they_agree_with_the_histograms_on_the_card(self) -> None:
        model = load_shipped(device="cpu")["population"]
        for name, kept in training_distribution(model).items():
            assert kept.unknown == model.card["histograms"][name]["unknown"]
