from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from riskmodels.cohort_report import METHODS, Group, recalibrate
from riskmodels.cohort_report.recalibration import Affine, apply_map, fit_map, held_out_rows
from riskmodels.errors import InputError, TrainingError
from riskmodels.tabular.isotonic import SteppedModel

OUTCOME = "dysglycaemia"


def planted(demo: Any, slope: float, shift: float) -> pd.Series:
    """Outcomes drawn from estimates that are off by a known map."""
    logit = demo.prediction.logit[OUTCOME]
    chance = 1 / (1 + np.exp(-(slope * logit + shift)))
    return (pd.Series(np.random.default_rng(1).random(len(logit)), index=logit.index) < chance).astype(float)


def new_of(demo: Any, method: Any) -> Any:
    return recalibrate(demo.model, demo.frame, demo.label, OUTCOME, method, replicates=20)


class TestMaps:
    def test_intercept_finds_a_planted_shift(self, demo: Any) -> None:
        found = fit_map(demo.prediction.logit[OUTCOME].to_numpy(), planted(demo, 1.0, 0.8).to_numpy(), "intercept")
        assert isinstance(found, Affine)
        assert found.slope == 1
        assert found.intercept == pytest.approx(0.8, abs=0.15)

    def test_slope_finds_a_planted_one(self, demo: Any) -> None:
        label = planted(demo, 0.5, -0.3).to_numpy()
        found = fit_map(demo.prediction.logit[OUTCOME].to_numpy(), label, "intercept and slope")
        assert isinstance(found, Affine)
        assert (found.slope, found.intercept) == pytest.approx((0.5, -0.3), abs=0.15)

    def test_order_turned_round_is_refused(self, demo: Any) -> None:
        with pytest.raises(TrainingError, match="turn the order round"):
            recalibrate(demo.model, demo.frame, 1 - planted(demo, 1, 0), OUTCOME, "intercept and slope", replicates=5)


#: the bends of an isotonic step cost some Brier score where the estimates were right already
SLACK = {"intercept": 0.0, "intercept and slope": 0.0, "isotonic": 0.001}


class TestVersion:
    @pytest.mark.parametrize("method", METHODS)
    def test_it_is_better_on_people_it_was_not_fitted_on(self, demo: Any, method: Any) -> None:
        table = new_of(demo, method).metrics.table.set_index("metric")
        assert table.loc["ici", "after"] < table.loc["ici", "before"]
        assert table.loc["brier", "after"] < table.loc["brier", "before"] + SLACK[method]

    @pytest.mark.parametrize("method", METHODS)
    def test_its_card_says_where_it_comes_from(self, demo: Any, method: Any) -> None:
        facts = new_of(demo, method).model.card["derived"]
        assert facts["from"] == demo.model.version
        assert facts["fit"]["n"] + facts["held_out"]["n"] == (demo.risk.notna() & demo.label.notna()).sum()
        assert facts["metrics"]["brier"]["before"][0] + SLACK[method] > facts["metrics"]["brier"]["after"][0]
        assert len(facts["data_sha256"]) == 64
        assert ("before the isotonic step" in facts["reasons"]) == (method == "isotonic")

    def test_its_figures_say_on_which_rows_they_stand(self, demo: Any) -> None:
        found = new_of(demo, "intercept")
        assert found.metrics.basis == found.curves.basis
        assert found.metrics.basis == (
            f"On {found.held_out['n']:,} rows held out, with an estimate and a known outcome. Left out: "
            f"{found.fit['n']:,} rows fitted on; {(demo.label.notna() & demo.risk.isna()).sum():,} rows with a known "
            f"outcome but no estimate; {demo.label.isna().sum():,} rows without a known outcome."
        )

    @pytest.mark.parametrize("method", ["intercept", "intercept and slope"])
    def test_affine_reasons_add_up_in_log_odds(self, demo: Any, method: Any) -> None:
        new = new_of(demo, method).model
        some = demo.frame.iloc[:100]
        reasons = new.explain(some, OUTCOME)
        total = reasons.base + reasons.values.sum(axis=1)
        assert reasons.gap.max() < 1e-9
        np.testing.assert_allclose(total, new.predict(some).logit[OUTCOME], atol=1e-9)

    @pytest.mark.parametrize("method", METHODS)
    def test_reasons_in_points_add_up_to_the_risk_shown(self, demo: Any, method: Any) -> None:
        new = new_of(demo, method).model
        some = demo.frame[demo.risk.notna()].iloc[:100]
        base, points = new.explain(some, OUTCOME).points()
        np.testing.assert_allclose(base + points.sum(axis=1), new.predict(some).risk[OUTCOME], atol=1e-9)

    @pytest.mark.parametrize("method", METHODS)
    def test_order_and_standing_of_patients_stay(self, demo: Any, method: Any) -> None:
        new = new_of(demo, method).model
        some = demo.frame[demo.risk.notna()].iloc[:200]
        before, after = demo.model.predict(some).risk[OUTCOME], new.predict(some).risk[OUTCOME]
        assert (np.diff(after.to_numpy()[np.argsort(before.to_numpy())]) >= -1e-12).all()
        for row, (old_risk, new_risk) in enumerate(zip(before[:20], after[:20], strict=True)):
            age, sex = some[["age", "sex"]].iloc[row]
            standing = [m.percentile(OUTCOME, r, age, sex) for m, r in ((demo.model, old_risk), (new, new_risk))]
            # where the isotonic step is level it ties people who were apart
            assert standing[0] == pytest.approx(standing[1], abs=0.15 if method == "isotonic" else 0.012)

    @pytest.mark.parametrize("method", METHODS)
    def test_other_outcomes_are_untouched(self, demo: Any, method: Any) -> None:
        some = demo.frame.iloc[:50]
        np.testing.assert_array_equal(
            new_of(demo, method).model.predict(some).risk["diabetes"], demo.model.predict(some).risk["diabetes"]
        )

    def test_interval_moves_with_the_estimate(self, demo: Any) -> None:
        found = new_of(demo, "isotonic").model.predict(demo.frame.iloc[:300])
        risk, low, high = (getattr(found, part)[OUTCOME].dropna() for part in ("risk", "low", "high"))
        assert (low <= risk).all()
        assert (risk <= high).all()

    def test_affine_map_behind_a_step_bends_the_step(self, demo: Any) -> None:
        stepped = new_of(demo, "isotonic").model
        moved = apply_map(stepped, OUTCOME, Affine(1.0, 0.5), {})
        assert isinstance(moved, SteppedModel)
        some = demo.frame.iloc[:100]
        np.testing.assert_allclose(moved.predict(some).logit[OUTCOME], stepped.predict(some).logit[OUTCOME] + 0.5)

    def test_step_behind_a_step_is_both(self, demo: Any) -> None:
        first = new_of(demo, "isotonic").model
        again = recalibrate(first, demo.frame, demo.label, OUTCOME, "isotonic", replicates=5, seed=2).model
        assert isinstance(again, SteppedModel)
        assert again.card["derived"]["before"]["method"] == "isotonic"
        some = demo.frame[demo.risk.notna()].iloc[:50]
        base, points = again.explain(some, OUTCOME).points()
        np.testing.assert_allclose(base + points.sum(axis=1), again.predict(some).risk[OUTCOME], atol=1e-9)


class TestSplit:
    def test_all_rows_of_a_patient_go_together(self) -> None:
        ids = np.array([f"p{i % 50}" for i in range(500)], dtype=object)
        held = held_out_rows(ids, 0.3, 1)
        assert not set(ids[held]) & set(ids[~held])
        assert 0.1 < held.mean() < 0.5

    def test_same_seed_same_split_and_another_seed_another(self) -> None:
        ids = np.arange(400).astype(object)
        assert (held_out_rows(ids, 0.3, 1) == held_out_rows(ids, 0.3, 1)).all()
        assert (held_out_rows(ids, 0.3, 1) != held_out_rows(ids, 0.3, 2)).any()


class TestRefusals:
    @pytest.mark.parametrize(("method", "least"), [("intercept", 20), ("intercept and slope", 50), ("isotonic", 100)])
    def test_too_few_events_are_refused_with_the_numbers(self, demo: Any, method: Any, least: int) -> None:
        few = demo.frame[demo.risk.notna() & demo.label.notna()].iloc[:45]
        with pytest.raises(TrainingError, match=rf"{least} of each are needed"):
            recalibrate(demo.model, few, demo.label.loc[few.index], OUTCOME, method, replicates=5)

    def test_one_class_is_refused(self, demo: Any) -> None:
        with pytest.raises(TrainingError, match="has 0 with"):
            recalibrate(demo.model, demo.frame, demo.label * 0, OUTCOME, "intercept")

    def test_unknown_method_is_refused(self, demo: Any) -> None:
        with pytest.raises(InputError, match="no method"):
            recalibrate(demo.model, demo.frame, demo.label, OUTCOME, "platt")  # type: ignore[arg-type]


class TestGroup:
    def group_of(self, demo: Any, value: str = "yes") -> Group:
        return Group("vigorous", value, demo.frame["physical_activity"].map({1.0: "yes", 0.0: "no"}))

    def test_fitted_and_judged_on_the_group_alone(self, demo: Any) -> None:
        group = self.group_of(demo)
        found = recalibrate(demo.model, demo.frame, demo.label, OUTCOME, "intercept", group=group, replicates=5)
        alone = group.cells == "yes"
        again = recalibrate(demo.model, demo.frame[alone], demo.label[alone], OUTCOME, "intercept", replicates=5)
        assert found.fit == again.fit
        assert found.model.calibration[OUTCOME] == pytest.approx(again.model.calibration[OUTCOME])

    def test_card_and_every_estimate_say_for_whom(self, demo: Any) -> None:
        new = recalibrate(
            demo.model, demo.frame, demo.label, OUTCOME, "intercept", group=self.group_of(demo), replicates=5
        ).model
        assert new.card["derived"]["group"] == {"column": "vigorous", "value": "yes"}
        found = new.predict(demo.frame.iloc[:50])
        assert found.cautions[OUTCOME].str.contains("only for people whose “vigorous” is “yes”").all()
        assert not found.cautions["cvd_10y"].str.contains("vigorous").any()

    def test_group_of_few_is_refused(self, demo: Any) -> None:
        group = self.group_of(demo, "nobody")
        with pytest.raises(TrainingError, match="Too few"):
            recalibrate(demo.model, demo.frame, demo.label, OUTCOME, "intercept", group=group, replicates=5)

    def test_column_of_other_rows_is_refused(self, demo: Any) -> None:
        group = Group("vigorous", "yes", self.group_of(demo).cells.iloc[::-1])
        with pytest.raises(InputError, match="groups are not of the same rows"):
            recalibrate(demo.model, demo.frame, demo.label, OUTCOME, "intercept", group=group, replicates=5)
