"""What NHANES says of its people for the audit alone: kept out of the frame that models are fitted on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

#: first cycle that asks for Asian origin apart (RIDRETH3)
_FIRST_ASIAN = 2011


@dataclass(frozen=True)
class Audit:
    """By SEQN.

    Args:
        weight: survey weight: that of the examination; where the file has none (2017–18), that of the morning sample,
            whose people stand for the same population; NaN for others.
        asian: 1 for Asian origin, 0 for another, NaN where that was not asked apart.
    """

    weight: pd.Series
    asian: pd.Series


def read_audit(source: Path, frame: pd.DataFrame) -> Audit:
    """Read it beside the people.

    Args:
        source: the NHANES file; a PatientFrame written by ``data nhanes`` has neither column.
        frame: the people, with ``survey_weight`` and ``cycle``.
    """
    path = source / "nhanes_adults.parquet" if source.is_dir() else source
    nothing = pd.Series(np.nan, index=frame.index)
    try:
        table = pd.read_parquet(path, columns=["seqn", "cs_demo_race", "wt_fasting2yr"]).set_index("seqn")
    except (KeyError, ValueError, OSError):
        return Audit(frame["survey_weight"], nothing)
    table = table.reindex(frame.index)
    without = frame["survey_weight"].isna().groupby(frame["cycle"]).transform("all")
    asked = table["cs_demo_race"].notna() & (frame["cycle"].str[:4].astype(int) >= _FIRST_ASIAN)
    asian = (table["cs_demo_race"] == "Non-Hispanic Asian").astype(np.float64).where(asked)
    return Audit(frame["survey_weight"].mask(without, table["wt_fasting2yr"]), asian)
