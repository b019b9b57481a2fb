"""The model: what it calls, refuses and points at; and that a damaged folder is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from riskmodels.errors import ModelFileError
from riskmodels.model_files.folder import write_card
from riskmodels.signals.ectopy.frame import BEFORE, WINDOW
from riskmodels.signals.ectopy.look import probability
from riskmodels.signals.ectopy.model import MIN_BEATS, SHIPPED, VentricularModel
from riskmodels.signals.rhythm.beats import Beats
from tests.signals.ectopy.conftest import drawn


@pytest.fixture(scope="module")
def shipped() -> VentricularModel:
    return VentricularModel.load()


@pytest.mark.parametrize("rate", [125.0, 250.0, 360.0, 1000.0])
@pytest.mark.parametrize("leads", [(1.0, -0.6), (-1.0,), (0.2,)])
def test_the_shipped_model_calls_wide_early_beats_and_no_others(shipped, rate, leads):
    checked, beats, ventricular = drawn(rate, seed=9, leads=leads)
    calls = shipped.call(checked, beats)
    assert calls.refused == ""
    np.testing.assert_array_equal(calls.ventricular, ventricular)
    assert calls.leads == tuple(range(len(leads)))


def test_the_shipped_card_tells_what_it_must():
    card = VentricularModel.load().card
    assert card["kind"] == "ventricular beats"
    assert {"about", "limits", "data", "split", "training", "evaluation", "looks"} <= set(card)
    people = card["evaluation"]["marked beats, both leads"]["people"]
    assert len(people) == 22
    assert sum(person["right"] + person["missed"] for person in people) == 3221


def test_the_same_file_has_the_same_answer(drawn_model):
    checked, beats, _ = drawn(seed=5)
    one, other = (drawn_model.call(checked, beats) for _ in range(2))
    np.testing.assert_array_equal(one.probability, other.probability)


def test_too_few_beats_are_refused(drawn_model):
    checked, beats, _ = drawn(beats=MIN_BEATS - 1)
    calls = drawn_model.call(checked, beats)
    assert str(MIN_BEATS) in calls.refused
    assert np.isnan(calls.probability).all()
    assert not calls.ventricular.any()


def test_no_beats_are_refused(drawn_model):
    checked, _, _ = drawn()
    calls = drawn_model.call(checked, Beats(np.zeros(0, np.int64), np.zeros(0, np.int64)))
    assert calls.refused
    assert calls.seen == 0


def test_what_the_checks_refuse_is_not_called(drawn_model):
    checked, beats, _ = drawn()
    calls = drawn_model.call(replace(checked, refused="Leads are off."), beats)
    assert calls.refused == "Leads are off."
    assert drawn_model.saliency(replace(checked, refused="Leads are off."), beats, 3) is None


def test_a_lead_that_is_off_leaves_the_call_to_the_other(drawn_model):
    checked, beats, ventricular = drawn()
    usable = checked.usable.copy()
    usable[0] = False
    calls = drawn_model.call(replace(checked, usable=usable), beats)
    assert calls.leads == (1,)
    np.testing.assert_array_equal(calls.ventricular, ventricular)


def test_a_beat_that_no_lead_shows_has_no_probability(drawn_model):
    checked, beats, _ = drawn()
    usable = checked.usable.copy()
    usable[:, beats.samples[20] - 3 : beats.samples[20] + 3] = False
    checked = replace(checked, usable=usable)
    calls = drawn_model.call(checked, beats)
    assert np.isnan(calls.probability[20])
    assert np.isfinite(np.delete(calls.probability, [19, 20, 21])).all()
    assert not calls.ventricular[20]
    assert drawn_model.saliency(checked, beats, 20) is None


def test_probability_and_call_come_from_the_same_number(drawn_model):
    checked, beats, _ = drawn()
    calls, looked = drawn_model.call(checked, beats), drawn_model.look(checked, beats)
    np.testing.assert_array_equal(calls.probability, probability(looked.log_odds))
    np.testing.assert_array_equal(calls.ventricular, looked.log_odds > drawn_model.card["config"]["threshold"])


class TestSaliency:
    def test_it_lies_around_the_beat_and_points_at_the_qrs_of_a_ventricular_one(self, shipped):
        checked, beats, ventricular = drawn(seed=9)
        i = int(np.flatnonzero(ventricular)[3])
        found = shipped.saliency(checked, beats, i)
        assert found.effect.shape == found.seconds.shape == (WINDOW,)
        assert found.seconds[BEFORE] == pytest.approx(beats.samples[i] / checked.ecg.rate, abs=0.05)
        within = np.abs(np.arange(WINDOW) - BEFORE) < 20
        assert found.effect[within].mean() > 4 * np.abs(found.effect[~within]).mean()

    def test_hiding_nothing_changes_nothing(self, drawn_model):
        """The beat whole, as the occlusion sees it, is the beat as it was called."""
        checked, beats, _ = drawn()
        looked = drawn_model.look(checked, beats)
        for lead in looked.leads:
            whole = drawn_model._hidden(lead, 13, np.array([0]))[-1]
            assert whole == drawn_model.trees.log_odds(lead.rows[13:14])[0]

    def test_a_beat_like_the_records_own_has_little(self, shipped):
        checked, beats, ventricular = drawn(seed=9)
        plain, wide = np.flatnonzero(~ventricular)[10], np.flatnonzero(ventricular)[3]
        effects = [np.abs(shipped.saliency(checked, beats, int(i)).effect).max() for i in (plain, wide)]
        assert effects[0] < effects[1]


class TestFolder:
    def test_written_and_read_it_answers_the_same(self, drawn_model, tmp_path):
        drawn_model.save(tmp_path)
        checked, beats, _ = drawn(seed=4)
        again = VentricularModel.load(tmp_path)
        np.testing.assert_array_equal(
            again.call(checked, beats).probability, drawn_model.call(checked, beats).probability
        )

    def test_a_missing_folder_is_told(self, tmp_path):
        with pytest.raises(ModelFileError, match="no model"):
            VentricularModel.load(tmp_path)

    def test_a_card_with_fewer_features_is_refused(self, drawn_model, tmp_path):
        drawn_model.save(tmp_path)
        card = VentricularModel.load(tmp_path).card
        config = card["config"] | {"columns": card["config"]["columns"][:3]}
        write_card(tmp_path, card | {"config": config})
        with pytest.raises(ModelFileError, match="cannot be read"):
            VentricularModel.load(tmp_path)

    def test_other_weights_are_refused(self, drawn_model, tmp_path):
        drawn_model.save(tmp_path)
        path = tmp_path / "model.safetensors"
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(content)
        with pytest.raises(ModelFileError, match="not those on its card"):
            VentricularModel.load(tmp_path)


def test_the_shipped_folder_is_small():
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 1_000_000
