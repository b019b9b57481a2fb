"""Which unknown input would narrow an estimate most.

For every unknown input: draw plausible values given all that is known about this patient (see
:class:`riskmodels.tabular.reference.Reference`), estimate again with each, and see how far the answers spread.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.tabular.reference import Reference
from riskmodels.vocabulary import VOCABULARY

#: not tests that one could order: facts about the patient that are asked, not measured, or set by another input
_NOT_ASKED = frozenset({"age", "sex", "fasting_hours"})


def narrowing(
    row: pd.DataFrame,
    inputs: tuple[str, ...],
    reference: Reference,
    risk_of: Callable[[pd.DataFrame], npt.NDArray[np.float64]],
) -> pd.DataFrame:
    """What each unknown input could change.

    Args:
        row: PatientFrame of one row.
        inputs: the inputs that serve the outcome.
        reference: the population plausible values come from.
        risk_of: PatientFrame → risk of each row, 0–1.

    Returns:
        One row an unknown input, the most telling first: ``name``, ``label``, ``sd`` (standard deviation of the risk
        over plausible values, in probability), ``low`` and ``high`` (lowest and highest estimate among them, which
        are the conditional 10th to 90th percentiles). Empty when nothing is unknown.
    """
    known = row.iloc[0]
    unknown = [n for n in inputs if n not in _NOT_ASKED and pd.isna(known.get(n, np.nan))]
    values = {name: reference.plausible(name, known) for name in unknown}
    risks = risk_of(_trials(row, values)) if values else np.empty(0)
    parts = np.split(risks, np.cumsum([len(values[name]) for name in unknown])[:-1]) if unknown else []
    rows = [
        (name, VOCABULARY[name].label, float(part.std()), float(part.min()), float(part.max()))
        for name, part in zip(unknown, parts, strict=True)
    ]
    table = pd.DataFrame(rows, columns=["name", "label", "sd", "low", "high"])
    return table.sort_values("sd", ascending=False, kind="stable", ignore_index=True)


def _trials(row: pd.DataFrame, values: dict[str, npt.NDArray[np.float64]]) -> pd.DataFrame:
    """The patient once for each value of each unknown input."""
    absent = {name: np.nan for name in values if name not in row}
    patient = row.assign(**absent) if absent else row
    trials = np.repeat(patient.to_numpy(float), sum(map(len, values.values())), axis=0)
    start = 0
    for name, tried in values.items():
        trials[start : start + len(tried), patient.columns.get_loc(name)] = tried
        start += len(tried)
    return pd.DataFrame(trials, columns=patient.columns)
