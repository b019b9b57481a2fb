"""Whether a file in the app's own columns says all by itself: else it is read by a mapping, as the page reads it.

The first rows are looked at. A name of the vocabulary means its canonical unit where the header names no other, unless
the values speak against it; answers stand in words, or as 1 and 0 for yes and no; a row is a visit. Nothing else is
read without a question.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from riskmodels.columns import Floats
from riskmodels.interop.columns.baseline import has_events
from riskmodels.interop.columns.code_guess import choice_codes, impossible_sentinels
from riskmodels.interop.columns.header import Column
from riskmodels.interop.columns.long_table import may_be_long
from riskmodels.interop.columns.mapping import UNANSWERED, code_key, is_unknown_word
from riskmodels.interop.columns.names import match_name
from riskmodels.interop.columns.numbers import read_column
from riskmodels.interop.columns.unit_guess import Told, guess_unit
from riskmodels.scoring.sources import CohortFile
from riskmodels.vocabulary import VOCABULARY, Kind, Variable

#: a column that is not ours, but whose name is so sure a name of a variable, is one that the page would read
_SURE = 0.8


def in_own_words(cohort: CohortFile) -> CohortFile | None:
    """The file, ready to be read without a question; None when the page would ask about it or read more of it.

    Args:
        cohort: in the app's own columns.
    """
    head = next(iter(cohort.batches()), None)
    return None if head is None else ready(cohort, head)


def ready(cohort: CohortFile, head: pa.Table) -> CohortFile | None:
    """:func:`in_own_words` by the first rows.

    Args:
        cohort: in the app's own columns.
        head: its first rows.
    """
    headers = [column.header for column in cohort.columns]
    if has_events(headers) or may_be_long(headers) or any(map(_is_more, cohort.columns)):
        return None
    worded = []
    for column in (column for column in cohort.columns if column.name):
        variable, cells = VOCABULARY[column.name], head.column(column.header)
        if variable.kind is Kind.NUMBER:
            if not cohort.coded and _is_doubtful(cells, variable, column.unit):
                return None
            continue
        if cohort.coded:
            continue
        counts = _counts(cells)
        if any(code.means == UNANSWERED for code in choice_codes(counts, variable)):
            return None
        if not any(text.lstrip("+-").replace(".", "", 1).isdigit() for text in counts):
            worded.append(column.header)
    return replace(cohort, worded=frozenset(worded))


def _is_more(column: Column) -> bool:
    """Whether a column that is carried through is one that the page would read, or ask about."""
    if column.name:
        return False
    found = match_name(column.header)
    return bool(found.could_be) or (bool(found.variable) and found.confidence >= _SURE)


def _is_doubtful(cells: pa.ChunkedArray, variable: Variable, unit: str) -> bool:
    """Whether the numbers speak against the unit, or most cells are none (decimal commas)."""
    values: Floats = read_column(cells.to_pandas())
    filled = sum(count for text, count in _counts(cells).items() if not is_unknown_word(text))
    if 2 * int(np.isfinite(values).sum()) < filled:
        return True
    known = values[~np.isin(values, impossible_sentinels(values, variable))]
    return bool(unit) and guess_unit(known, variable, Told(unit, "The header says so.")).unit != unit


def _counts(cells: pa.ChunkedArray) -> dict[str, int]:
    counted: dict[str, int] = {}
    for entry in cells.value_counts().to_pylist():
        if entry["values"] is not None and str(entry["values"]) != "nan":
            key = code_key(str(entry["values"]))
            counted[key] = counted.get(key, 0) + entry["counts"]
    return {key: count for key, count in counted.items() if key}
