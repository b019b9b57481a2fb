"""When no model is fitted: too few events, one class only, and an input that is the outcome by another name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from riskmodels.errors import TrainingError
from riskmodels.variable import Variable

#: fewest people with, and fewest without, the outcome: below it neither the model nor its calibration can be judged
#: (Vergouwe 2005, doi 10.1016/j.jclinepi.2004.06.017; Collins 2016, doi 10.1002/sim.6787)
LEAST_EVENTS = 100
#: from this AUROC on a single input is taken for the outcome itself, until the analyst says that it is not
LEAK = 0.995


def refuse_few(label: pd.Series, outcome: str, least: int = LEAST_EVENTS) -> None:
    """Refuse an outcome that is the same in everybody, or rare or common beyond judging.

    Args:
        label: 0 or 1 of the rows where it is known.
        outcome: its header.
        least: people with, and people without it.

    Raises:
        TrainingError: with the numbers.
    """
    events = int(label.sum())
    if events in (0, len(label)):
        raise TrainingError(
            f"“{outcome}” is {'known in no row' if not len(label) else 'the same in every row where it is known'}.",
            hint="A model needs people with and people without it. Is it the right column?",
        )
    if min(events, len(label) - events) < least:
        raise TrainingError(
            f"“{outcome}” is known in {len(label):,} rows: {events:,} with and {len(label) - events:,} without it. At "
            f"least {least} of each are needed to fit a model and to judge its calibration.",
            hint="Recalibrate a shipped model instead: that needs fewer.",
        )


def refuse_leaks(
    frame: pd.DataFrame,
    label: pd.Series,
    inputs: Mapping[str, Variable],
    headers: Mapping[str, str],
    allowed: Iterable[str] = (),
) -> None:
    """Refuse an input that tells the outcome by itself, by its values or by where it is known.

    Args:
        frame: with the inputs.
        label: 0 or 1.
        inputs: what they are, by name.
        headers: of own inputs, by name.
        allowed: headers or names that the analyst vouches for.

    Raises:
        TrainingError: with the input and how well it tells the outcome.
    """
    for name, variable in inputs.items():
        header = headers.get(name, name)
        if header in allowed or name in allowed:
            continue
        values = frame[name]
        alone = separation(values, label, ordered=not variable.choices)
        presence = separation(values.notna().astype(float), label)
        if max(alone, presence) < LEAK:
            continue
        how = "is known just where the outcome is told" if presence >= LEAK else "alone tells the outcome"
        who = header if name in headers else variable.label
        raise TrainingError(
            f"“{who}” {how} (AUROC {max(alone, presence):.3f}): it may be the outcome itself, or follow from it.",
            hint=f'Leave it out. If it is known before the outcome, say --allow "{header}".',
        )


def separation(values: pd.Series, label: pd.Series, *, ordered: bool = True) -> float:
    """AUROC of one input by itself, in its better direction; of categories by how frequent the outcome is in each.

    Args:
        values: numbers or codes; rows where they are unknown do not count.
        label: 0 or 1.
        ordered: whether more means more.

    Returns:
        0.5–1; 0.5 where one class only is known.
    """
    known = values.notna()
    x, y = values[known], label[known].to_numpy() == 1
    if y.all() or not y.any():
        return 0.5
    if not ordered:
        x = x.map(label[known].groupby(x).mean())
    ranks, events = rankdata(x.to_numpy(float)), int(y.sum())
    area = (ranks[y].sum() - events * (events + 1) / 2) / (events * (len(y) - events))
    return float(max(area, 1 - area)) if np.isfinite(area) else 0.5
