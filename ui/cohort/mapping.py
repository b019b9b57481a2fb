"""What the columns are taken for as a table that can be edited, and the edits put back into the mapping."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from riskmodels.errors import InputError
from riskmodels.interop.columns.edits import (
    read_as_birth,
    read_as_role,
    read_as_variable,
    with_unit,
    with_unit_from,
)
from riskmodels.interop.columns.mapping import UNANSWERED, CohortMapping, ColumnMapping, Role
from riskmodels.interop.columns.propose import ColumnProposal, Proposal
from riskmodels.interop.columns.sample import Sample
from riskmodels.vocabulary import VARIABLES, VOCABULARY, Variable

NOT_USED, PATIENT, VISIT_DATE, OUTCOME = "not used", "Patient number", "Date of visit", "Outcome"
BIRTH, PRESSURES, UNIT_OF = "Date of birth", "Both pressures (126/83)", "Unit of another column"
#: what a column that must be answered is read as until then
ASKED = "asked above"
COLUMN, READ_AS, UNIT, CODES, SAMPLES, SURE, WHY = (
    *("Column in the file", "Read as", "Unit", "Codes", "Sample values", "Confidence", "Why"),
)
#: a unit that must be answered, and none
OPEN_UNIT, NO_UNIT = "?", "–"
_LABELS = {VOCABULARY[v.name].label: v.name for v in VARIABLES}
_ROLES = {
    NOT_USED: Role.CARRIED,
    PATIENT: Role.PATIENT,
    VISIT_DATE: Role.DATE,
    OUTCOME: Role.OUTCOME,
    UNIT_OF: Role.UNIT,
}
_MOST_CODES = 6


def choices() -> list[str]:
    """What a column can be read as, as people read it."""
    return [NOT_USED, PATIENT, VISIT_DATE, OUTCOME, BIRTH, PRESSURES, UNIT_OF, ASKED, *_LABELS]


def read_as(column: ColumnMapping) -> str:
    """What a column is read as, one of :func:`choices`."""
    if column.birth or column.second:
        return BIRTH if column.birth else PRESSURES
    if column.role is Role.VALUE:
        return VOCABULARY[column.variable].label
    if column.role is Role.ASKED:
        return ASKED
    return next(label for label, role in _ROLES.items() if role is column.role)


def unit_choices(mapping: CohortMapping, variables: Iterable[Variable]) -> list[str]:
    """What the unit of a column can be: a symbol, or the column that says it row by row.

    Args:
        mapping: of the file.
        variables: that the column may hold.
    """
    symbols = dict.fromkeys(unit.symbol for variable in variables for unit in variable.accepted)
    return [*symbols, *(unit_beside(c.header) for c in mapping.columns if c.role is Role.UNIT)]


def unit_beside(header: str) -> str:
    """The unit of a column whose rows each say their own, for people."""
    return f"by “{header}”"


def unit_cell(column: ColumnMapping) -> str:
    """The unit of a column, for people."""
    if column.unit_from:
        return unit_beside(column.unit_from)
    asked = column.of is not None and column.of.units and not column.birth
    return column.unit or (OPEN_UNIT if asked else NO_UNIT)


def with_unit_cell(mapping: CohortMapping, sample: Sample, header: str, cell: str | None) -> CohortMapping:
    """Put back what :func:`unit_cell` shows.

    Args:
        mapping: before.
        sample: of the file.
        header: the column.
        cell: one of :func:`unit_choices`, :data:`OPEN_UNIT` or :data:`NO_UNIT`.

    Raises:
        InputError: when the column has no such unit.
    """
    beside = next((c.header for c in mapping.columns if cell == unit_beside(c.header)), "")
    if beside:
        return with_unit_from(mapping, header, beside)
    return with_unit(mapping, sample, header, "" if cell in (None, OPEN_UNIT, NO_UNIT) else str(cell))


def mapping_table(proposal: Proposal, mapping: CohortMapping) -> pd.DataFrame:
    """One line a column of the file: what it is read as, unit, codes, sample values, how sure and why."""
    lines = [_line(proposal.column(column.header), column) for column in mapping.columns]
    return pd.DataFrame(lines, columns=[COLUMN, READ_AS, UNIT, CODES, SAMPLES, SURE, WHY])


def _line(proposed: ColumnProposal, column: ColumnMapping) -> tuple[str, ...]:
    unit = unit_cell(column)
    samples = ", ".join(proposed.samples)
    return (column.header, read_as(column), unit, code_words(column), samples, *_reason(proposed, column))


def _reason(proposed: ColumnProposal, column: ColumnMapping) -> tuple[str, str]:
    """Confidence and evidence; what the analyst changed is not argued about."""
    if read_as(column) != read_as(proposed.mapping):
        return "yours", "Chosen by you."
    sure = f"{100 * proposed.confidence:.0f} %" if proposed.confidence else ""
    if unit_cell(column) != unit_cell(proposed.mapping):
        return sure, f"{proposed.evidence} The unit is chosen by you."
    return sure, f"{proposed.evidence} {proposed.unit_evidence}".strip()


def code_words(column: ColumnMapping) -> str:
    """The codes of a column in one line: “1 = male, 2 = female”."""
    variable = column.of
    if variable is None:
        return ""
    shown = [code for code in column.codes if code.text != meaning_words(variable, code.means).lower()]
    words = [f"{code.text} = {meaning_words(variable, code.means)}" for code in shown[:_MOST_CODES]]
    more = [f"{len(shown) - _MOST_CODES} more"] if len(shown) > _MOST_CODES else []
    return ", ".join(words + more)


def meaning_words(variable: Variable, means: str) -> str:
    """A meaning for people: the answer's label, “unknown”, “not usable” or “?”."""
    if means == UNANSWERED:
        return "?"
    return next((choice.label for choice in variable.choices if choice.word == means), means)


def with_edits(
    mapping: CohortMapping, sample: Sample, edits: Mapping[int, Mapping[str, Any]]
) -> tuple[CohortMapping, list[str]]:
    """Put edited cells of :func:`mapping_table` back.

    Args:
        mapping: before.
        sample: of the file; units and codes of a column that is read anew are proposed from it.
        edits: line → column of the table → new cell, as ``st.data_editor`` tells them.

    Returns:
        The mapping after, and what could not be done, in words.
    """
    complaints = []
    for line, cells in edits.items():
        header = mapping.columns[int(line)].header
        try:
            if READ_AS in cells:
                mapping = read_column_as(mapping, sample, header, str(cells[READ_AS]))
            if UNIT in cells and not (cells[UNIT] == NO_UNIT and mapping.column(header).of is None):
                mapping = with_unit_cell(mapping, sample, header, cells[UNIT])
        except InputError as error:
            complaints.append(f"“{header}”: {error}")
    return mapping, complaints


def read_column_as(mapping: CohortMapping, sample: Sample, header: str, choice: str) -> CohortMapping:
    """Read a column as something else.

    Args:
        mapping: before.
        sample: of the file.
        header: the column.
        choice: one of :func:`choices`.

    Raises:
        InputError: when there is no such column or choice.
    """
    if choice == BIRTH:
        return read_as_birth(mapping, sample, header)
    if choice == PRESSURES:
        return read_as_variable(mapping, sample, header, "systolic_bp").with_column(header, second="diastolic_bp")
    if choice in _LABELS:
        return read_as_variable(mapping, sample, header, _LABELS[choice])
    if choice not in _ROLES:
        raise InputError(f"A column cannot be read as “{choice}”.", hint="Choose one of the list.")
    return read_as_role(mapping, sample, header, _ROLES[choice])
