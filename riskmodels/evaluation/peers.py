"""Tuned peers, fitted on the same people for the same inputs as the network, to be compared with it on others.

An untuned booster is a poor peer (default XGBoost loses 0.07 AUROC here), so every peer is chosen among several
settings by its log loss on the tuning part, and then, like the network, recalibrated there (affine in the log-odds).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit

from riskmodels.errors import InputError, TrainingError
from riskmodels.evaluation.arrays import FloatArray, as_floats
from riskmodels.evaluation.calibration import fit_affine
from riskmodels.evaluation.metrics import log_loss
from riskmodels.evaluation.peer_models import KINDS
from riskmodels.evaluation.peer_parts import Candidate, Part, Settings

#: all there are, from the simplest on; the model card is made with the second, XGBoost and EBM
ALL_PEERS = tuple(KINDS)
PEERS = ("spline_logistic", "xgboost", "ebm")


@dataclass(frozen=True)
class Dataset:
    """People to fit, tune or test on.

    Args:
        frame: PatientFrame.
        label: 0, 1 or NaN (not known, so left out), one a person.
        weight: one a person (inverse probability of censoring, survey, …); all 1 when absent.
    """

    frame: pd.DataFrame
    label: Any
    weight: Any = None

    def part(self, inputs: Sequence[str]) -> Part:
        """The people with a label, their inputs as floats, weights of mean 1.

        Raises:
            InputError: when an input is not in the frame, or lengths differ.
            TrainingError: when the people have one class only.
        """
        label = as_floats(self.label)
        weight = np.ones(len(label)) if self.weight is None else as_floats(self.weight)
        if not len(self.frame) == len(label) == len(weight):
            raise InputError(f"Rows, labels and weights are {len(self.frame)}, {len(label)} and {len(weight)}.")
        known = ~np.isnan(label) & (weight > 0)
        if len(np.unique(label[known])) != 2:
            raise TrainingError("A peer needs people with and people without the outcome.")
        return Part(inputs_of(self.frame, inputs)[known], label[known], weight[known] / weight[known].mean())


@dataclass(frozen=True)
class Peer:
    """A fitted peer.

    Args:
        name: one of :data:`ALL_PEERS`.
        inputs: columns it reads.
        settings: chosen on the tuning part.
        seconds: wall-clock time of fitting and choosing.
        tune_log_loss: of the chosen settings, before recalibration.
        slope, intercept: of the recalibration.
    """

    name: str
    inputs: tuple[str, ...]
    settings: Settings
    seconds: float
    tune_log_loss: float
    slope: float
    intercept: float
    raw_log_odds: Callable[[pd.DataFrame], FloatArray] = field(repr=False)

    def log_odds(self, frame: pd.DataFrame) -> FloatArray:
        """Recalibrated log-odds, one a row.

        Raises:
            InputError: when an input is not a column of the frame (an unknown value is NaN, not an absent column).
        """
        logit: FloatArray = self.slope * self.raw_log_odds(inputs_of(frame, self.inputs)) + self.intercept
        return logit

    def predict(self, frame: pd.DataFrame) -> FloatArray:
        """Recalibrated probability 0–1, one a row. Raises as :meth:`log_odds`."""
        probability: FloatArray = expit(self.log_odds(frame))
        return probability


def inputs_of(frame: pd.DataFrame, inputs: Sequence[str]) -> pd.DataFrame:
    """The input columns as floats, rows renumbered.

    Raises:
        InputError: naming the columns that are absent.
    """
    absent = [name for name in inputs if name not in frame]
    if absent:
        raise InputError(f"The frame has no column {', '.join(absent)}.", hint="Unknown values are NaN.")
    return frame[list(inputs)].astype(float).reset_index(drop=True)


def fit_peers(
    train: Dataset,
    tune: Dataset,
    inputs: Sequence[str],
    *,
    names: Iterable[str] = PEERS,
    recalibrate: bool = True,
    seed: int = 0,
    threads: int = 2,
    settings: Mapping[str, Settings] | None = None,
) -> dict[str, Peer]:
    """Fit each peer on ``train``, choose its settings and recalibrate it on ``tune``.

    Args:
        train: people to fit on.
        tune: other people, for early stopping, the choice of settings and recalibration.
        inputs: columns to use. One that is never known in ``train``, or always the same, is not used.
        names: of :data:`ALL_PEERS`.
        recalibrate: affine in the log-odds on ``tune``; as fitted otherwise.
        seed: of random searches and subsamples.
        threads: settings of the boosters fitted at once, one CPU thread each.
        settings: by name, to use instead of choosing among several.

    Returns:
        :class:`Peer` by name.

    Raises:
        InputError: for an unknown name, or an input that is not in a frame.
        TrainingError: when one class only is present, or no input varies.
    """
    wanted = list(names)
    unknown = [name for name in wanted if name not in KINDS]
    if unknown:
        raise InputError(f"There is no peer {', '.join(unknown)}.", hint=f"Use {', '.join(ALL_PEERS)}.")
    everybody = train.part(inputs)
    varies = (everybody.frame.max() > everybody.frame.min()).to_numpy()
    used = [name for name, does in zip(inputs, varies, strict=True) if does]
    if not used:
        raise TrainingError("No input of the peers varies among the people to fit on.")
    fit, choose = everybody._replace(frame=everybody.frame[used]), tune.part(used)
    given = settings or {}
    return {name: _fit(name, fit, choose, recalibrate, seed, threads, given.get(name)) for name in wanted}


def _fit(
    name: str, train: Part, tune: Part, recalibrate: bool, seed: int, threads: int, settings: Settings | None
) -> Peer:
    start = time.perf_counter()
    best, loss = _choose(KINDS[name].candidates(train, tune, seed, threads, settings), tune)
    slope, intercept = 1.0, 0.0
    if recalibrate:
        slope, intercept = fit_affine(best.log_odds(tune.frame), tune.label, tune.weight)
    seconds = time.perf_counter() - start
    return Peer(name, tuple(map(str, train.frame)), best.settings, seconds, loss, slope, intercept, best.log_odds)


def _choose(candidates: Iterable[Candidate], tune: Part) -> tuple[Candidate, float]:
    scored = [(c, log_loss(tune.label, expit(c.log_odds(tune.frame)), tune.weight)) for c in candidates]
    return min(scored, key=lambda pair: pair[1])
