"""Files with several rows a patient: which of them are not the latest. Patients' numbers never leave this module."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.errors import InputError
from riskmodels.interop.columns.dates import read_dates
from riskmodels.interop.columns.mapping import CohortMapping, Role, is_unknown_word
from riskmodels.interop.table.chunks import Source


def earlier_visits(mapping: CohortMapping, source: Source) -> npt.NDArray[np.int64]:
    """Rows that are not the latest of their patient, by one pass over two columns.

    A row whose date cannot be read counts as older than any other; of rows with the same date the last one in the
    file is the latest. A row without a patient's number stands for itself. Numbers are compared by a 64-bit hash.

    Args:
        mapping: with a column of role PATIENT and one of role DATE, its format answered.
        source: the file.

    Returns:
        Row numbers, ascending: what ``apply(…, earlier=…)`` leaves out.

    Raises:
        InputError: when one of the two columns is not there, or the dates' format is not answered.
    """
    patient, date = mapping.with_role(Role.PATIENT), mapping.with_role(Role.DATE)
    if patient is None or date is None or not date.date_format:
        raise InputError(
            "The latest visit needs a column of patients and one of dates.",
            hint="Say which they are, and how dates are written.",
        )
    parts = []
    for chunk in source.chunks(columns=list(dict.fromkeys((patient.header, date.header)))):
        ids = chunk.cells[patient.header].astype("string").str.strip()
        known = (ids.notna() & ~ids.map(_absent).astype(bool)).to_numpy(dtype=bool)
        days = read_dates(chunk.cells[date.header], date.date_format).astype("int64")
        hashed = pd.util.hash_array(ids.fillna("").to_numpy(dtype=object))
        table = pd.DataFrame({"patient": hashed, "day": days, "row": chunk.cells.index.to_numpy(dtype=np.int64)})
        parts.append(table[known])
    if not parts:
        return np.array([], dtype=np.int64)
    visits = pd.concat(parts).sort_values(["patient", "day", "row"])
    earlier = visits.duplicated("patient", keep="last")
    rows: npt.NDArray[np.int64] = np.sort(visits.loc[earlier, "row"].to_numpy())
    return rows


def _absent(text: object) -> bool:
    return not isinstance(text, str) or is_unknown_word(text)
