"""Whom the shipped model answers among the people of a test part: who is refused, who is held, and how right it is."""

from __future__ import annotations

from typing import Any

import numpy as np

from riskmodels.columns import Columns
from riskmodels.evaluation import reach
from riskmodels.outcomes import OUTCOME, eligible
from riskmodels.tabular.model import RiskModel
from riskmodels.tabular.recipes import Labelled

#: the people the share refused is told of
AGES = (30, 79)


def reach_of(model: RiskModel, data: Labelled, outcome: str, ages: tuple[int, int] = AGES) -> dict[str, Any]:
    """The people of an outcome's test part whom it holds for, aged 30–79: refused, held, observed and predicted.

    Refused are then only those too far outside the training data. An outcome learnt from an equation has no events,
    so only shares.

    Args:
        model: to ask.
        data: with labels and parts; everybody of the test part counts for the shares, also without a label.
        outcome: one of the model's.
        ages: youngest and oldest, in completed years.

    Returns:
        As :func:`riskmodels.evaluation.reach.reach` says.
    """
    age = np.floor(data.frame["age"])
    people = (data.part[outcome] == "test") & eligible(data.frame, OUTCOME[outcome]) & age.between(*ages)
    found = model.estimate(Columns.of(data.frame[people])).outcome(outcome)
    events = OUTCOME[outcome].learnt_from == "events"
    label = data.targets.loc[people, outcome].to_numpy(float) if events else None
    said = {part: getattr(found, part) for part in ("refused", "held", "bound")}
    return reach(said, found.risk, found.low, found.high, label)
