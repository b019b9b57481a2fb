"""NCHS public-use linked mortality files: fixed-width text, one line a survey participant.

Source: NCHS, Public-use Linked Mortality Files, 2019, file layout of the NHANES files
(https://www.cdc.gov/nchs/data-linkage/mortality-public.htm). Follow-up ends on 31 December 2019.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from riskmodels.errors import SourceDataError

#: name of the raw table → first and last column of the file, counted from 1 as in the layout
LAYOUT: dict[str, tuple[int, int]] = {
    "seqn": (1, 6),
    "mort_eligstat": (15, 15),
    "mort_dead": (16, 16),
    "mort_ucod_leading": (17, 19),
    "mort_permth_int": (43, 45),
}


def read_mortality(path: Path) -> pd.DataFrame:
    """Read one linked mortality file.

    Args:
        path: ``NHANES_…_MORT_2019_PUBLIC.dat``.

    Returns:
        ``seqn`` (int), ``mort_eligstat`` (1 eligible, 2 under 18, 3 not eligible), ``mort_dead`` (1 dead, 0 assumed
        alive), ``mort_ucod_leading`` (1 heart, 2 cancer, 3 chronic lower respiratory, 4 accidents, 5 stroke,
        6 Alzheimer, 7 diabetes, 8 influenza and pneumonia, 9 kidney, 10 all others), ``mort_permth_int`` (months from
        interview to death or end of follow-up); float64, NaN unknown.

    Raises:
        SourceDataError: when a line is not of this layout.
    """
    spans = [(first - 1, last) for first, last in LAYOUT.values()]
    table = pd.read_fwf(path, colspecs=spans, names=list(LAYOUT), dtype=str, na_values=["."])
    try:
        numbers = pd.DataFrame({name: pd.to_numeric(table[name]).astype("float64") for name in LAYOUT})
        numbers["seqn"] = numbers["seqn"].astype("int64")
    except (ValueError, TypeError) as error:
        raise SourceDataError(f"{path.name} has not the layout of a linked mortality file.") from error
    if not numbers["mort_eligstat"].isin([1, 2, 3]).all() or not numbers["seqn"].is_unique:
        raise SourceDataError(f"{path.name} has not the layout of a linked mortality file.")
    return numbers
