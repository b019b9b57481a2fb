from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from riskmodels.errors import ModelFileError
from riskmodels.model_files.folder import write_card
from riskmodels.tabular.isotonic import Step, SteppedModel, fit_step
from riskmodels.tabular.model import RiskModel
from riskmodels.tabular.versions import FOLDER_VARIABLE, SHIPPED_VERSION, VersionStore, compare, default_folder

FACTS = {"from": "v0", "outcome": "diabetes", "method": "intercept", "date": "2026-11-24T10:00:00+00:00"}


def shifted(model: RiskModel, shift: float) -> RiskModel:
    slope, intercept = model.calibration["diabetes"]
    return model.calibrated({"diabetes": (slope, intercept + shift)}, model.reference, model.card | {"derived": FACTS})


def stepped(model: RiskModel) -> SteppedModel:
    step = Step(np.array([-4.0, -2.0, 0.0, 2.0]), np.array([-3.0, -3.0, 0.5, 1.0]))
    return SteppedModel(model, {"diabetes": step}, model.card | {"derived": FACTS}, model.reference)


@pytest.fixture
def store(tmp_path: Path) -> VersionStore:
    return VersionStore(tmp_path)


class TestSaving:
    def test_saved_version_gives_the_same_estimates(
        self, store: VersionStore, model: RiskModel, cohort: tuple[pd.DataFrame, pd.DataFrame]
    ) -> None:
        new = shifted(model, 0.7)
        version = store.save(new)
        loaded = store.load("small", version.version, "cpu")
        frame = cohort[0].iloc[:50]
        np.testing.assert_array_equal(loaded.predict(frame).risk, new.predict(frame).risk)
        assert loaded.version == version.version != model.version

    def test_two_calibrations_are_two_versions_and_the_same_one_is_one(
        self, store: VersionStore, model: RiskModel
    ) -> None:
        names = [store.save(shifted(model, s)).version for s in (0.1, 0.2, 0.1)]
        assert names[0] == names[2] != names[1]
        assert {v.version for v in store.versions("small")} == set(names)

    def test_listed_with_the_facts_of_the_card(self, store: VersionStore, model: RiskModel) -> None:
        store.save(shifted(model, 0.1))
        assert store.versions("small")[0].derived == FACTS

    def test_model_that_was_not_derived_is_refused(self, store: VersionStore, model: RiskModel) -> None:
        with pytest.raises(ModelFileError, match="derived from"):
            store.save(model)

    def test_nothing_half_written_is_left_behind(
        self, store: VersionStore, model: RiskModel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> None:
            raise OSError("disk full")

        monkeypatch.setattr(RiskModel, "save", fail)
        with pytest.raises(OSError, match="disk full"):
            store.save(shifted(model, 0.1))
        assert list((store.folder / "small").iterdir()) == []

    def test_damaged_version_is_left_out_of_the_list(self, store: VersionStore, model: RiskModel) -> None:
        version = store.save(shifted(model, 0.1))
        (version.folder / "card.json").write_text("{", encoding="utf-8")
        assert store.versions("small") == ()


class TestChoosing:
    def test_shipped_model_is_in_force_until_one_is_chosen(self, store: VersionStore, model: RiskModel) -> None:
        assert store.chosen("small") == SHIPPED_VERSION
        assert store.in_force({"small": model})["small"] is model

    def test_chosen_version_is_in_force(
        self, store: VersionStore, model: RiskModel, cohort: tuple[pd.DataFrame, pd.DataFrame]
    ) -> None:
        version = store.save(shifted(model, 1.0)).version
        store.choose("small", version, by="Dr A")
        found = store.in_force({"small": model}, "cpu")["small"]
        assert found.version == version
        frame = cohort[0].iloc[:20]
        np.testing.assert_allclose(found.predict(frame).logit, model.predict(frame).logit + 1.0, atol=1e-6)
        assert store.choices("small")[-1].by == "Dr A"

    def test_rolling_back_goes_one_back_each_time_and_keeps_the_history(
        self, store: VersionStore, model: RiskModel
    ) -> None:
        names = [store.save(shifted(model, s)).version for s in (0.1, 0.2, 0.3)]
        for name in names:
            store.choose("small", name)
        back = [store.roll_back("small").version for _ in range(4)]
        assert back == [names[1], names[0], SHIPPED_VERSION, SHIPPED_VERSION]
        assert len(store.choices("small")) == 7

    def test_after_rolling_back_a_new_choice_can_be_rolled_back_too(
        self, store: VersionStore, model: RiskModel
    ) -> None:
        one, two = (store.save(shifted(model, s)).version for s in (0.1, 0.2))
        store.choose("small", one)
        store.choose("small", two)
        store.roll_back("small")
        store.choose("small", two)
        assert store.roll_back("small").version == one

    def test_version_that_is_not_there_cannot_be_chosen(self, store: VersionStore) -> None:
        with pytest.raises(ModelFileError, match="no model in 2026-x"):
            store.choose("small", "2026-x")

    def test_version_for_a_group_is_put_in_force_only_by_naming_it(self, store: VersionStore, model: RiskModel) -> None:
        facts = FACTS | {"group": {"column": "ancestry", "value": "Asian"}}
        saved = store.save(model.calibrated(model.calibration, model.reference, model.card | {"derived": facts}))
        assert saved.group == "“ancestry” is “Asian”"
        for confirmed in ("", "“ancestry” is “Black”"):
            with pytest.raises(ModelFileError, match="only for people whose “ancestry” is “Asian”"):
                store.choose("small", saved.version, for_all_although=confirmed)
        assert store.chosen("small") == SHIPPED_VERSION
        store.choose("small", saved.version, for_all_although=saved.group)
        assert store.chosen("small") == saved.version

    def test_chosen_version_that_is_gone_stops_instead_of_falling_back(
        self, store: VersionStore, model: RiskModel
    ) -> None:
        version = store.save(shifted(model, 0.1))
        store.choose("small", version.version)
        (version.folder / "card.json").unlink()
        with pytest.raises(ModelFileError):
            store.in_force({"small": model})

    @pytest.mark.parametrize("name", ["../small", "a/b", "", ".hidden"])
    def test_names_that_lead_elsewhere_are_refused(self, store: VersionStore, name: str) -> None:
        with pytest.raises(ModelFileError, match="no such"):
            store.load("small", name)

    def test_folder_can_be_named_in_the_environment(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "elsewhere"))
        assert default_folder() == tmp_path / "elsewhere"


def test_comparison_shows_how_far_apart_two_versions_are(
    model: RiskModel, cohort: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    table = compare(model, shifted(model, 0.5), cohort[0], "diabetes")
    assert (table["difference"] > 0).all()
    assert list(table["percentile"]) == [1, 10, 25, 50, 75, 90, 99]


class TestStep:
    def test_ordinary_reader_refuses_it_instead_of_leaving_the_step_out(
        self, store: VersionStore, model: RiskModel
    ) -> None:
        version = store.save(stepped(model))
        with pytest.raises(ModelFileError, match="format 4, not 3"):
            RiskModel.load(version.folder, "cpu")

    def test_saved_step_gives_the_same_estimates(
        self, store: VersionStore, model: RiskModel, cohort: tuple[pd.DataFrame, pd.DataFrame]
    ) -> None:
        new = stepped(model)
        loaded = store.load("small", store.save(new).version, "cpu")
        frame = cohort[0].iloc[:100]
        np.testing.assert_array_equal(loaded.predict(frame).risk, new.predict(frame).risk)

    def test_step_that_falls_is_refused(self, store: VersionStore, model: RiskModel) -> None:
        version = store.save(stepped(model))
        card = json.loads((version.folder / "card.json").read_text(encoding="utf-8"))
        card["steps"]["diabetes"]["y"][0] = 5.0
        write_card(version.folder, card)
        with pytest.raises(ModelFileError, match="cannot be read"):
            store.load("small", version.version, "cpu")

    def test_logit_and_risk_are_both_behind_the_step(
        self, model: RiskModel, cohort: tuple[pd.DataFrame, pd.DataFrame]
    ) -> None:
        found = stepped(model).predict(cohort[0].iloc[:100])
        risk = 1 / (1 + np.exp(-found.logit["diabetes"]))
        given = found.risk["diabetes"].notna()
        np.testing.assert_allclose(found.risk["diabetes"][given], risk[given], atol=1e-6)

    def test_reasons_are_exact_before_it_and_in_points_behind_it(
        self, model: RiskModel, cohort: tuple[pd.DataFrame, pd.DataFrame]
    ) -> None:
        new, frame = stepped(model), cohort[0].iloc[:100]
        prediction, reasons = new.predict_and_explain(frame)
        found = reasons["diabetes"]
        assert found.gap.max() < 1e-5
        base, points = found.points()
        total, given = base + points.sum(axis=1), prediction.risk["diabetes"].notna()
        np.testing.assert_allclose(total[given], prediction.risk["diabetes"][given], atol=1e-6)

    def test_two_steps_in_a_row_are_one(self) -> None:
        one = Step(np.array([-2.0, 0.0, 1.0, 3.0]), np.array([-1.0, -1.0, 0.5, 2.0]))
        two = Step(np.array([-1.5, 0.0, 1.0]), np.array([-4.0, 0.0, 3.0]))
        x = np.linspace(-4, 5, 200)
        np.testing.assert_allclose(one.then(two)(x), two(one(x)), atol=1e-12)

    def test_fitted_step_follows_what_was_observed(self) -> None:
        rng = np.random.default_rng(0)
        logit = rng.normal(0, 1.5, 20_000)
        label = (rng.random(20_000) < 1 / (1 + np.exp(-(0.4 * logit - 1)))).astype(float)
        step = fit_step(logit, label)
        assert (np.diff(step.y) >= 0).all()
        np.testing.assert_allclose(step(np.array([-1.0, 0.0, 1.0])), [-1.4, -1.0, -0.6], atol=0.15)
