"""An invented table as CSV, FHIR or OMOP: whatever the form, every row and resource says that it is of nobody.

What is written here the app's own readers read back to the same values, units and unknowns
(tests/generated/written/test_write.py); what a form has no place for is told in :attr:`Written.not_carried`.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path

import pandas as pd

from riskmodels.cohorts.extracts import in_words
from riskmodels.generated.written.as_fhir import write_bulk, write_bundles
from riskmodels.generated.written.as_omop import write_omop
from riskmodels.generated.written.people import SAID, Written, person_id
from riskmodels.interop.table.safe_csv import to_csv

#: header of the id, which the app's own reader takes for one
ID = "person_id"


class Form(StrEnum):
    """In which a table can be written."""

    CSV = "csv"
    FHIR = "fhir"
    BUNDLES = "bundles"
    OMOP = "omop"


def csv_bytes(table: pd.DataFrame) -> bytes:
    """A table as CSV in the app's own headers with units, answers in words, and an id that says invented.

    Args:
        table: as a generator draws it; columns that are no variables keep their header.
    """
    words = in_words(table.reset_index(drop=True))
    cells = pd.DataFrame({str(name): _cells(words[name]) for name in words})
    cells.insert(0, ID if ID not in cells else f"invented_{ID}", [person_id(i) for i in range(1, len(cells) + 1)])
    return to_csv(cells)


def write_table(table: pd.DataFrame, form: Form, out: Path, at: date) -> Written:
    """Write a table.

    Args:
        table: as a generator draws it.
        form: in which.
        out: the file for CSV, else a folder, which is made.
        at: the day at which ages hold; CSV does not tell it.

    Raises:
        InputError: when no column has a code that the form needs.
    """
    if form is Form.CSV:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(csv_bytes(table))
        return Written((out,), len(table), {})
    out.mkdir(parents=True, exist_ok=True)
    write = {Form.FHIR: write_bulk, Form.BUNDLES: write_bundles, Form.OMOP: write_omop}[form]
    return write(table, out, at)


def _cells(column: pd.Series) -> pd.Series:
    """Numbers with all digits that they have, and not those that a computer adds; texts as they are."""
    if column.dtype.kind != "f":
        return column
    return column.map(lambda value: f"{value:.12g}", na_action="ignore").astype(object).where(column.notna(), "")


__all__ = ["SAID", "Form", "Written", "csv_bytes", "write_table"]
