"""A file of real people → the table that people are invented from, and which columns are left out of it and why.

Columns that the app knows are read as everywhere else: checked, in canonical units. Others are used as they stand, as
numbers, yes/no or categories. What tells who somebody is stays out: ids, dates, names, free text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from riskmodels.errors import FileError, InputError
from riskmodels.generated.learning.layout import left_out
from riskmodels.interop.columns.apply import Applied, apply_all
from riskmodels.interop.columns.dates import formats_of
from riskmodels.interop.columns.mapping import Asks, CohortMapping, Role, is_unknown_word
from riskmodels.interop.columns.numbers import is_numeric, texts, to_floats
from riskmodels.interop.columns.reading import look_at
from riskmodels.interop.table.chunks import Source
from riskmodels.interop.table.source import open_source
from riskmodels.vocabulary import VOCABULARY

#: why columns of a role are left out
_ROLES = {
    Role.PATIENT: "it tells patients apart",
    Role.DATE: "a date would tell who somebody is",
    Role.UNIT: "the unit of another column, which has it already",
}
_ASKED = "what it means is not certain, so it is used as it stands"
_YES, _NO = ("yes", "true", "y"), ("no", "false", "n")


@dataclass(frozen=True)
class RealPeople:
    """Real people, one row each, ready to learn from.

    Args:
        table: variables of the vocabulary in canonical units, NaN unknown; other columns as they stand.
        left_out: header → why the column is not in the table.
        remarks: what else there is to know, in sentences.
    """

    table: pd.DataFrame = field(repr=False)
    left_out: dict[str, str]
    remarks: tuple[str, ...] = ()


def read_file(path: Path, saved: Path | None = None) -> RealPeople:
    """Read a file as the page does.

    Args:
        path: CSV, Excel or Parquet.
        saved: file of a saved mapping; what the columns mean is proposed when None.

    Raises:
        FileError: when a file cannot be read, or has no rows.
        InputError: when the mapping does not fit, or nothing is left to learn from.
    """
    if not path.exists():
        raise FileError(f"There is no file {path}.", hint="Check its name.")
    reading = look_at(open_source(path), saved)
    return read_real(reading.source, reading.mapping)


def read_invented(path: Path) -> pd.DataFrame:
    """Invented people as :func:`riskmodels.generated.written.write.csv_bytes` wrote them: every column as it stands.

    Raises:
        FileError: when the file cannot be read, or has no rows.
    """
    if not path.is_file():
        raise FileError(f"There is no file {path}.", hint="Check its name.")
    reading = look_at(open_source(path))
    mapping, _ = _without_questions(reading.mapping)
    parts, decimal = apply_all(reading.source, mapping)
    known = pd.concat([_known(part, mapping) for part in parts])
    others = _others(pd.concat([part.cells for part in parts]), mapping, decimal)
    return pd.concat([known, others], axis=1).reset_index(drop=True)


def read_real(source: Source, mapping: CohortMapping) -> RealPeople:
    """Read the rows of a file as people.

    Args:
        source: the file.
        mapping: what its columns mean; a column that a question is open about is used as it stands.

    Raises:
        InputError: when a question is open that is about no column, or nothing is left to learn from.
    """
    mapping, asked = _without_questions(mapping)
    parts, decimal = apply_all(source, mapping)
    cells = pd.concat([part.cells for part in parts])
    once, repeated = _one_row_each(cells, mapping)
    known = pd.concat([_known(part, mapping) for part in parts])[once]
    table = pd.concat([known, _others(cells[once], mapping, decimal)], axis=1).reset_index(drop=True)
    reasons = {c.header: _ROLES[c.role] for c in mapping.columns if c.role in _ROLES}
    reasons |= _written_dates(cells[once], mapping)
    table = table.drop(columns=[name for name in map(_own_name, reasons) if name in table])
    unusable = left_out(table)
    table = table.drop(columns=list(unusable))
    if table.shape[1] < 2:
        raise InputError("Fewer than two columns can be learnt from.", hint="Use a file with more columns.")
    return RealPeople(table, reasons | unusable, (*asked, *repeated))


def _without_questions(mapping: CohortMapping) -> tuple[CohortMapping, list[str]]:
    """The mapping with columns that a question is open about used as they stand, and that said."""
    told: dict[str, str] = {}
    for _ in mapping.columns:
        questions = [q for q in mapping.questions() if q.asks is not Asks.NEEDED]
        if not questions:
            break
        named = [h for q in questions for h in _about(q.header, q.variable, mapping)]
        if not named:
            raise InputError(questions[0].text, hint="Answer it on the page “Score a cohort”, or in a mapping.")
        for header in named:
            mapping = mapping.with_column(header, role=Role.CARRIED)
            told[header] = f"“{header}”: {_ASKED}."
    return mapping, list(told.values())


def _about(header: str, variable: str, mapping: CohortMapping) -> list[str]:
    return [header] if header else [column.header for column in mapping.holding(variable)] if variable else []


def _known(part: Applied, mapping: CohortMapping) -> pd.DataFrame:
    """What the file tells of the variables; nothing that is only derived from it."""
    frame = part.frame[[name for name in VOCABULARY if name in mapping.variables]]
    derived = part.checked.derived
    return frame.mask(derived.reindex(columns=frame.columns, fill_value=False).astype(bool))


def _others(cells: pd.DataFrame, mapping: CohortMapping, decimal: str) -> pd.DataFrame:
    used = [c.header for c in mapping.columns if c.role in (Role.CARRIED, Role.OUTCOME, Role.ASKED)]
    return pd.DataFrame({_own_name(header): as_it_stands(cells[header], decimal) for header in used}, cells.index)


def _own_name(header: str) -> str:
    """A name that nothing takes for a variable whose meaning is certain."""
    return f"{header} (as it stands)" if header in VOCABULARY else header


def as_it_stands(cells: pd.Series, decimal: str = ".") -> pd.Series:
    """A column as numbers, as yes (1) and no (0), or as the words that stand there; NaN or None where nothing is known.

    Args:
        cells: of a file.
        decimal: how the file writes numbers.
    """
    if is_numeric(cells):
        return pd.Series(cells.to_numpy(dtype=np.float64, na_value=np.nan), cells.index)
    words = cells.astype(object).where(cells.notna(), "").astype(str).str.strip()
    words = words.where(~words.map({word: is_unknown_word(word) for word in words.unique()}), "")
    known = words[words != ""]
    answers = known.str.lower()
    if len(known) and answers.isin((*_YES, *_NO)).all():
        return answers.isin(_YES).astype(float).reindex(cells.index)
    numbers = pd.Series(to_floats(texts(words), decimal), cells.index)
    if len(known) and numbers[known.index].notna().all():
        return numbers
    return words.where(words != "", None)


def _written_dates(cells: pd.DataFrame, mapping: CohortMapping) -> dict[str, str]:
    others = [c.header for c in mapping.columns if c.role in (Role.CARRIED, Role.OUTCOME, Role.ASKED)]
    dated = [h for h in others if not is_numeric(cells[h]) and formats_of(cells[h])]
    return dict.fromkeys(dated, _ROLES[Role.DATE])


def _one_row_each(cells: pd.DataFrame, mapping: CohortMapping) -> tuple[np.ndarray, list[str]]:
    """The last row of each patient: somebody in two rows could be learnt from and kept apart at once."""
    column = mapping.with_role(Role.PATIENT)
    if column is None:
        return np.ones(len(cells), bool), []
    ids = cells[column.header].astype("string").str.strip().fillna("")
    again = (ids.duplicated(keep="last") & (ids != "")).to_numpy(bool)
    told = f"{int(again.sum()):,} rows of patients who have a later one are left out: one row a person."
    return ~again, [told] if again.any() else []
