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
from riskmodels.explain.shapley import Z90, PairwiseForm, Reasons
from riskmodels.explain.unknowns import narrowing
from riskmodels.model_files.folder import understood
from riskmodels.outcomes import OUTCOME, refusal_texts
from riskmodels.tabular.derived import cautioned
from riskmodels.tabular.device import choose_device, precision
from riskmodels.tabular.edits import CurveEdits
from riskmodels.tabular.encoding import Encoding
from riskmodels.tabular.estimates import Estimates, Prediction
from riskmodels.tabular.files import HINT, read_model_files, take_parts, write_model_files
from riskmodels.tabular.folded import Folded
from riskmodels.tabular.holding import Held, HeldValue, held_values, hold
from riskmodels.tabular.interval import half_widths
from riskmodels.tabular.network import Weights, member_form, member_logits
from riskmodels.tabular.reference import Reference
from riskmodels.tabular.support import Placed, Range, Signs, Support

#: where the shipped models lie
SHIPPED = ROOT / "data" / "models"
#: rows computed at once: small enough for the temporaries to stay in cache
CHUNK = 512
#: log-odds are given to so many decimals: what follows depends on the processor and on the rows beside a row, also in
#: double precision, and would part people of whom the same is known, at a threshold or in a rank
DECIMALS = 10


@dataclass(frozen=True)
class Curve:
    """What one input alone does to an outcome's log-odds.

    Args:
        x: values, canonical unit (or codes).
        logit: contribution when nothing else is known.
        low, high: 90 % band of the ensemble's members.
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
        weights: of the ensemble, outcomes in the order of ``calibration``; its first member is the one shown.
        interval: heads of the interval, see :mod:`riskmodels.tabular.interval`.
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
        interval: Weights,
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
        self.interval = interval.to(self.device, self.dtype)
        self.calibration, self.support, self.card, self.reference = calibration, support, card, reference
        self.outcomes = tuple(calibration)
        self.inputs = encoding.names
        self.edits = CurveEdits.from_card(card, self.inputs, self.outcomes)
        scale = torch.tensor(list(calibration.values()), dtype=self.dtype, device=self.device)
        self._slope, self._intercept = scale[:, 0], scale[:, 1]
        self._supports = {o: Support(o, self.inputs, ranges) for o, ranges in support.items()}

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
        device = str(self.device)
        return RiskModel(self.encoding, self.weights, self.interval, calibration, self.support, card, reference, device)

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
        held = self._held(facts, self.encoding.matrix(facts))
        return self._estimates(held, self._computed(torch.from_numpy(held.values)))

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
        held = self._held(facts, x)
        wanted = [self.outcomes.index(o) for o in (self.outcomes if outcomes is None else outcomes)]
        computed, values = [], []
        with torch.inference_mode():
            for part in self._parts(torch.from_numpy(held.values)):
                curves, u = self._folded.parts(part)
                computed.append(self._ends(self._folded.sums(curves, u)))
                values.append(self._folded.values(curves, u, wanted))
            joined = torch.cat(values, dim=1)  # (outcomes, n + m, p)
        estimates = self._estimates(held, computed)
        reasons = {
            self.outcomes[o]: self._reasons(
                frame.index, o, x, torch.from_numpy(held.taken(o)), part[held.at[o]], estimates.logit[:, o]
            )
            for o, part in zip(wanted, joined, strict=True)
        }
        return estimates.tables(frame.index), reasons

    @cached_property
    def _folded(self) -> Folded:
        """Forms of the outcomes, of the lower half-widths and of the upper ones, in this order."""
        ends = [member_form(self.interval, end, o) for end in (0, 1) for o in range(len(self.outcomes))]
        return Folded(self.encoding, [*(self.form(outcome) for outcome in self.outcomes), *ends])

    def _placed(self, x: torch.Tensor) -> torch.Tensor:
        return x.to(self.device, self.dtype)

    def _parts(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return torch.split(self._placed(x), CHUNK)

    def _ends(self, forms: torch.Tensor) -> tuple[Floats, Floats, Floats]:
        """Log-odds of the estimate and of the ends of its interval, rounded, (n, 3·O) forms → each (n, O)."""
        mean, below, above = forms.view(len(forms), 3, len(self.outcomes)).unbind(1)
        slope = self._slope.abs()
        ends = (mean, mean - slope * half_widths(below), mean + slope * half_widths(above))
        return _rounded(ends[0]), _rounded(ends[1]), _rounded(ends[2])

    def _computed(self, x: torch.Tensor) -> list[tuple[Floats, Floats, Floats]]:
        """:meth:`_ends` of raw values (n, p), part by part."""
        with torch.inference_mode():
            return [self._ends(self._folded.logits(part)) for part in self._parts(x)]

    def _held(self, facts: Columns, x: torch.Tensor) -> Held:
        """What is computed for some rows, those with values beyond an outcome's training data once more."""
        return hold(x.numpy(), [self._validity(facts, x.numpy(), outcome) for outcome in self.outcomes])

    def _estimates(self, held: Held, parts: list[tuple[Floats, Floats, Floats]]) -> Estimates:
        edited = self.edits.sums(held.values)
        mean, low, high = held.settle(*(np.concatenate(part) + edited for part in zip(*parts, strict=True)))
        said = [(p.refused, p.cautions, p.held, p.bound) for p in held.placed]
        refused, cautions, *texts = (np.stack(of_outcomes, axis=1) for of_outcomes in zip(*said, strict=True))
        cautions = cautioned(self.card, self.outcomes, cautions)
        given = refused == ""

        def risk(logit: Floats) -> Floats:
            return np.where(given, _sigmoid(logit), np.nan)

        return Estimates(self.outcomes, risk(mean), risk(low), risk(high), mean, refused, cautions, *texts)

    def _shown(self, outcome: str, logit: Floats) -> Floats:
        """The log-odds shown for those of the ensemble: the same, where no step follows them."""
        return logit

    def _validity(self, facts: Columns, values: Floats, outcome: str) -> Placed:
        """Refusals, cautions and held values of one outcome."""
        placed = self._supports[outcome].place(values)
        return placed.refusing(refusal_texts(facts, OUTCOME[outcome])) if outcome in OUTCOME else placed

    def beyond(self, data: pd.DataFrame | Columns, outcome: str) -> Signs:
        """(n, p) which of :attr:`inputs` an outcome holds: +1 at the highest it learnt from, −1 at the lowest."""
        return self._supports[outcome].beyond(self.encoding.matrix(data).numpy())

    def held_values(self, data: pd.DataFrame | Columns, outcome: str, row: int = 0) -> tuple[HeldValue, ...]:
        """What an outcome counts of one row as another value."""
        known, signs = self.encoding.matrix(data).numpy()[row], self.beyond(data, outcome)[row]
        return held_values(outcome, self.support[outcome], self.inputs, signs, known)

    def form(self, outcome: str) -> PairwiseForm:
        """The calibrated log-odds of an outcome as base, curves and pair terms."""
        return self._forms[outcome][0]

    @cached_property
    def _forms(self) -> dict[str, tuple[PairwiseForm, ...]]:
        """By outcome the calibrated form of every member, that of the first one shown first."""
        members = range(len(self.weights.bias))
        return {
            outcome: tuple(member_form(self.weights, k, o, *self.calibration[outcome]) for k in members)
            for o, outcome in enumerate(self.outcomes)
        }

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
        counted = torch.from_numpy(self._supports[outcome].hold(x.numpy()))
        values, logits = [], []
        for part in self._parts(counted):
            values.append(self._folded.values(*self._folded.parts(part), [o])[0])
            # computed by the network itself, apart from the form, so that the gap is a check and not a tautology
            logits.append(member_logits(self.encoding(part), self.weights.members(0, 1))[:, 0, o])
        logit = _rounded(self._slope[o] * torch.cat(logits) + self._intercept[o])
        shown = logit + self.edits.sums(counted.numpy())[:, o]
        return self._reasons(frame.index, o, x, counted, torch.cat(values), shown)

    def _reasons(
        self, index: pd.Index, o: int, x: torch.Tensor, counted: torch.Tensor, values: torch.Tensor, logit: Floats
    ) -> Reasons:
        """Reasons of one outcome from its (n, p) contributions, as computed from (n, p) values held at the edge."""
        form, *members = self._forms[self.outcomes[o]]
        shift = self.edits.of(self.outcomes[o], counted.numpy())
        table, data, held = (
            pd.DataFrame(part, index=index, columns=list(self.inputs))
            for part in (values.double().cpu().numpy() + shift, x.numpy(), counted.numpy())
        )

        def encoded() -> torch.Tensor:
            with torch.inference_mode():
                columns: torch.Tensor = self.encoding(self._placed(counted))
            return columns

        return Reasons(self.outcomes[o], form.base, table, logit, data, held, form, encoded, tuple(members), shift)

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
        mean, spread = (t.double().cpu().numpy() for t in (members[:, 0], members[:, 1:].std(1)))
        mean = mean + self.edits.along(outcome, name, x)
        return Curve(x, mean, mean - Z90 * spread, mean + Z90 * spread, bins, counts)

    def percentile(self, outcome: str, risk: float, age: float, sex: float) -> float:
        """Share (0–1) of people of the same sex and ten-year age band with a lower risk; NaN where not known."""
        return self.reference.percentile(outcome, risk, age, sex) if self.reference else float("nan")

    def refits(self, frame: pd.DataFrame, outcome: str, draws: int = 64, seed: int = 0) -> Floats:
        """What the model could as well have come out to say: bootstrap members, each under another calibration.

        Args:
            frame: PatientFrame.
            outcome: one of :attr:`outcomes`.
            draws: how many.
            seed: of the members, and of the calibrations, which are drawn from their own uncertainty.

        Returns:
            (n, draws) probability, also of refused rows.
        """
        o, random = self.outcomes.index(outcome), np.random.default_rng(seed)
        counted = torch.from_numpy(self._supports[outcome].hold(self.encoding.matrix(frame).numpy()))
        with torch.inference_mode():
            parts = [member_logits(self.encoding(part), self.weights)[:, :, o] for part in self._parts(counted)]
        members = torch.cat(parts).double().cpu().numpy()
        k = members.shape[1]
        noise = self.card["calibration_noise"][outcome]
        slope, intercept = random.multivariate_normal(self.calibration[outcome], noise, draws).T
        chosen = members[:, random.integers(min(1, k - 1), k, draws)]
        return _sigmoid(slope * chosen + intercept + self.edits.sums(counted.numpy())[:, [o]])

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
        refused = self._validity(facts, values, outcome).refused[0]
        inputs = self.inputs_of(outcome) if self.reference and not refused else ()

        def risk_of(trials: Floats) -> Floats:
            counted = self._supports[outcome].hold(trials)
            means = [mean[:, o] for mean, _, _ in self._computed(torch.from_numpy(counted))]
            return _sigmoid(self._shown(outcome, np.concatenate(means) + self.edits.sums(counted)[:, o]))

        known = dict(zip(self.inputs, values[0].tolist(), strict=True))
        return narrowing(known, inputs, self.reference or Reference.empty(), risk_of)

    def save(self, folder: Path | str) -> None:
        """Write model.safetensors and card.json (and reference.json)."""
        write_model_files(Path(folder), self.weights, self.interval, self._document(), self.reference)

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
        weights, interval, card, reference = read_model_files(Path(folder))
        with understood(Path(folder), HINT):
            encoding, calibration, support = take_parts(card, weights, interval)
            return cls(encoding, weights, interval, calibration, support, card, reference, device)


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
