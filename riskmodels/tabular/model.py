"""The risk model: fit, predict, explain, save, load. Frames in, frames out.

>>> model = RiskModel.load("data/models/population")            # doctest: +SKIP
>>> model.predict(frame).risk                                   # doctest: +SKIP
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from riskmodels import ROOT
from riskmodels.columns import Columns, Floats
from riskmodels.errors import ModelFileError
from riskmodels.explain.shapley import PairwiseForm, Reasons
from riskmodels.explain.unknowns import narrowing
from riskmodels.model_files.folder import understood
from riskmodels.outcomes import OUTCOME, refusal_texts
from riskmodels.tabular.compact import Compact
from riskmodels.tabular.derived import cautioned
from riskmodels.tabular.device import choose_device, precision
from riskmodels.tabular.edits import CurveEdits
from riskmodels.tabular.encoding import Encoding
from riskmodels.tabular.estimates import Estimates, Prediction
from riskmodels.tabular.files import HINT, read_model_files, take_parts, write_model_files
from riskmodels.tabular.network import Weights
from riskmodels.tabular.reference import Reference
from riskmodels.tabular.support import Range, Support, Texts

#: where the shipped models lie
SHIPPED = ROOT / "data" / "models"
#: rows computed at once: small enough for the temporaries to stay in cache
CHUNK = 1024
#: log-odds are given to so many decimals: what follows depends on the processor and on the rows beside a row, also in
#: double precision, and would part people of whom the same is known, at a threshold or in a rank
DECIMALS = 10
#: two-sided 90 % of a normal distribution
Z90 = 1.6448536269514722


@dataclass(frozen=True)
class Curve:
    """What one input alone does to an outcome's log-odds.

    Args:
        x: values, canonical unit (or codes).
        logit: contribution when nothing else is known.
        low, high: 90 % band of the ensemble.
        bins, counts: histogram of the training people; ``bins`` are edges, or the codes of a choice.
    """

    x: Floats
    logit: Floats
    low: Floats
    high: Floats
    bins: Floats
    counts: Floats


class RiskModel:
    """A fitted ensemble with its calibration, its support and its card. Made by :func:`fit` or :meth:`load`.

    Args:
        encoding: of the inputs.
        weights: of the ensemble, outcomes in the order of ``calibration``.
        calibration: outcome → (slope, intercept) of its log-odds.
        support: outcome → input → range seen in training.
        card: everything said about the model; see docs/model_card.md.
        reference: the reference population, when there is one.
        device: where to compute; chosen when None.
    """

    def __init__(
        self,
        encoding: Encoding,
        weights: Weights,
        calibration: dict[str, tuple[float, float]],
        support: dict[str, dict[str, Range]],
        card: dict[str, Any],
        reference: Reference | None = None,
        device: str | None = None,
    ) -> None:
        self.device = choose_device(device)
        self.dtype = precision(self.device)
        self.encoding = encoding.to(self.device, self.dtype).eval()
        self.weights = weights.to(self.device, self.dtype)
        self.calibration, self.support, self.card, self.reference = calibration, support, card, reference
        self.outcomes = tuple(calibration)
        self.inputs = encoding.names
        self.edits = CurveEdits.from_card(card, self.inputs, self.outcomes)
        scale = torch.tensor(list(calibration.values()), dtype=self.dtype, device=self.device)
        self._slope, self._intercept = scale[:, 0], scale[:, 1]
        self._supports = {o: Support(self.inputs, ranges) for o, ranges in support.items()}
        self._forms: dict[str, PairwiseForm] = {}

    def __repr__(self) -> str:
        return f"RiskModel({self.name!r}, version {self.version!r}, outcomes {self.outcomes}, on {self.device})"

    @property
    def name(self) -> str:
        """Name of the model, e.g. ``population``."""
        return str(self.card["name"])

    @property
    def version(self) -> str:
        """Version: the date of training and the start of the weights' hash."""
        return str(self.card["version"])

    @property
    def created(self) -> str:
        """ISO date of training."""
        return str(self.card["created"])

    def inputs_of(self, outcome: str) -> tuple[str, ...]:
        """The inputs that serve an outcome."""
        return tuple(n for n in self.inputs if n in self.support[outcome])

    def calibrated(
        self, calibration: dict[str, tuple[float, float]], reference: Reference | None, card: dict[str, Any]
    ) -> RiskModel:
        """The same ensemble with another calibration, reference and card."""
        return RiskModel(self.encoding, self.weights, calibration, self.support, card, reference, str(self.device))

    def predict(self, frame: pd.DataFrame) -> Prediction:
        """Estimate every outcome for every row.

        Args:
            frame: PatientFrame; absent columns are unknown.

        Returns:
            :class:`Prediction`, rows and index as given.
        """
        return self.estimate(Columns.of(frame)).tables(frame.index)

    def estimate(self, facts: Columns) -> Estimates:
        """:meth:`predict` of columns, without tables."""
        x = self.encoding.matrix(facts)
        return self._estimates(facts, x, self._moments_of(x))

    def predict_and_explain(
        self, frame: pd.DataFrame, outcomes: Sequence[str] | None = None
    ) -> tuple[Prediction, dict[str, Reasons]]:
        """:meth:`predict` and :meth:`explain` at once, for half the work.

        Args:
            frame: PatientFrame.
            outcomes: to explain; all when None.

        Returns:
            The prediction, and reasons by outcome.
        """
        facts = Columns.of(frame)
        x = self.encoding.matrix(facts)
        wanted = [self.outcomes.index(o) for o in (self.outcomes if outcomes is None else outcomes)]
        moments, values = [], []
        with torch.inference_mode():
            for part in self._parts(x):
                members, contributions = self._compact.both(part, wanted)
                moments.append(self._moments(members))
                values.append(contributions)
            joined = torch.cat(values, dim=2)  # (outcomes, p, n)
        estimates = self._estimates(facts, x, moments)
        reasons = {
            self.outcomes[o]: self._reasons(frame.index, o, x, part, estimates.logit[:, o])
            for o, part in zip(wanted, joined, strict=True)
        }
        return estimates.tables(frame.index), reasons

    @cached_property
    def _compact(self) -> Compact:
        with torch.inference_mode():
            forms = [self.form(outcome) for outcome in self.outcomes]
            quadratic = torch.stack([form.quadratic for form in forms])
            linear = torch.stack([form.linear.reshape(-1) for form in forms])
            scale = torch.stack([self._slope, self._intercept], dim=1)
            return Compact(self.encoding, self.weights, scale, quadratic, linear)

    def _placed(self, x: torch.Tensor) -> torch.Tensor:
        return x.to(self.device, self.dtype)

    def _parts(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return torch.split(self._placed(x), CHUNK)

    def _moments(self, members: torch.Tensor) -> tuple[Floats, Floats]:
        """Mean and standard deviation of the members' log-odds, rounded, (K, O, n) → each (n, O)."""
        mean = members.mean(0)
        spread = ((members - mean).square_().sum(0) / max(len(members) - 1, 1)).sqrt_()
        return _rounded(mean.T), _rounded(spread.T)

    def _moments_of(self, x: torch.Tensor) -> list[tuple[Floats, Floats]]:
        """:meth:`_moments` of raw values (n, p), part by part."""
        with torch.inference_mode():
            return [self._moments(self._compact.logits(part)) for part in self._parts(x)]

    def _estimates(self, facts: Columns, x: torch.Tensor, parts: list[tuple[Floats, Floats]]) -> Estimates:
        mean, spread = (np.concatenate(part) for part in zip(*parts, strict=True))
        mean += self.edits.sums(x.numpy())
        validity = [self._validity(facts, x.numpy(), outcome) for outcome in self.outcomes]
        refused, cautions = (np.stack(texts, axis=1) for texts in zip(*validity, strict=True))
        cautions = cautioned(self.card, self.outcomes, cautions)
        given = refused == ""

        def risk(logit: Floats) -> Floats:
            return np.where(given, _sigmoid(logit), np.nan)

        low, high = mean - Z90 * spread, mean + Z90 * spread
        return Estimates(self.outcomes, risk(mean), risk(low), risk(high), mean, refused, cautions)

    def _shown(self, outcome: str, logit: Floats) -> Floats:
        """The log-odds shown for those of the ensemble: the same, where no step follows them."""
        return logit

    def _validity(self, facts: Columns, values: Floats, outcome: str) -> tuple[Texts, Texts]:
        """Refusals and cautions of one outcome, each (n,)."""
        beyond, edge = self._supports[outcome].outside(values)
        if outcome not in OUTCOME:
            return beyond, edge
        reasons = refusal_texts(facts, OUTCOME[outcome])
        return np.where(reasons == "", beyond, reasons), edge

    def form(self, outcome: str) -> PairwiseForm:
        """The calibrated mean log-odds of an outcome as base, curves and pair terms."""
        if outcome not in self._forms:
            self._forms[outcome] = self._fold(self.outcomes.index(outcome))
        return self._forms[outcome]

    @torch.inference_mode()
    def _fold(self, o: int) -> PairwiseForm:
        w, (slope, intercept) = self.weights, self.calibration[self.outcomes[o]]
        p, d, k = w.curves.shape[:3]
        v = w.pairs[:, :, :, o].reshape(p * d, -1)  # (p·d, K·R)
        quadratic = slope / k * (v * w.signs.repeat(k)) @ v.T
        same_input = torch.arange(p, device=v.device).repeat_interleave(d)
        quadratic[same_input[:, None] == same_input] = 0.0
        base = float(slope * w.bias[:, o].mean() + intercept)
        return PairwiseForm(base, slope * w.curves[..., o].mean(2), quadratic)

    @torch.inference_mode()
    def explain(self, frame: pd.DataFrame, outcome: str) -> Reasons:
        """Exact Shapley values of an outcome for every row.

        Args:
            frame: PatientFrame.
            outcome: one of :attr:`outcomes`.

        Returns:
            :class:`~riskmodels.explain.shapley.Reasons`.
        """
        o, x = self.outcomes.index(outcome), self.encoding.matrix(frame)
        parts = [self._compact.both(part, [o]) for part in self._parts(x)]
        # computed by the members, apart from the form, so that the gap is a check and not a tautology
        logit = torch.cat([members[:, o].mean(0) for members, _ in parts])
        shown = _rounded(logit) + self.edits.sums(x.numpy())[:, o]
        return self._reasons(frame.index, o, x, torch.cat([values[0] for _, values in parts], dim=1), shown)

    def _reasons(self, index: pd.Index, o: int, x: torch.Tensor, values: torch.Tensor, logit: Floats) -> Reasons:
        """Reasons of one outcome from its (p, n) contributions."""
        form, columns = self.form(self.outcomes[o]), list(self.inputs)
        shift = self.edits.of(self.outcomes[o], x.numpy())
        table = pd.DataFrame(values.T.double().cpu().numpy() + shift, index=index, columns=columns)
        data = pd.DataFrame(x.numpy(), index=index, columns=columns)

        def encoded() -> torch.Tensor:
            with torch.inference_mode():
                columns: torch.Tensor = self.encoding(self._placed(x))
            return columns

        return Reasons(self.outcomes[o], form.base, table, logit, data, form, encoded, shift)

    @torch.inference_mode()
    def curve(self, outcome: str, name: str) -> Curve:
        """What one input alone does to an outcome, over the range seen in training."""
        seen = self.support[outcome][name]
        histogram = self.card["histograms"][name]
        bins, counts = np.array(histogram["bins"]), np.array(histogram["counts"])
        x = bins if len(bins) == len(counts) else np.linspace(seen.low, seen.high, 121)
        z = self.encoding(self.encoding.matrix(pd.DataFrame({name: x})).to(self.device, self.dtype))
        o = self.outcomes.index(outcome)
        members = torch.einsum("pnd,pdk->nk", z, self.weights.curves[..., o]) * self._slope[o]
        mean, spread = (t.double().cpu().numpy() for t in (members.mean(1), members.std(1)))
        mean = mean + self.edits.along(outcome, name, x)
        return Curve(x, mean, mean - Z90 * spread, mean + Z90 * spread, bins, counts)

    def percentile(self, outcome: str, risk: float, age: float, sex: float) -> float:
        """Share (0–1) of people of the same sex and ten-year age band with a lower risk; NaN where not known."""
        return self.reference.percentile(outcome, risk, age, sex) if self.reference else float("nan")

    def narrowing(self, row: pd.DataFrame | Columns, outcome: str) -> pd.DataFrame:
        """What each unknown input could change; see :func:`riskmodels.explain.unknowns.narrowing`.

        Args:
            row: PatientFrame of one row, or its columns.
            outcome: one of :attr:`outcomes`.

        Returns:
            ``name``, ``label``, ``sd``, ``low``, ``high``, the most telling first; empty when the outcome is refused,
            nothing is unknown, or the model has no reference population.
        """
        facts, o = Columns.of(row), self.outcomes.index(outcome)
        values = self.encoding.matrix(facts).numpy()
        refused, _ = self._validity(facts, values, outcome)
        inputs = self.inputs_of(outcome) if self.reference and not refused[0] else ()

        def risk_of(trials: Floats) -> Floats:
            means = [mean[:, o] for mean, _ in self._moments_of(torch.from_numpy(trials))]
            return _sigmoid(self._shown(outcome, np.concatenate(means) + self.edits.sums(trials)[:, o]))

        known = dict(zip(self.inputs, values[0].tolist(), strict=True))
        return narrowing(known, inputs, self.reference or Reference.empty(), risk_of)

    def save(self, folder: Path | str) -> None:
        """Write model.safetensors and card.json (and reference.json)."""
        write_model_files(Path(folder), self.weights, self._document(), self.reference)

    def _document(self) -> dict[str, Any]:
        return self.card | {
            "encoding": self.encoding.to_list(),
            "calibration": {o: list(c) for o, c in self.calibration.items()},
            "support": {o: {n: vars(r) for n, r in s.items()} for o, s in self.support.items()},
        }

    @classmethod
    def load(cls, folder: Path | str, device: str | None = None) -> RiskModel:
        """Read a model's folder.

        Args:
            folder: with model.safetensors and card.json.
            device: "cpu", "cuda" or "mps"; the best there is when None.

        Raises:
            ModelFileError: when it is missing, damaged, or of another version.
        """
        weights, card, reference = read_model_files(Path(folder))
        with understood(Path(folder), HINT):
            encoding, calibration, support = take_parts(card, weights)
            return cls(encoding, weights, calibration, support, card, reference, device)


def load_shipped(folder: Path = SHIPPED, device: str | None = None) -> dict[str, RiskModel]:
    """The models that come with the app, by name.

    Args:
        folder: holds one folder a model.
        device: see :meth:`RiskModel.load`.

    Raises:
        ModelFileError: when a model cannot be read, or there is none.
    """
    models = [RiskModel.load(path.parent, device) for path in sorted(folder.glob("*/card.json"))]
    if not models:
        raise ModelFileError("There is no trained model.", hint="Run make train, or restore data/models.")
    return {model.name: model for model in models}


def _sigmoid(logit: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-logit)))


def _rounded(logit: torch.Tensor) -> Floats:
    return np.round(logit.double().cpu().numpy(), DECIMALS)


def today() -> str:
    """ISO date, UTC."""
    return datetime.datetime.now(tz=datetime.UTC).date().isoformat()
