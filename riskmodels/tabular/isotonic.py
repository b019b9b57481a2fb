"""A risk model with a monotone step behind it: isotonic recalibration.

The step takes the log-odds of the model before it and gives those shown; it is piecewise linear and never falls, so the
order of patients stays. A step that is no straight line has no exact Shapley values in closed form. So reasons in
log-odds are those *before* the step, where they add up exactly; in probability they are scaled, as those of every
model are, to lead from the base risk to the risk shown, step included, and there they add up exactly too.

Such a model has a format of its own, so that a reader who knows nothing of the step refuses it instead of leaving the
step out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.isotonic import IsotonicRegression

from riskmodels.columns import Columns, Floats
from riskmodels.errors import TrainingError
from riskmodels.evaluation.arrays import log_odds
from riskmodels.explain.shapley import Reasons
from riskmodels.model_files.card_values import numbers
from riskmodels.model_files.folder import understood
from riskmodels.tabular import files
from riskmodels.tabular.estimates import Estimates
from riskmodels.tabular.files import read_model_files, take_parts, write_model_files
from riskmodels.tabular.model import RiskModel
from riskmodels.tabular.reference import Reference

#: one above the plain model's
FORMAT = files.FORMAT + 1
_HINT = "Restore the folder, or choose another version."
_NEAR = 1e-2


@dataclass(frozen=True)
class Step:
    """A piecewise linear map of log-odds that never falls; level beyond its ends.

    Args:
        x: log-odds before, strictly ascending.
        y: log-odds after, ascending.
    """

    x: Floats
    y: Floats

    def __call__(self, logit: Any) -> Floats:
        """Log-odds after the step; NaN stays NaN."""
        return np.asarray(np.interp(np.asarray(logit, dtype=float), self.x, self.y))

    def then(self, other: Step) -> Step:
        """This step, then another."""
        between = other.x[(other.x > self.y[0]) & (other.x < self.y[-1])]
        x = np.unique(np.r_[self.x, np.interp(between, self.y, self.x)])
        return Step(x, other(self(x)))

    def scaled(self, slope: float, intercept: float) -> Step:
        """This step, then slope · log-odds + intercept."""
        return Step(self.x, slope * self.y + intercept)

    def to_dict(self) -> dict[str, list[float]]:
        """As JSON."""
        return {"x": self.x.tolist(), "y": self.y.tolist()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Sequence[float]]) -> Step:
        """The inverse of :meth:`to_dict`.

        Raises:
            TypeError, ValueError: when it is not a step that never falls.
        """
        step = cls(np.array(numbers(data["x"])), np.array(numbers(data["y"])))
        rising = (np.diff(step.x) > 0).all() and (np.diff(step.y) >= 0).all()
        if len(step.x) != len(step.y) or len(step.x) < 2 or not rising:
            raise ValueError("not a monotone step")
        return step


def fit_step(logit: Floats, label: Floats) -> Step:
    """Centred isotonic regression of the outcome on the log-odds.

    Every block of the isotonic regression becomes one point: its mean log-odds, and the log-odds of its observed share
    with half an event and half a non-event added; straight lines between them.

    Args:
        logit: (n,) predicted log-odds.
        label: (n,) 0 or 1.

    Raises:
        TrainingError: when the outcome does not rise with the estimate at all.

    Source: Oron and Flournoy 2017, doi 10.1080/19466315.2017.1286256.
    """
    fitted = IsotonicRegression().fit_transform(logit, label)
    blocks = pd.DataFrame({"x": logit, "y": label, "block": fitted}).groupby("block")
    parts = blocks.agg(x=("x", "mean"), events=("y", "sum"), n=("y", "size")).sort_values("x")
    share = ((parts["events"] + 0.5) / (parts["n"] + 1)).to_numpy(float)
    y = np.maximum.accumulate(log_odds(share))
    if len(parts) < 2 or y[-1] == y[0]:
        raise TrainingError("The outcome does not rise with the estimate in these people.")
    return Step(parts["x"].to_numpy(float), y)


@dataclass(frozen=True)
class SteppedReasons(Reasons):
    """Reasons of an estimate behind a step.

    ``base``, ``values``, ``logit`` and ``gap`` are before the step; :meth:`points` leads to the risk shown.

    Args:
        step: of the outcome.
    """

    step: Step = Step(np.array([-1.0, 1.0]), np.array([-1.0, 1.0]))

    def points(self) -> tuple[float, pd.DataFrame]:
        """Base risk, and contributions in probability that add up to the risk shown, step included.

        Each log-odds contribution is scaled by the row's (risk − base risk) / (log-odds − base log-odds) before the
        step. Where the step is level between the two the risk is the base risk and every contribution 0.
        """
        base_risk, risk = (self._risk(np.asarray(at, dtype=float)) for at in (self.base, self.logit))
        shift = self.logit - self.base
        small = np.abs(shift) < 1e-9
        steepness = (self._risk(np.array(self.base + _NEAR)) - self._risk(np.array(self.base - _NEAR))) / (2 * _NEAR)
        slope = np.where(small, steepness, (risk - base_risk) / np.where(small, 1.0, shift))
        return float(base_risk), self.values.mul(slope, axis=0)

    def _risk(self, logit: Floats) -> Floats:
        return np.asarray(1 / (1 + np.exp(-self.step(logit))))


class SteppedModel(RiskModel):
    """A :class:`~riskmodels.tabular.model.RiskModel` with a step behind some outcomes.

    Args:
        model: before the step.
        steps: by outcome.
        card: of the whole.
        reference: of the whole: its risks are after the step.
    """

    def __init__(
        self, model: RiskModel, steps: Mapping[str, Step], card: dict[str, Any], reference: Reference | None
    ) -> None:
        device = str(model.device)
        super().__init__(
            model.encoding, model.weights, model.interval, model.calibration, model.support, card, reference, device
        )
        self.steps = dict(steps)

    def calibrated(
        self, calibration: dict[str, tuple[float, float]], reference: Reference | None, card: dict[str, Any]
    ) -> SteppedModel:
        """The same with another calibration before the step, reference and card."""
        return SteppedModel(super().calibrated(calibration, reference, card), self.steps, card, reference)

    def _shown(self, outcome: str, logit: Floats) -> Floats:
        return self.steps[outcome](logit) if outcome in self.steps else logit

    def _estimates(self, *arguments: Any) -> Estimates:
        before = super()._estimates(*arguments)
        parts = {name: getattr(before, name).copy() for name in ("risk", "low", "high", "logit")}
        for outcome in self.steps:
            o = self.outcomes.index(outcome)
            parts["logit"][:, o] = self._shown(outcome, parts["logit"][:, o])
            for name in ("risk", "low", "high"):
                parts[name][:, o] = 1 / (1 + np.exp(-self._shown(outcome, log_odds(parts[name][:, o]))))
        return replace(before, **parts)

    def estimate_and_explain(
        self, frame: pd.DataFrame, outcomes: Sequence[str]
    ) -> tuple[Estimates, dict[str, Reasons]]:
        """:meth:`estimate` and :meth:`explain`; see :class:`SteppedReasons` for outcomes with a step."""
        return self.estimate(Columns.of(frame)), {outcome: self.explain(frame, outcome) for outcome in outcomes}

    def explain(self, frame: pd.DataFrame, outcome: str) -> Reasons:
        """Exact Shapley values before the step; :class:`SteppedReasons` for outcomes with one."""
        found = super().explain(frame, outcome)
        if outcome not in self.steps:
            return found
        return SteppedReasons(**{f.name: getattr(found, f.name) for f in fields(found)}, step=self.steps[outcome])

    def save(self, folder: Path | str) -> None:
        """Write model.safetensors, card.json and reference.json, in the format of stepped models."""
        card = self._document() | {"steps": {o: s.to_dict() for o, s in self.steps.items()}}
        write_model_files(Path(folder), self.weights, self.interval, card, self.reference, FORMAT)

    @classmethod
    def load(cls, folder: Path | str, device: str | None = None) -> SteppedModel:
        """Read a model's folder; see :meth:`RiskModel.load`."""
        folder = Path(folder)
        weights, interval, card, reference = read_model_files(folder, FORMAT, _HINT)
        with understood(folder, _HINT):
            steps = {outcome: Step.from_dict(told) for outcome, told in card.pop("steps").items()}
            encoding, calibration, support = take_parts(card, weights, interval)
            if not set(steps) <= set(calibration):
                raise ValueError("a step of another outcome")
            before = RiskModel(encoding, weights, interval, calibration, support, card, reference, device)
        return cls(before, steps, card, reference)
