"""People with an outcome, and the fits that had not seen them: one model for a test part, many for cross-validation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.columns import Floats
from riskmodels.tabular.model import RiskModel

Rows = npt.NDArray[np.int64]


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

    def logit(self, frame: pd.DataFrame) -> Floats:
        """Log-odds of the mean estimate, also of those who would be refused.

        Args:
            frame: the same people, with fewer inputs known.
        """
        risk = self._mean(frame, lambda model, part: 1 / (1 + np.exp(-model.predict(part).logit[self.outcome])))
        return np.asarray(np.log(risk) - np.log1p(-risk))

    def risk(self, frame: pd.DataFrame) -> Floats:
        """The probabilities of :meth:`logit`."""
        return np.asarray(1 / (1 + np.exp(-self.logit(frame))))

    def knowing(self, inputs: Iterable[str]) -> Floats:
        """:meth:`risk` when only these inputs are known."""
        return self.risk(self.people[[name for name in inputs if name in self.people]])

    def interval(self, frame: pd.DataFrame) -> tuple[Floats, Floats]:
        """The 90 % interval of each person; NaN where refused."""
        low = self._mean(frame, lambda model, part: model.predict(part).low[self.outcome])
        high = self._mean(frame, lambda model, part: model.predict(part).high[self.outcome])
        return low, high

    def _mean(self, frame: pd.DataFrame, answer: object) -> Floats:
        total, times = np.zeros(len(frame)), np.zeros(len(frame))
        for model, rows in self.fits:
            if len(rows):
                total[rows] += np.asarray(answer(model, frame.iloc[rows]), dtype=np.float64)  # type: ignore[operator]
                times[rows] += 1
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(total / times)
