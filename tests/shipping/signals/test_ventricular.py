"""Shipping the model of ventricular beats: groups of people, what is chosen on them, and changes of a file."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from riskmodels.shipping.say import Say
from riskmodels.shipping.signals import ventricular
from riskmodels.shipping.signals.mitbih import read_recordings
from riskmodels.shipping.signals.ventricular import boosting_fit, choose, crossed, folds_of, look_at_people
from riskmodels.shipping.signals.ventricular_judging import CHANGES, count_found, count_marked, one_lead
from riskmodels.signals.ectopy.boosting import BoostingConfig
from riskmodels.signals.ectopy.model import VentricularModel
from riskmodels.signals.ectopy.network_training import NetworkConfig

pytestmark = pytest.mark.shared_data

#: few beats, some of them ventricular
FEW = (119, 124, 114, 116)


@pytest.fixture(scope="module")
def people(shared):
    return look_at_people(shared, FEW)


@pytest.fixture(scope="module")
def recording(shared):
    return next(read_recordings(shared, (119,)))


def test_a_person_is_in_one_group_and_the_groups_are_alike(people):
    groups = folds_of(people * 6)
    assert [len(group) for group in groups] == [4] * 6
    sizes = [sum(np.nansum(person.ventricular) for person in group) for group in groups]
    assert max(sizes) < 2.5 * min(sizes)


def test_nobody_is_judged_by_trees_that_saw_them(people, monkeypatch):
    monkeypatch.setattr(ventricular, "FOLDS", 2)
    seen = []

    def fit(others):
        inside = {person.recording.record for person in others}

        def answer(person):
            seen.append(person.recording.record not in inside)
            return [np.zeros(len(person.ventricular)) for _ in person.leads]

        return answer

    crossed(people, fit, Say(lambda _: None))
    assert seen == [True] * len(FEW)


def test_trees_of_three_people_know_the_fourth(people, monkeypatch):
    monkeypatch.setattr(ventricular, "BOOSTING", BoostingConfig(n_estimators=20))
    monkeypatch.setattr(ventricular, "FOLDS", 4)
    found = choose(people, crossed(people, boosting_fit, Say(lambda _: None)))
    assert found["f1"] > 0.9
    assert found["f1"] == pytest.approx(found["metrics"]["f1"][0], abs=1e-3)


def test_the_shipped_model_finds_what_is_marked_also_where_beats_are_found(recording):
    model = VentricularModel.load()
    for found in (count_marked(model, recording), count_found(model, recording)):
        assert found.right > 0.97 * 444
        assert found.wrong < 10


@pytest.mark.parametrize("name", ["leads turned over", "a tenth of the gain", "at 250 Hz"])
def test_altered_files_have_about_the_same_calls(recording, name):
    model = VentricularModel.load()
    whole, altered = count_marked(model, recording), count_marked(model, CHANGES[name](recording))
    assert abs(whole.right - altered.right) <= 3
    assert altered.wrong <= whole.wrong + 3


def test_one_lead_is_one_lead(recording):
    one = one_lead(recording, 1)
    assert one.ecg.millivolts.shape[0] == 1
    assert one.ecg.leads == (recording.ecg.leads[1],)


def test_the_network_answers_for_every_beat_of_every_lead(people, monkeypatch):
    monkeypatch.setattr(ventricular, "NETWORK", NetworkConfig(epochs=1))
    log_odds = ventricular.network_fit(torch.device("cpu"))(people[:1])(people[1])
    assert [part.shape for part in log_odds] == [people[1].ventricular.shape] * 2
    assert all(np.isfinite(part).all() and np.ptp(part) > 0 for part in log_odds)
