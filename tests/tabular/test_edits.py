"""Edits of curves: the three kinds, exact reasons, files, tampering, and what comes after them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodels.cohort_report.recalibration import Affine, apply_map
from riskmodels.errors import InputError, ModelFileError
from riskmodels.model_files.folder import read_model, write_card
from riskmodels.records.model_hash import model_hash
from riskmodels.tabular.edits import CurveEdit, Drawn, edit_table
from riskmodels.tabular.files import FORMAT
from riskmodels.tabular.isotonic import Step, SteppedModel
from riskmodels.tabular.model import RiskModel
from riskmodels.tabular.versions import VersionStore

Cohort = tuple[pd.DataFrame, pd.DataFrame]
FACTS = {"from": "v0", "outcome": "diabetes", "method": "curve edit", "date": "2026-11-29T10:00:00+00:00"}
INPUTS = ("age", "bmi", "glucose", "smoking")


def edit(name: str = "bmi", x: Any = (25.0, 30.0, 40.0), shift: Any = (0.0, 0.8, -0.4)) -> CurveEdit:
    at = np.array(x, dtype=float)
    return CurveEdit("diabetes", name, "flatten", at[0], at[-1], at, np.array(shift, dtype=float), "it made no sense")


def with_edits(model: RiskModel, *edits: CurveEdit) -> RiskModel:
    card = model.card | {"edits": [e.to_dict() for e in edits], "derived": FACTS}
    return model.calibrated(model.calibration, model.reference, card)


def curve(f: Any, start: float = 0.0, end: float = 10.0, codes: Any = ()) -> Drawn:
    bins = np.array(codes, dtype=float) if len(codes) else np.linspace(start, end, 11)
    return Drawn(f, start, end, np.array(codes, dtype=float), bins, np.arange(1.0, len(bins) + bool(len(codes))))


@st.composite
def tables(draw: st.DrawFn) -> CurveEdit:
    name = draw(st.sampled_from(INPUTS))
    x = sorted(draw(st.sets(st.integers(0, 200), min_size=2, max_size=8)))
    return edit(name, x, draw(st.lists(st.floats(-6, 6), min_size=len(x), max_size=len(x))))


class TestKinds:
    def test_flattened_part_is_level_and_its_surroundings_stay(self) -> None:
        x, shift = edit_table(curve(np.sin), "flatten", 2.0, 7.0)
        inside = (x > 2.5) & (x < 6.5)
        np.testing.assert_allclose(np.ptp((np.sin(x) + shift)[inside]), 0, atol=1e-12)
        assert shift[0] == shift[-1] == 0

    def test_flattened_part_keeps_the_mean_of_the_training_people(self) -> None:
        drawn = curve(lambda x: x)
        x, shift = edit_table(drawn, "flatten", 0.0, 10.0)
        middles = (drawn.bins[1:] + drawn.bins[:-1]) / 2
        level = np.interp(5.0, x, x + shift)
        assert level == pytest.approx(np.average(middles, weights=drawn.counts))

    def test_flattened_up_to_the_end_of_the_curve_is_level_to_the_end(self) -> None:
        x, shift = edit_table(curve(np.sin), "flatten", 5.0, 10.0)
        assert np.sin(x[-1]) + shift[-1] == pytest.approx(np.sin(x[80]) + shift[80])

    @pytest.mark.parametrize(("kind", "level", "beside"), [("cut above", 4.0, 3.9), ("cut below", 4.0, 4.1)])
    def test_cut_is_level_from_there_on_and_nothing_else_moves(self, kind: Any, level: float, beside: float) -> None:
        made = edit(x=[0, 1])
        x, shift = edit_table(curve(np.exp), kind, 4.0, 4.0)
        made = replace(made, x=x, shift=shift)
        np.testing.assert_allclose(np.exp(x) + shift, np.exp(level), rtol=1e-12)
        assert made(np.array([beside])) == 0

    def test_smoothing_leaves_a_straight_line_and_the_ends(self) -> None:
        _, line = edit_table(curve(lambda x: 3 * x - 1), "smooth", 1.0, 9.0)
        _, wiggle = edit_table(curve(lambda x: x + np.sin(4 * x)), "smooth", 1.0, 9.0)
        np.testing.assert_allclose(line, 0, atol=1e-12)
        np.testing.assert_allclose(wiggle[[0, -1]], 0, atol=1e-12)

    def test_smoothing_takes_wiggles_away(self) -> None:
        def f(x: Any) -> Any:
            return x + np.sin(4 * x)

        x, shift = edit_table(curve(f), "smooth", 1.0, 9.0)
        assert np.abs(np.diff(f(x) + shift, 2)).max() < 0.2 * np.abs(np.diff(f(x), 2)).max()

    def test_answers_of_a_choice_are_made_level_and_others_stay(self) -> None:
        values = np.array([0.5, 0.1, 0.9, 0.3])
        drawn = curve(lambda x: values[x.astype(int)], 0, 3, codes=[0, 1, 2, 3])
        _, shift = edit_table(drawn, "flatten", 1, 2)
        level = np.average(values[1:3], weights=[2, 3])
        np.testing.assert_allclose(values + shift, [0.5, level, level, 0.3])
        np.testing.assert_allclose(values + edit_table(drawn, "cut above", 1, 1)[1], [0.5, 0.1, 0.1, 0.1])

    @pytest.mark.parametrize(
        ("kind", "low", "high", "why"),
        [
            ("flatten", -1.0, 5.0, "not within"),
            ("flatten", 5.0, 2.0, "not within"),
            ("smooth", 2.0, 2.0, "nothing between"),
            ("cut above", 10.0, 10.0, "nothing between"),
        ],
    )
    def test_part_that_is_none_is_refused(self, kind: Any, low: float, high: float, why: str) -> None:
        with pytest.raises(InputError, match=why):
            edit_table(curve(np.sin), kind, low, high)

    def test_choice_cannot_be_smoothed(self) -> None:
        with pytest.raises(InputError, match="no curve"):
            edit_table(curve(np.sin, 0, 2, codes=[0, 1, 2]), "smooth", 0, 2)


class TestEstimates:
    @settings(max_examples=25, deadline=None)
    @given(edits=st.lists(tables(), min_size=1, max_size=4), seed=st.integers(0, 10_000))
    def test_reasons_add_up_to_the_estimate_whatever_is_edited(
        self, model: RiskModel, cohort: Cohort, edits: list[CurveEdit], seed: int
    ) -> None:
        frame = cohort[0].sample(40, random_state=seed)
        new = with_edits(model, *edits)
        found, reasons = new.predict_and_explain(frame)
        for told in (reasons["diabetes"], new.explain(frame, "diabetes")):
            total = told.base + told.values.sum(axis=1)
            np.testing.assert_allclose(total, found.logit["diabetes"], atol=1e-9)
            assert told.gap.max() < 1e-9
            np.testing.assert_allclose(told.interactions.sum(axis=2), told.values, atol=1e-9)

    def test_estimate_and_contribution_move_by_the_shift(self, model: RiskModel, cohort: Cohort) -> None:
        frame, made = cohort[0].iloc[:100], edit()
        new, moved = with_edits(model, made), edit()(cohort[0]["bmi"].iloc[:100].to_numpy())
        np.testing.assert_allclose(new.predict(frame).logit["diabetes"] - model.predict(frame).logit["diabetes"], moved)
        change = new.explain(frame, "diabetes").values - model.explain(frame, "diabetes").values
        np.testing.assert_allclose(change["bmi"], moved, atol=1e-12)
        assert (change.drop(columns="bmi").abs() < 1e-12).all(axis=None)

    def test_unknown_input_still_contributes_nothing(self, model: RiskModel, cohort: Cohort) -> None:
        frame = cohort[0].iloc[:20].assign(bmi=np.nan)
        new = with_edits(model, edit())
        np.testing.assert_array_equal(new.predict(frame).risk, model.predict(frame).risk)
        assert (new.explain(frame, "diabetes").values["bmi"] == 0).all()

    def test_interval_moves_along(self, model: RiskModel, cohort: Cohort) -> None:
        found = with_edits(model, edit(shift=(3.0, 3.0, 3.0))).predict(cohort[0].iloc[:50])
        assert (found.low.dropna() <= found.risk.dropna()).all(axis=None)
        assert (found.risk.dropna() <= found.high.dropna()).all(axis=None)

    def test_curve_shown_is_the_edited_one(self, model: RiskModel) -> None:
        before, after = (m.curve("diabetes", "bmi") for m in (model, with_edits(model, edit())))
        np.testing.assert_allclose(after.logit - before.logit, edit()(before.x), atol=1e-12)
        np.testing.assert_allclose(after.high - before.high, edit()(before.x), atol=1e-12)

    def test_edits_of_one_curve_add_up(self, model: RiskModel, cohort: Cohort) -> None:
        frame, made = cohort[0].iloc[:50], edit(shift=(0.5, 0.5, 0.5))
        twice, double = with_edits(model, made, made), with_edits(model, edit(shift=(1.0, 1.0, 1.0)))
        np.testing.assert_allclose(twice.predict(frame).logit, double.predict(frame).logit)

    def test_undone_edit_gives_the_same_numbers(self, model: RiskModel, cohort: Cohort) -> None:
        back = with_edits(with_edits(model, edit()))
        np.testing.assert_array_equal(back.predict(cohort[0]).logit, model.predict(cohort[0]).logit)


class TestWithRecalibration:
    @pytest.mark.parametrize(("slope", "shift"), [(1.0, 0.7), (0.5, -0.2)])
    def test_affine_map_takes_the_edit_along(
        self, model: RiskModel, cohort: Cohort, slope: float, shift: float
    ) -> None:
        frame, before = cohort[0].iloc[:100], with_edits(model, edit())
        after = apply_map(before, "diabetes", Affine(slope, shift), FACTS)
        expected = slope * before.predict(frame).logit["diabetes"] + shift
        np.testing.assert_allclose(after.predict(frame).logit["diabetes"], expected, atol=1e-9)
        assert after.explain(frame, "diabetes").gap.max() < 1e-9

    def test_step_comes_after_the_edit(self, model: RiskModel, cohort: Cohort, tmp_path: Path) -> None:
        frame, step = cohort[0].iloc[:100], Step(np.array([-4.0, 0.0, 2.0]), np.array([-3.0, -0.5, 1.0]))
        before = with_edits(model, edit())
        after = apply_map(before, "diabetes", step, FACTS)
        np.testing.assert_allclose(
            after.predict(frame).logit["diabetes"], step(before.predict(frame).logit["diabetes"]), atol=1e-9
        )
        store = VersionStore(tmp_path)
        loaded = store.load("small", store.save(after).version, "cpu")
        assert isinstance(loaded, SteppedModel)
        np.testing.assert_array_equal(loaded.predict(frame).risk, after.predict(frame).risk)


class TestFiles:
    @pytest.fixture
    def store(self, tmp_path: Path) -> VersionStore:
        return VersionStore(tmp_path)

    def changed(self, folder: Path, **entries: Any) -> None:
        """The card with other entries, sealed as if they were meant."""
        card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
        write_card(folder, card | entries)

    def test_saved_edit_gives_the_same_estimates(self, store: VersionStore, model: RiskModel, cohort: Cohort) -> None:
        new = with_edits(model, edit(), edit("smoking", [0, 1, 2], [0, 0.3, -1]))
        loaded = store.load("small", store.save(new).version, "cpu")
        np.testing.assert_array_equal(loaded.predict(cohort[0]).logit, new.predict(cohort[0]).logit)
        assert loaded.edits.to_list() == new.edits.to_list()

    def test_reader_that_knows_no_edits_refuses_it(self, store: VersionStore, model: RiskModel) -> None:
        folder = store.save(with_edits(model, edit())).folder
        with pytest.raises(ModelFileError, match=f"format {FORMAT + 10}, not {FORMAT}"):
            read_model(folder, FORMAT, "")

    @pytest.mark.parametrize("entries", [{"edits": []}, {"format": FORMAT}])
    def test_edits_cannot_be_taken_out_or_hidden(
        self, store: VersionStore, model: RiskModel, entries: dict[str, Any]
    ) -> None:
        version = store.save(with_edits(model, edit()))
        self.changed(version.folder, **entries)
        with pytest.raises(ModelFileError, match="format"):
            store.load("small", version.version, "cpu")

    @pytest.mark.parametrize(
        "wrong",
        [
            {"x": [25.0, 25.0, 40.0]},
            {"x": [25.0, 40.0]},
            {"x": [25.0, "30", 40.0]},
            {"shift": [0.0, 99.0, 0.0]},
            {"shift": [0.0, True, 0.0]},
            {"name": "hba1c"},
            {"outcome": "cvd_10y"},
            {"kind": "raise"},
            {"reason": 7},
            {"low": 50.0},
            {"more": 1},
        ],
        ids=str,
    )
    def test_tampered_edit_is_refused(self, store: VersionStore, model: RiskModel, wrong: dict[str, Any]) -> None:
        version = store.save(with_edits(model, edit()))
        self.changed(version.folder, edits=[edit().to_dict() | wrong])
        with pytest.raises(ModelFileError, match="cannot be read"):
            store.load("small", version.version, "cpu")

    def test_edit_changed_by_hand_breaks_the_seal(self, store: VersionStore, model: RiskModel) -> None:
        version = store.save(with_edits(model, edit()))
        path = version.folder / "card.json"
        path.write_text(path.read_text(encoding="utf-8").replace("0.8", "0.2", 1), encoding="utf-8")
        with pytest.raises(ModelFileError, match="changed after"):
            store.load("small", version.version, "cpu")

    def test_other_edits_are_another_version_and_another_model(self, store: VersionStore, model: RiskModel) -> None:
        one, two = with_edits(model, edit()), with_edits(model, edit(shift=(0.0, 0.8, -0.3)))
        assert store.save(one).version != store.save(two).version
        assert len({model_hash(m) for m in (model, one, two)}) == 3
