"""Invented people as one file to download: CSV alone, or a zip of FHIR or OMOP; each with its cards, named invented."""

from __future__ import annotations

import io
import tempfile
import zipfile
from datetime import date
from pathlib import Path

import pandas as pd

from riskmodels.generated.written.cards import Cards
from riskmodels.generated.written.write import Form, csv_bytes, write_table

#: inside a zip
_CSV = "invented_people.csv"


def packed(table: pd.DataFrame, cards: Cards, form: Form, at: date) -> bytes:
    """A zip of the people in a form, with the four files of their cards.

    Args:
        table: as a generator drew it.
        cards: of it.
        form: CSV, FHIR (Bulk Data or a Bundle a person) or OMOP.
        at: the day at which ages hold.

    Raises:
        InputError: when the cards refuse the people, or no column has a code that the form needs.
    """
    cards.refuse()
    files = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(files, "w", zipfile.ZIP_DEFLATED) as archive:
        if form is Form.CSV:
            archive.writestr(_CSV, csv_bytes(table))
        else:
            for path in write_table(table, form, Path(folder) / "people", at).paths:
                archive.write(path, f"invented_{form}/{path.name}")
        for name, content in cards.files.items():
            archive.writestr(name, content)
    return files.getvalue()
