"""The network that the trees are compared with."""

from __future__ import annotations

import numpy as np
import torch

from riskmodels.signals.ectopy.network import BeatNetwork
from riskmodels.signals.ectopy.network_training import (
    INTERVALS,
    LENGTH,
    NetworkConfig,
    fit_network,
    joined,
    network_log_odds,
    sequences_of,
)
from tests.signals.ectopy.conftest import drawn, looked

CPU = torch.device("cpu")


def some(beats: int = 80, seed: int = 0):
    checked, found, ventricular = drawn(beats=beats, seed=seed)
    return looked(checked, found), ventricular


def test_every_beat_is_in_a_sequence():
    leads, ventricular = some(beats=80)
    sequences, places = sequences_of(leads[0], ventricular.astype(float))
    assert sequences.windows.shape[:2] == places.shape == (4, LENGTH)
    assert set(places.ravel().tolist()) == set(range(80))
    np.testing.assert_array_equal(sequences.labels.numpy(), ventricular[places])


def test_a_short_recording_is_one_sequence():
    leads, _ = some(beats=21)
    sequences, places = sequences_of(leads[0])
    assert places.shape == (1, 21)
    assert sequences.labels.isnan().all()


def test_it_learns_and_the_same_seed_gives_the_same_weights():
    leads, ventricular = some()
    train = joined([sequences_of(lead, ventricular.astype(float))[0] for lead in leads])
    one, other = (fit_network(train, NetworkConfig(epochs=25, batch=2, seed=3), CPU) for _ in range(2))
    for name, weights in one.state_dict().items():
        torch.testing.assert_close(weights, other.state_dict()[name], rtol=0, atol=0)
    called = network_log_odds(one, train, CPU) > 0
    assert (called == (train.labels > 0.5)).float().mean() > 0.95


def test_each_beat_has_its_log_odds():
    network = BeatNetwork(len(INTERVALS)).eval()
    leads, _ = some(beats=30)
    sequences, places = sequences_of(leads[0])
    assert network_log_odds(network, sequences, CPU).shape == places.shape
