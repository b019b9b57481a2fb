"""ECG200 with the network of beats, beside published figures: a benchmark of code, nothing that is used.

100 and 100 single beats of one lead, normal or with infarction, each scaled by itself: they say nothing of how an
infarction would be found in use, and the app looks for none. Train and test are those of the archive.

Sources: Olszewski 2001 (thesis, Carnegie Mellon); UCR archive, Dau et al. 2019, doi 10.1109/JAS.2019.1911747.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from riskmodels.errors import SourceDataError
from riskmodels.shipping.say import Say
from riskmodels.signals.ectopy.frame import WINDOW
from riskmodels.signals.ectopy.network_training import (
    INTERVALS,
    NetworkConfig,
    Sequences,
    fit_network,
    network_log_odds,
)
from riskmodels.tabular.device import choose_device

FOLDER = Path("images") / "ecg200"
SEEDS = (0, 1, 2, 3, 4)
#: fixed before the test beats were looked at
CONFIG = NetworkConfig(epochs=100, batch=16, weight=1.0)
#: accuracy on the same test beats: figure, runs that it is the mean of, where it stands
PUBLISHED = {
    "ROCKET": (0.906, 10, "Dempster 2020, doi 10.1007/s10618-020-00701-z (results_ucr.csv of its code)"),
    "InceptionTime": (0.91, 1, "Ismail Fawaz 2020, doi 10.1007/s10618-020-00710-y (an ensemble of five)"),
    "ResNet": (0.874, 10, "Ismail Fawaz 2019, doi 10.1007/s10618-019-00619-1"),
}


def read_part(shared: Path, part: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Beats and labels.

    Args:
        shared: folder of shared data.
        part: ``TRAIN`` or ``TEST``.

    Returns:
        (n, 96) beats; (n,) 1 infarction, 0 normal.

    Raises:
        SourceDataError: when the file is not there.
    """
    path = shared / FOLDER / f"ECG200_{part}.arff"
    if not path.is_file():
        raise SourceDataError("ECG200 is not there.", hint=f"Name the folder that holds {FOLDER}.")
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = np.array([line.split(",") for line in lines if line.strip() and line[0] not in "@%"], dtype=np.float64)
    return rows[:, :-1], (rows[:, -1] < 0).astype(np.float64)


def as_sequences(beats: NDArray[np.float64], labels: NDArray[np.float64], own: NDArray[np.float64]) -> Sequences:
    """Sequences of one beat each, drawn out to the network's window, beside the median beat of the training part."""
    places = np.linspace(0, beats.shape[1] - 1, WINDOW)
    drawn = np.stack([np.interp(places, np.arange(beats.shape[1]), beat) for beat in (*beats, own)])
    windows = np.stack([drawn[:-1], np.broadcast_to(drawn[-1], drawn[:-1].shape)], axis=1)[:, None]
    return Sequences(
        torch.from_numpy(windows.astype(np.float32)),
        torch.zeros(len(beats), 1, len(INTERVALS)),
        torch.from_numpy(labels.astype(np.float32))[:, None],
    )


def run_ecg200(shared: Path, *, device: str | None = None, say: Say, config: NetworkConfig = CONFIG) -> dict[str, Any]:
    """Train once a seed.

    Args:
        shared: with images/ecg200.
        device: "cpu", "cuda", "mps"; the best there is when None.
        say: told the figures.
        config: how to train.

    Returns:
        Accuracy of each seed, their mean and standard deviation, and the published figures.
    """
    place = choose_device(device)
    beats, labels = read_part(shared, "TRAIN")
    own = np.median(beats, axis=0)
    train, test = as_sequences(beats, labels, own), as_sequences(*read_part(shared, "TEST"), own)
    found = []
    for seed in SEEDS:
        network = fit_network(train, replace(config, seed=seed), place)
        called = network_log_odds(network, test, place) > 0
        found.append(round(float((called == (test.labels > 0.5)).float().mean()), 4))
    say.line(f"ECG200: accuracy {mean(found):.3f} (five seeds: {', '.join(f'{one:.2f}' for one in found)})")
    published = {name: {"accuracy": one, "runs": runs, "source": text} for name, (one, runs, text) in PUBLISHED.items()}
    return {"accuracy": found, "mean": round(mean(found), 4), "sd": round(stdev(found), 4), "published": published}
