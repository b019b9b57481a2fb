"""Small public extracts kept in data/cohorts: CSV in the app's own columns, with units in the headers and words
for choices, so that people and the app's upload read the same file.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from riskmodels import ROOT
from riskmodels.checks import Severity, check_column
from riskmodels.errors import SourceDataError
from riskmodels.vocabulary import VARIABLES, VOCABULARY, Variable

#: folder of the extracts in the repository
FOLDER = ROOT / "data" / "cohorts"
#: people that do not exist, drawn by riskmodels/generated (riskmodels/shipping/generated_trial/invented.py)
INVENTED_FILE = "invented_10000.csv"


def target(out: Path, name: str) -> Path:
    """The file to write: ``out`` itself, or ``name`` inside it when it is a folder. Its folder is made."""
    path = out / name if out.is_dir() or out.suffix == "" else out
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def write_extract(frame: pd.DataFrame, path: Path) -> None:
    """Write a PatientFrame as CSV.

    Args:
        frame: PatientFrame with a named index; variables without any known value are left out. Columns that are
            not in the vocabulary are written as they are.
        path: file to write.
    """
    in_words(frame).to_csv(path, float_format="%g", lineterminator="\n")


def in_words(frame: pd.DataFrame) -> pd.DataFrame:
    """A PatientFrame in its written form: headers with units, words for choices; columns without a value left out."""
    known = [name for name in frame.columns if frame[name].notna().any()]
    return pd.DataFrame({_header(name): _words(frame[name], VOCABULARY.get(name)) for name in known}, index=frame.index)


def read_extract(path: Path, index: str, text: tuple[str, ...] = (), numbers: tuple[str, ...] = ()) -> pd.DataFrame:
    """Read what :func:`write_extract` wrote.

    Args:
        path: the CSV.
        index: name of its index column.
        text, numbers: columns outside the vocabulary to keep.

    Returns:
        PatientFrame with every variable of the vocabulary (float64), then the kept columns.

    Raises:
        SourceDataError: when the file is missing, lacks a column, or holds a value that is not one of its variable's.
    """
    if not path.is_file():
        raise SourceDataError(f"There is no file at {path}.", hint="Make it with: python -m riskmodels data …")
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    lacking = {index, *text, *numbers} - set(table.columns)
    if lacking:
        raise SourceDataError(f"{path.name} lacks the column {', '.join(sorted(lacking))}.")
    table = table.set_index(pd.Index(table[index].astype(int), name=index))
    columns = {v.name: _read_variable(table, v, path) for v in VARIABLES}
    kept = {name: table[name] for name in text} | {name: pd.to_numeric(table[name]).astype(float) for name in numbers}
    return pd.DataFrame(columns | kept, index=table.index)


def _header(name: str) -> str:
    return VOCABULARY[name].column if name in VOCABULARY else name


def _words(values: pd.Series, variable: Variable | None) -> pd.Series:
    if variable is None or not variable.choices:
        return values
    return values.map({c.code: c.word for c in variable.choices})


def _read_variable(table: pd.DataFrame, variable: Variable, path: Path) -> pd.Series:
    if variable.column not in table:
        return pd.Series(np.nan, index=table.index)
    values, problems = check_column(table[variable.column], variable)
    if any(p.severity is Severity.UNUSED for p in problems):
        raise SourceDataError(f"{path.name}: {variable.label} holds values that cannot be used.", hint="Make it again.")
    return values
