"""What a row of a file stands for where it is not one visit of a patient with all that is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: what becomes one row of a long table: each patient, or each patient's day
By = Literal["patient", "day"]


@dataclass(frozen=True)
class LongShape:
    """One row an observation; each field but the last two is the header of a column, empty where there is none.

    Args:
        patient: tells patients apart.
        value: what was found.
        name: what was observed, in words.
        code: what was observed, as a code (LOINC or a local one).
        unit: of the value, row by row.
        specimen: in what it was measured.
        date: when.
        date_format: how dates are written (:data:`riskmodels.interop.columns.mapping.DATE_FORMATS`).
        by: what becomes one row.
    """

    patient: str
    value: str
    name: str = ""
    code: str = ""
    unit: str = ""
    specimen: str = ""
    date: str = ""
    date_format: str = ""
    by: By = "patient"


@dataclass(frozen=True)
class Baseline:
    """Several rows a record, of which only the first tells what holds for all (REDCap, longitudinal).

    Args:
        record: header of the column that tells records apart.
        columns: headers whose first value in a record serves its other rows.
    """

    record: str
    columns: tuple[str, ...]
