"""People with an outcome, and the fits that had not seen them: one model for a test part, many for cross-validation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.columns import Floats
from riskmodels.tabular.model import RiskModel

Rows = npt.NDArray[np.int64]


class Answers(NamedTuple):
    """Of n people: (n,) probability, and low and high of its 90 % interval, NaN where refused."""

    risk: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Judged:
    """One outcome of people who are judged.

    Args:
        outcome: its name.
        people: PatientFrame, one row a person.
        label: 0/1, or a probability for an outcome learnt from an equation.
        weight: of each label (censoring); 1 where there is none.
        cluster: one key a person; people of one key are drawn together by the bootstrap.
        fits: models, each with the positions of the people it had not seen; a person's answer is the mean of them.
    """

    outcome: str
    people: pd.DataFrame
    label: Floats
    weight: Floats
    cluster: npt.NDArray[np.object_]
    fits: tuple[tuple[RiskModel, Rows], ...]

    @property
    def inputs(self) -> tuple[str, ...]:
        """The inputs that serve the outcome."""
        return self.fits[0][0].inputs_of(self.outcome)

    @property
    def soft(self) -> bool:
        """Whether labels are probabilities."""
        return not np.isin(self.label, (0.0, 1.0)).all()

    def at(self, positions: Rows) -> Judged:
        """The same for some of the people."""
        place = np.full(len(self.people), -1)
        place[positions] = np.arange(len(positions))
        fits = tuple((model, kept[kept >= 0]) for model, rows in self.fits for kept in [place[rows]])
        return replace(
            self,
            people=self.people.iloc[positions],
            label=self.label[positions],
            weight=self.weight[positions],
            cluster=self.cluster[positions],
            fits=fits,
        )

    def answers(self, frame: pd.DataFrame) -> Answers:
        """What is answered: the mean over the fits; log-odds and risk also of those who would be refused.

        Args:
            frame: the same people, with fewer inputs known.
        """
        total, times = np.zeros((3, len(frame))), np.zeros(len(frame))
        for model, rows in self.fits:
            if len(rows):
                told = model.predict(frame.iloc[rows])
                low, high = (table[self.outcome].to_numpy(np.float64) for table in (told.low, told.high))
                total[:, rows] += np.stack([_sigmoid(told.logit[self.outcome]), low, high])
                times[rows] += 1
        return Answers(*np.where(times > 0, total / np.maximum(times, 1), np.nan))

    def risk(self, frame: pd.DataFrame) -> Floats:
        """The probabilities of :meth:`answers`."""
        return self.answers(frame).risk

    def refits(self, draws: int) -> Floats:
        """(n, draws) what the models could as well have come out to say of the people, by the first fit each."""
        found = np.full((len(self.people), draws), np.nan)
        for model, rows in reversed(self.fits):
            if len(rows):
                found[rows] = model.refits(self.people.iloc[rows], self.outcome, draws)
        return found

    def knowing(self, inputs: Iterable[str]) -> Floats:
        """:meth:`risk` when only these inputs are known."""
        return self.risk(self.people[[name for name in inputs if name in self.people]])

    def ranked(self, position: int, frame: pd.DataFrame) -> list[str]:
        """Unknown inputs of one person, the most telling first, by the first fit that had not seen them.

        Args:
            position: of the person.
            frame: what is known of the people.
        """
        model = next(model for model, rows in self.fits if position in rows)
        return [str(name) for name in model.narrowing(frame.iloc[[position]], self.outcome)["name"]]


def _sigmoid(logit: pd.Series) -> Floats:
    return np.asarray(1 / (1 + np.exp(-logit.to_numpy(np.float64))))
