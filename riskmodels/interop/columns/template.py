"""The CSV template: every variable of the vocabulary in its canonical unit, and one example row that says it is one."""

from __future__ import annotations

import csv
import io

from riskmodels.vocabulary import VARIABLES

#: what the first cell of the example row says, and what the reader looks for
EXAMPLE_MARK = "EXAMPLE, delete this row"
ID_HEADER = "patient_id"

#: an invented person; every unit canonical, what is absent is unknown
EXAMPLE = {
    "age": "57",
    "sex": "female",
    "pregnancy": "no",
    "height": "164",
    "weight": "82.5",
    "waist": "101",
    "systolic_bp": "146",
    "diastolic_bp": "88",
    "hypertension": "yes",
    "bp_medication": "no",
    "total_cholesterol": "221",
    "hdl_cholesterol": "44",
    "glucose": "112",
    "fasting_hours": "9",
    "diabetes": "no",
    "family_history_diabetes": "yes",
    "creatinine": "0.84",
    "smoking": "former",
    "physical_activity": "no",
}


def template() -> bytes:
    """The template as a file: UTF-8 with byte order mark (so that Excel reads “kg/m²”), comma delimited."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([ID_HEADER, *(variable.column for variable in VARIABLES)])
    writer.writerow([EXAMPLE_MARK, *(EXAMPLE.get(variable.name, "") for variable in VARIABLES)])
    return text.getvalue().encode("utf-8-sig")
