"""ECG200 with the network of beats."""

from __future__ import annotations

import numpy as np
import pytest

from riskmodels.errors import SourceDataError
from riskmodels.shipping.say import Say
from riskmodels.shipping.signals.ecg200 import SEEDS, as_sequences, read_part, run_ecg200
from riskmodels.signals.ectopy.frame import WINDOW
from riskmodels.signals.ectopy.network_training import NetworkConfig


@pytest.mark.shared_data
def test_the_parts_are_those_of_the_archive(shared):
    for part, infarctions in (("TRAIN", 31), ("TEST", 36)):
        beats, labels = read_part(shared, part)
        assert beats.shape == (100, 96)
        assert labels.sum() == infarctions


def test_a_beat_is_drawn_out_to_the_window_with_its_ends_kept():
    beats = np.arange(192.0).reshape(2, 96)
    sequences = as_sequences(beats, np.zeros(2), beats[0])
    assert sequences.windows.shape == (2, 1, 2, WINDOW)
    assert sequences.windows[1, 0, 0, [0, -1]].tolist() == [96, 191]
    assert sequences.windows[1, 0, 1, [0, -1]].tolist() == [0, 95]


@pytest.mark.shared_data
def test_it_is_run_once_a_seed_and_beats_chance(shared):
    found = run_ecg200(
        shared, device="cpu", say=Say(lambda _: None), config=NetworkConfig(epochs=8, batch=20, weight=1.0)
    )
    assert len(found["accuracy"]) == len(SEEDS)
    assert found["mean"] > 0.64
    assert set(found["published"]) == {"ROCKET", "InceptionTime", "ResNet"}


def test_missing_data_are_told(tmp_path):
    with pytest.raises(SourceDataError):
        read_part(tmp_path, "TRAIN")
