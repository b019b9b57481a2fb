"""Boxes to tick: several 0/1 columns that are one answer, as REDCap and one-hot tables write them → one variable.

``smoke___1`` to ``smoke___3`` of REDCap do not tell which box is which answer: it is asked. ``smoking_never``,
``smoking_former``, and ``Smoking (choice=Never)`` of a labelled export do.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from riskmodels.checks import Problem, Severity
from riskmodels.columns import Floats
from riskmodels.interop.columns.code_guess import choice_codes
from riskmodels.interop.columns.known_names import words_of
from riskmodels.interop.columns.mapping import (
    UNANSWERED,
    UNKNOWN,
    Code,
    ColumnMapping,
    Role,
    is_unknown_word,
)
from riskmodels.interop.columns.names import match_name
from riskmodels.interop.columns.sample import Sample
from riskmodels.vocabulary import VOCABULARY, Kind, Variable

_REDCAP = re.compile(r"(?P<stem>.+?)___(?P<label>\w+)")
_LABELLED = re.compile(r"(?P<stem>.+?)\s*\(choice\s*=\s*(?P<label>.+)\)\s*")
_SEPARATOR = re.compile(r"[_. -]")
_TICKED, _NOT_TICKED = frozenset({"checked", "x"}), frozenset({"unchecked"})


@dataclass(frozen=True)
class Box:
    """One box.

    Args:
        header: of its column.
        variable: what the question is about, name in the vocabulary.
        means: the answer it stands for, where its name tells; else :data:`UNANSWERED`.
        alone: whether the file has no other box of the question.
    """

    header: str
    variable: str
    means: str
    alone: bool = False


def find_boxes(sample: Sample) -> tuple[Box, ...]:
    """The boxes among the columns of a file, those of one variable as a set."""
    ticked = [header for header in sample.headers if _ticks(sample, header)]
    named = [box for header in ticked for box in _named(header)]
    return tuple(_marked(named) + _sets(box for header in ticked for box in _one_hot(header)))


def _named(header: str) -> list[Box]:
    """A box by a form that nothing else has: ``smoke___1``, ``Smoking (choice=Never)``."""
    found = _REDCAP.fullmatch(header) or _LABELLED.fullmatch(header)
    variable = _answered_by(found["stem"]) if found else None
    return [Box(header, variable.name, _told(variable, found["label"]))] if found and variable else []


def _one_hot(header: str) -> list[Box]:
    """A box whose name ends with an answer: ``smoking_status_never smoked``."""
    for place in _SEPARATOR.finditer(header):
        variable = _answered_by(header[: place.start()])
        means = _told(variable, header[place.end() :]) if variable else ""
        if variable and means and not _named(header):
            return [Box(header, variable.name, means)]
    return []


def _answered_by(stem: str) -> Variable | None:
    """The variable of answers that a name stands for."""
    variable = VOCABULARY.get(match_name(stem).variable)
    return variable if variable is not None and variable.kind is not Kind.NUMBER else None


def _marked(boxes: list[Box]) -> list[Box]:
    """Each with whether it is the only one of its variable."""
    counts = Counter(box.variable for box in boxes)
    return [replace(box, alone=counts[box.variable] == 1) for box in boxes]


def _sets(boxes: Iterable[Box]) -> list[Box]:
    """Those of a variable with at least two different answers."""
    found = list(boxes)
    answers = {name: {box.means for box in found if box.variable == name} for name in {b.variable for b in found}}
    return [box for box in found if len(answers[box.variable]) > 1]


def _told(variable: Variable, label: str) -> str:
    """The answer that a label names; a number names none."""
    if label.isdigit():
        return UNANSWERED
    (code,) = choice_codes({label.strip().lower().replace("_", " "): 1}, variable)
    return code.means if code.means in {c.word for c in variable.choices} else UNANSWERED


def _ticks(sample: Sample, header: str) -> bool:
    """Whether a column holds nothing but ticked and not ticked."""
    counts = sample.counts.get(header) or {}
    filled = [text for text in counts if not is_unknown_word(text)]
    return bool(filled) and all(is_ticked(text) is not None for text in filled)


def is_ticked(text: str) -> bool | None:
    """Whether a cell says that the box is ticked; None when it says neither."""
    meaning = words_of("yes_no").get(text, ("", ""))[0]
    if text in _TICKED or meaning == "yes":
        return True
    return False if text in _NOT_TICKED or meaning == "no" else None


def box_mapping(box: Box, sample: Sample) -> ColumnMapping:
    """How a box is read: ticked is its answer, not ticked tells nothing, as long as another box may be ticked."""
    counts = sample.counts.get(box.header) or {}
    codes = [_code(box, text, count) for text, count in sorted(counts.items()) if not is_unknown_word(text)]
    return ColumnMapping(box.header, box.variable, Role.VALUE, codes=tuple(codes))


def _code(box: Box, text: str, count: int) -> Code:
    if is_ticked(text):
        told = "The header says which answer it is." if box.means else "The file does not say which box this is."
        return Code(text, box.means, count, told)
    if box.alone:
        return Code(text, UNANSWERED, count, "Not ticked: it may mean no, or that nothing was answered.")
    return Code(text, UNKNOWN, count, "Not ticked.")


def ticked_code(column: ColumnMapping) -> Code | None:
    """The code of a box that says ticked; None in a column where nobody ticked it."""
    return next((code for code in column.codes if is_ticked(code.text)), None)


def one_answer(
    parts: list[Floats], variable: Variable, headers: Iterable[str], rows: pd.Index
) -> tuple[Floats, list[tuple[Problem, str]]]:
    """The answer of the box that is ticked, and a problem for each row in which several that differ are.

    Args:
        parts: for each box the code of its answer where it is ticked, else NaN.
        variable: what the boxes are of.
        headers: of their columns.
        rows: numbers of the rows.
    """
    table = np.column_stack(parts)
    known = ~np.isnan(table)
    low = np.where(known, table, np.inf).min(axis=1)
    high = np.where(known, table, -np.inf).max(axis=1)
    several = known.any(axis=1) & (low != high)
    values = np.where(known.any(axis=1) & ~several, low, np.nan)
    reason = f"{variable.label}: several boxes are ticked."
    hint = "Leave the one that holds. It counts as unknown."
    where = ", ".join(headers)
    labels = {c.code: c.label for c in variable.choices}
    return values, [
        (Problem(rows[i], variable.name, _ticked(table[i], labels), reason, hint, Severity.UNUSED), where)
        for i in np.flatnonzero(several).tolist()
    ]


def _ticked(row: Floats, labels: dict[float, str]) -> str:
    return " and ".join(labels[code] for code in sorted(set(row[~np.isnan(row)].tolist())))
