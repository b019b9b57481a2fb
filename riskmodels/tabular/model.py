"""The risk model: fit, predict, explain, save, load. Frames in, frames out.

>>> model = RiskModel.load("data/models/population")            # doctest: +SKIP
>>> model.predict(frame).risk                                   # doctest: +SKIP
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
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
from riskmodels.tabular.encoding import CHUNK, Encoding, with_vague
from riskmodels.tabular.estimates import Estimates, Prediction
from riskmodels.tabular.files import HINT, read_model_files, take_parts, write_model_files
from riskmodels.tabular.holding import Held, HeldValue, LogOdds, held_values
from riskmodels.tabular.inputs import variables_of
from riskmodels.tabular.network import Weights, member_form, member_logits
from riskmodels.tabular.program import Program, rounded
from riskmodels.tabular.reference import Reference
from riskmodels.tabular.support import Placed, Range, Signs, Support

#: where the shipped models lie
SHIPPED = ROOT / "data" / "models"


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
        self.variables = variables_of(card)
        self._supports = {o: Support(o, self.inputs, ranges, self.variables) for o, ranges in support.items()}

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
        held = self._held(facts, self._values(facts))
        return self._estimates(held, held.settled(self._program(held.values), self._program.one))

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
        estimates, reasons = self.estimate_and_explain(frame, self.outcomes if outcomes is None else outcomes)
        return estimates.tables(frame.index), reasons

    def estimate_and_explain(
        self, frame: pd.DataFrame, outcomes: Sequence[str]
    ) -> tuple[Estimates, dict[str, Reasons]]:
        """:meth:`predict_and_explain` without tables of the estimates."""
        facts = Columns.of(frame)
        held = self._held(facts, self._values(facts))
        wanted = [self.outcomes.index(outcome) for outcome in outcomes]
        found = held.settled(self._program(held.values, wanted), self._program.one)
        estimates = self._estimates(held, found)
        reasons = {
            self.outcomes[o]: self._reasons(
                frame.index, o, held.values, held.taken(o), found.contributions[o], estimates.logit[:, o]
            )
            for o in wanted
        }
        return estimates, reasons

    @cached_property
    def _program(self) -> Program:
        ends = [[member_form(self.interval, end, o) for end in (0, 1)] for o in range(len(self.outcomes))]
        forms = [(self.form(outcome), *of_outcome) for outcome, of_outcome in zip(self.outcomes, ends, strict=True)]
        return Program(self.encoding, forms, self._slope.tolist(), self.edits)

    def _values(self, data: pd.DataFrame | Columns) -> Floats:
        """(n, p) raw values of the inputs."""
        return np.asarray(self.encoding.matrix(data).numpy())

    def _encoded(self, values: Floats) -> Iterator[torch.Tensor]:
        """Encoded inputs (p, m, d) of raw values (n, p), some rows at a time."""
        for part in torch.split(torch.from_numpy(values).to(self.device, self.dtype), CHUNK):
            yield self.encoding(part)

    def _held(self, facts: Columns, values: Floats) -> Held:
        """Where some rows stand to the ranges of each outcome."""
        return Held(values, tuple(self._validity(facts, values, outcome) for outcome in self.outcomes))

    def _estimates(self, held: Held, found: LogOdds) -> Estimates:
        said = [(p.refused, p.cautions, p.held, p.bound) for p in held.placed]
        refused, cautions, *texts = (np.stack(of_outcomes, axis=1) for of_outcomes in zip(*said, strict=True))
        cautions = cautioned(self.card, self.outcomes, cautions)
        given = refused == ""

        def risk(logit: Floats) -> Floats:
            return np.where(given, _sigmoid(logit), np.nan)

        ends = (risk(found.logit), risk(found.low), risk(found.high))
        return Estimates(self.outcomes, *ends, found.logit, refused, cautions, *texts)

    def _shown(self, outcome: str, logit: Floats) -> Floats:
        """The log-odds shown for those of the ensemble: the same, where no step follows them."""
        return logit

    def _validity(self, facts: Columns, values: Floats, outcome: str) -> Placed:
        """Refusals, cautions and held values of one outcome."""
        placed = self._supports[outcome].place(values)
        return placed.refusing(refusal_texts(facts, OUTCOME[outcome])) if outcome in OUTCOME else placed

    def beyond(self, data: pd.DataFrame | Columns, outcome: str) -> Signs:
        """(n, p) which of :attr:`inputs` an outcome holds: +1 at the highest it learnt from, −1 at the lowest."""
        return self._supports[outcome].beyond(self._values(data))

    def held_values(self, data: pd.DataFrame | Columns, outcome: str, row: int = 0) -> tuple[HeldValue, ...]:
        """What an outcome counts of one row as another value."""
        known, signs = self._values(data)[row], self.beyond(data, outcome)[row]
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
        o, values = self.outcomes.index(outcome), self._values(frame)
        counted = self._supports[outcome].hold(values)
        # computed by the network itself, apart from the form, so that the gap is a check and not a tautology
        own = torch.cat([member_logits(z, self.weights.members(0, 1))[:, 0, o] for z in self._encoded(counted)])
        logit = rounded((self._slope[o] * own + self._intercept[o]).double().cpu().numpy())
        shown = logit + self.edits.sums(counted)[:, o]
        return self._reasons(
            frame.index, o, values, counted, self._program.one(o, counted, True).contributions[o], shown
        )

    def _reasons(
        self, index: pd.Index, o: int, values: Floats, counted: Floats, contributions: Floats, logit: Floats
    ) -> Reasons:
        """Reasons of one outcome: (n, p) contributions of raw values, and what these are counted as."""
        form, *members = self._forms[self.outcomes[o]]
        shift = self.edits.of(self.outcomes[o], counted)
        table, data, held = (
            pd.DataFrame(part, index=index, columns=list(self.inputs), copy=False)
            for part in (contributions, values, counted)
        )

        @torch.inference_mode()
        def encoded() -> torch.Tensor:
            return torch.cat(list(self._encoded(counted)), dim=1)

        return Reasons(self.outcomes[o], form.base, table, logit, data, held, form, encoded, tuple(members), shift)

    @torch.inference_mode()
    def curve(self, outcome: str, name: str) -> Curve:
        """What one input alone does to an outcome, over the range seen in training."""
        seen = self.support[outcome][name]
        histogram = self.card["histograms"][name]
        bins, counts = with_vague(name, np.array(histogram["bins"]), np.array(histogram["counts"]))
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
        counted = self._supports[outcome].hold(self._values(frame))
        with torch.inference_mode():
            parts = [member_logits(z, self.weights)[:, :, o] for z in self._encoded(counted)]
        members = torch.cat(parts).double().cpu().numpy()
        k = members.shape[1]
        noise = self.card["calibration_noise"][outcome]
        slope, intercept = random.multivariate_normal(self.calibration[outcome], noise, draws).T
        chosen = members[:, random.integers(min(1, k - 1), k, draws)]
        return _sigmoid(slope * chosen + intercept + self.edits.sums(counted)[:, [o]])

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
        values = self._values(facts)
        refused = self._validity(facts, values, outcome).refused[0]
        inputs = self.inputs_of(outcome) if self.reference and not refused else ()

        def risk_of(trials: Floats) -> Floats:
            counted = self._supports[outcome].hold(trials)
            return _sigmoid(self._shown(outcome, self._program.one(o, counted, False).logit[:, 0]))

        known = dict(zip(self.inputs, values[0].tolist(), strict=True))
        return narrowing(known, inputs, self.reference or Reference.empty(), risk_of, self.variables)

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


def today() -> str:
    """ISO date, UTC."""
    return datetime.datetime.now(tz=datetime.UTC).date().isoformat()
