"""An outcome column as analysts have it → 0, 1, NaN."""

from __future__ import annotations

import pandas as pd

from riskmodels.checks import UNKNOWN_WORDS
from riskmodels.errors import InputError

_YES = {"1", "1.0", "yes", "y", "true", "t", "ja", "oui", "si", "sí", "positive", "pos", "case", "event", "present"}
_NO = {"0", "0.0", "no", "n", "false", "f", "nein", "non", "negative", "neg", "control", "none", "absent"}


def outcome_labels(column: pd.Series) -> pd.Series:
    """Read an outcome: 1 where it happened, 0 where it did not, NaN where it is not known.

    Args:
        column: numbers, booleans or words (1/0, yes/no, true/false, …); empty and “unknown” cells are unknown.

    Returns:
        Floats, same index and name.

    Raises:
        InputError: when a cell is none of these; a count or a stage must be turned into 0/1 by the analyst.
    """
    texts = column.astype(object).where(column.notna(), "").astype(str).str.strip().str.lower()
    labels = pd.Series(float("nan"), index=column.index, name=column.name)
    labels[texts.isin(_YES)], labels[texts.isin(_NO)] = 1.0, 0.0
    unknown = texts.isin({"", "nan", *map(str.lower, UNKNOWN_WORDS)}) & labels.isna()
    strange = texts[labels.isna() & ~unknown]
    if len(strange):
        kinds = sorted(strange.unique())
        raise InputError(
            f"{len(strange):,} cells of the outcome column are neither yes nor no, e.g. “{kinds[0][:40]}”.",
            hint="Code it 1 where the outcome happened, 0 where it did not, and leave it empty where it is not known.",
            log=f"outcome column with {len(kinds)} other values",
        )
    return labels
