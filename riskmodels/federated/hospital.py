"""What a hospital does: its own patients and the server's instructions in; counts, weights and sums out, no patient.

Everything that leaves is made in :meth:`Hospital.answer`; nothing else of this module is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch

from riskmodels.columns import Floats
from riskmodels.errors import TrainingError
from riskmodels.federated.agreement import table_of, told_counts
from riskmodels.federated.plan import Plan
from riskmodels.federated.private_gradient import private_gradient
from riskmodels.tabular.calibration import unseen_logits
from riskmodels.tabular.encoding import Encoding
from riskmodels.tabular.hiding import vague_answers
from riskmodels.tabular.network import Weights, pair_basis
from riskmodels.tabular.settled import sweeps_of
from riskmodels.tabular.training import Trainer, TrainingData, draw

#: arrays that travel, all float32 or float64
Arrays = list[npt.NDArray[np.floating]]
#: fewer labelled patients than this cannot take part: their weights would tell of single people
LEAST_PATIENTS = 50
#: fewer patients in a step, or in a fold, would tell of single people by what is sent; a server cannot ask for less
LEAST_BATCH, LEAST_FOLD = 50, 10
#: what an array of weights is called, in the order in which they travel
STATE = ("bias", "curves", "levels", "nuisance", "pairs")


class Stage(StrEnum):
    """What the server asks for."""

    COUNT = "count"
    FIT = "fit"
    CALIBRATE = "calibrate"
    FINISH = "finish"


@dataclass(frozen=True)
class Instruction:
    """One step of the server.

    Args:
        stage: what is asked for.
        plan: of the training.
        round: of averaging, from 0.
        arrays: totals of counts (the last of them the patients of all) first, but for :attr:`Stage.COUNT`; then the
            averaged weights in the order of :data:`STATE`; in calibration also slope and intercept; at the end also
            their covariance.
    """

    stage: Stage
    plan: Plan
    round: int = 0
    arrays: Sequence[npt.NDArray[np.floating]] = ()


class Hospital:
    """A hospital with its patients.

    Args:
        frame: PatientFrame; inputs that it lacks are unknown.
        label: 0 or 1 of each row.
        seed: of its own draws; another at every hospital.

    Raises:
        TrainingError: when there are too few patients with a label.
    """

    def __init__(self, frame: pd.DataFrame, label: pd.Series, seed: int) -> None:
        known = label.notna().to_numpy()
        if known.sum() < LEAST_PATIENTS:
            raise TrainingError(
                f"Only {int(known.sum())} patients have a known outcome; to take part {LEAST_PATIENTS} are needed.",
                hint="Averages of fewer would tell of single people.",
            )
        self.frame, self.label, self.seed = frame[known], label[known].astype(float), seed
        self._local: LocalTrainer | None = None
        self._agreed = b""

    @property
    def patients(self) -> int:
        """Patients with a known outcome; told to the server, as the weight of the hospital."""
        return len(self.label)

    def answer(self, asked: Instruction) -> Arrays:
        """Do one step.

        Args:
            asked: by the server.

        Returns:
            COUNT: the counts. FIT: the weights. CALIBRATE: sums of gradient, Hessian and squared gradient.
            FINISH: nothing.

        Raises:
            TrainingError: when the plan would tell of few patients.
        """
        self._refuse_few(asked.plan)
        if asked.stage is Stage.COUNT:
            return [self._counts(asked.plan)]
        local = self._prepared(asked.plan, asked.arrays[0])
        if asked.stage is Stage.FIT:
            return local.round(list(asked.arrays[1:]), asked.round)
        if asked.stage is Stage.CALIBRATE:
            return local.calibration_sums(list(asked.arrays[1:-1]), asked.arrays[-1])
        return []

    def finished(self, asked: Instruction) -> tuple[LocalTrainer, Weights]:
        """The ensemble that the last instruction brings, and the trainer with the agreed encoding."""
        local = self._prepared(asked.plan, asked.arrays[0])
        return local, local.ensemble(list(asked.arrays[1 : 1 + len(STATE)]))

    def _refuse_few(self, plan: Plan) -> None:
        fold = self.patients // max(plan.config.folds, 1)
        if plan.config.batch_size < LEAST_BATCH or fold < LEAST_FOLD:
            raise TrainingError(
                f"The server asks for steps of {plan.config.batch_size} and folds of {fold} patients: "
                "what is sent would tell of single people.",
                hint=f"At least {LEAST_BATCH} and {LEAST_FOLD} are needed.",
            )

    def _counts(self, plan: Plan) -> Floats:
        if plan.privacy is None:
            return told_counts(self._inputs(plan), plan.inputs)
        counts = told_counts(self._inputs(plan), plan.inputs, least=1)
        one_patient = len(plan.inputs) ** 0.5  # is counted at most once an input
        noise = np.random.default_rng(self.seed).normal(size=len(counts))
        return np.asarray(counts + plan.privacy.count_noise * one_patient * noise)

    def _inputs(self, plan: Plan) -> pd.DataFrame:
        return self.frame.reindex(columns=list(plan.inputs))

    def _prepared(self, plan: Plan, totals: npt.NDArray[np.floating]) -> LocalTrainer:
        agreed = plan.to_json().encode() + totals.tobytes()
        if self._local is None or self._agreed != agreed:
            people = int(totals[-1])
            self._local = LocalTrainer(
                plan, self._inputs(plan), self.label, np.asarray(totals[:-1], np.float64), people, self.seed
            )
            self._agreed = agreed
        return self._local


class LocalTrainer(Trainer):
    """The training of a hospital between two averages, on the agreed encoding.

    Args:
        plan: of all.
        frame: the inputs of its patients.
        label: 0 or 1.
        totals: counts of all hospitals.
        people: patients of all hospitals: a penalty is of all of them, and each hospital has its share of it.
        seed: of its draws, hiding and batches.
    """

    def __init__(
        self, plan: Plan, frame: pd.DataFrame, label: pd.Series, totals: Floats, people: int, seed: int
    ) -> None:
        self.plan, self.people = plan, people
        config = replace(plan.config, seed=seed)
        table = table_of(totals, plan.inputs)
        self.encoding = Encoding.fit(table, plan.inputs, config.knots)
        with torch.no_grad():
            z = self.encoding(self.encoding.matrix(frame)).float()
            basis = pair_basis(self.encoding(self.encoding.matrix(table)).float(), self.encoding)
        targets = torch.tensor(label.to_numpy(np.float32))[:, None]
        data = TrainingData(
            plan.inputs,
            z,
            basis,
            targets,
            torch.ones_like(targets),
            (plan.outcome,),
            draws=draw(len(frame), config),
            sweeps=sweeps_of(table, self.encoding, basis, [plan.outcome]),
            vague=vague_answers(self.encoding),
        )
        super().__init__(data, torch.ones(len(plan.inputs), 1), config, torch.device("cpu"))
        share = len(frame) / people
        self.column_penalty, self.pair_penalty = self.column_penalty * share, self.pair_penalty * share

    def round(self, state: Arrays, number: int) -> Arrays:
        """The averaged weights, moved by one plain step on this hospital's patients, as float64.

        Args:
            state: averaged weights.
            number: of the round.
        """
        self._take(state)
        moves = (
            self._gradient(number) if self.plan.privacy is None else private_gradient(self, self.plan.privacy, number)
        )
        return [np.asarray(array, np.float64) - moves[name].numpy() for name, array in zip(STATE, state, strict=True)]

    def _gradient(self, number: int) -> dict[str, torch.Tensor]:
        """Of the loss of some of its patients, as many as a batch holds, with inputs hidden as always."""
        generator = torch.Generator().manual_seed(self.config.seed + 7919 * (number + 1))
        index = torch.randperm(self.rows, generator=generator)[: self.config.batch_size]
        keep = self.hiding.keep(len(index), generator)
        self.optimizer.zero_grad(set_to_none=False)
        self._loss(self.z[:, index] * keep[:, :, None], index, generator).backward()  # type: ignore[no-untyped-call]
        empty = {name: torch.zeros_like(parameter) for name, parameter in self.parameters.items()}
        return {n: empty[n] if p.grad is None else p.grad.detach() for n, p in self.parameters.items()}

    def calibration_sums(self, state: Arrays, line: npt.NDArray[np.floating]) -> Arrays:
        """Of the log-likelihood of ``slope · logit + intercept`` on what members say of folds they left out.

        Args:
            state: averaged weights.
            line: slope and intercept.

        Returns:
            Gradient (2,), negative Hessian (2, 2), and sum of squared gradients (2, 2).
        """
        judges = 1 + self.config.members
        logit = unseen_logits(self.z, self.ensemble(state).members(judges), self.draws[:, judges:])[:, 0]
        known = ~logit.isnan()
        design = torch.stack([logit[known], torch.ones(int(known.sum()))], 1).double()
        risk = torch.sigmoid(design @ torch.tensor(np.asarray(line, np.float64)))
        scores = design * (self.targets[known, 0].double() - risk)[:, None]
        hessian = (design * (risk * (1 - risk))[:, None]).T @ design
        return [scores.sum(0).numpy(), hessian.numpy(), (scores.T @ scores).numpy()]

    @torch.no_grad()
    def ensemble(self, state: Arrays) -> Weights:
        """Averaged weights as an ensemble."""
        self._take(state)
        return Weights(
            self.parameters["bias"] + self._mean_level(), self._curves(), self.basis, self._pairs()
        ).detached()

    @torch.no_grad()
    def _take(self, state: Arrays) -> None:
        for name, array in zip(STATE, state, strict=True):
            parameter = self.parameters[name]
            if tuple(array.shape) != tuple(parameter.shape):
                raise TrainingError(f"Weights “{name}” have shape {array.shape}, not {tuple(parameter.shape)}.")
            parameter.copy_(torch.tensor(np.asarray(array, np.float32)))
