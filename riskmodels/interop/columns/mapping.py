"""What every column of a foreign file means: the analyst's decisions, complete enough to be applied and saved.

:func:`riskmodels.interop.columns.propose.propose` fills one in, the analyst edits it, :meth:`CohortMapping.questions`
says what must still be answered, :func:`riskmodels.interop.columns.apply.apply` turns rows of the file into a
PatientFrame with it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from riskmodels.checks.columns import UNKNOWN_WORDS
from riskmodels.errors import InputError
from riskmodels.units import find_unit
from riskmodels.vocabulary import VOCABULARY, Kind, Variable

#: a code that stands for "not known": the input is unknown, and that is no problem
UNKNOWN = "unknown"
#: a code that cannot be used: the input is unknown, and every such cell is a problem
NOT_USABLE = "not usable"
#: of a comparator such as “<5”: the number is used as it stands (5)
AT_BOUND = "at its bound"
#: a code whose meaning must be answered before scoring
UNANSWERED = ""


class Role(StrEnum):
    """What a column is used for."""

    VALUE = "value"  # it holds a variable of the vocabulary
    CARRIED = "carried"  # it is kept beside the results and not used
    PATIENT = "patient"  # it tells patients apart; never an input, never logged
    DATE = "date"  # when the row was recorded


class Combine(StrEnum):
    """How several columns of one variable become one value."""

    MEAN = "mean"  # of those known, e.g. three readings of a blood pressure
    FIRST = "first"  # the first known one, in the order of the mapping
    ANY = "any"  # yes when one says yes, no when all say no


class Visits(StrEnum):
    """Which rows of a patient are used."""

    ALL = "all"
    LATEST = "latest"


class Asks(StrEnum):
    """What a question is about."""

    UNIT = "unit"
    CODE = "code"
    NEEDED = "needed"
    COMBINE = "combine"
    DATE = "date"


@dataclass(frozen=True)
class Code:
    """What one distinct cell of a column means.

    Args:
        text: the cell, in the spelling of :func:`code_key`.
        means: a choice's word (``female``), or :data:`UNKNOWN`, :data:`NOT_USABLE`, :data:`UNANSWERED`.
        count: how often it stands in what was read of the file.
        evidence: why this is proposed, in words.
    """

    text: str
    means: str
    count: int = 0
    evidence: str = ""


@dataclass(frozen=True)
class ColumnMapping:
    """What one column means.

    Args:
        header: as in the file, made distinct.
        variable: name in the vocabulary; empty unless the role is ``VALUE``.
        role: what the column is used for.
        unit: symbol of the unit its numbers are in; empty when the variable has none, or when it is not answered.
        codes: meaning of distinct cells: all of a choice; of a number, those that are no measurement (−9, 999).
        comparators: :data:`NOT_USABLE` or :data:`AT_BOUND`: what becomes of “<5”.
        date_format: of a date, as :func:`datetime.strptime` spells it, ``ISO`` for ISO 8601; empty: not answered.
    """

    header: str
    variable: str = ""
    role: Role = Role.CARRIED
    unit: str = ""
    codes: tuple[Code, ...] = ()
    comparators: str = NOT_USABLE
    date_format: str = ""

    @property
    def of(self) -> Variable | None:
        """The variable it holds; None when it holds none."""
        return VOCABULARY[self.variable] if self.role is Role.VALUE else None


@dataclass(frozen=True)
class Question:
    """What must be answered before scoring.

    Args:
        asks: what it is about.
        header: the column; empty when no column is there.
        variable: the variable; empty for a date.
        text: a full sentence.
        choices: possible answers as they go into the mapping.
        code: the code that is asked about.
    """

    asks: Asks
    header: str
    variable: str
    text: str
    choices: tuple[str, ...] = ()
    code: str = ""


@dataclass(frozen=True)
class CohortMapping:
    """What a file means.

    Args:
        columns: one for each column of the file, in its order.
        constants: variable → the value of every row, as a choice's word or as a number in the canonical unit.
        combine: variable → how its several columns become one value.
        visits: which rows of a patient are used; needs a column of role PATIENT and one of role DATE for ``LATEST``.
    """

    columns: tuple[ColumnMapping, ...]
    constants: dict[str, str] = field(default_factory=dict)
    combine: dict[str, Combine] = field(default_factory=dict)
    visits: Visits = Visits.ALL

    def column(self, header: str) -> ColumnMapping:
        """The mapping of one column.

        Raises:
            InputError: when there is no such column.
        """
        for column in self.columns:
            if column.header == header:
                return column
        raise InputError(f"There is no column “{header}”.", hint="Choose one of the file.", log="no such column")

    def with_column(self, header: str, **changes: Any) -> CohortMapping:
        """The same with one column changed: ``mapping.with_column("hba1c", unit="mmol/mol")``.

        A variable makes the role VALUE and leaves off a unit that it does not accept, and codes of another variable.

        Raises:
            InputError: when there is no such column, or the change is not possible.
        """
        changed = _changed(self.column(header), changes)
        return replace(self, columns=tuple(changed if c.header == header else c for c in self.columns))

    def with_code(self, header: str, text: str, means: str) -> CohortMapping:
        """The same with one code of one column answered; a code that is not there yet is added."""
        column, key = self.column(header), code_key(text)
        kept = tuple(replace(c, means=means) if c.text == key else c for c in column.codes)
        if all(c.text != key for c in kept):
            kept += (Code(key, means),)
        return self.with_column(header, codes=kept)

    def holding(self, variable: str) -> tuple[ColumnMapping, ...]:
        """The columns that hold a variable."""
        return tuple(c for c in self.columns if c.role is Role.VALUE and c.variable == variable)

    def with_role(self, role: Role) -> ColumnMapping | None:
        """The first column of a role; None when there is none."""
        return next((c for c in self.columns if c.role is role), None)

    @property
    def variables(self) -> tuple[str, ...]:
        """Variables with a column or a constant, in the order of the vocabulary."""
        given = {c.variable for c in self.columns if c.role is Role.VALUE} | set(self.constants)
        return tuple(name for name in VOCABULARY if name in given)

    @property
    def units(self) -> dict[str, str]:
        """Unit symbol by variable, of its first column; canonical where it has no column."""
        return {n: self.holding(n)[0].unit for n in self.variables if self.holding(n) and VOCABULARY[n].units}

    def questions(self) -> tuple[Question, ...]:
        """What must still be answered; empty when the mapping can be applied."""
        found = [q for column in self.columns for q in _column_questions(column)]
        return (*found, *self._combine_questions(), *self._needed_questions(), *self._visit_questions())

    def _combine_questions(self) -> list[Question]:
        counts = Counter(c.variable for c in self.columns if c.role is Role.VALUE)
        return [_combine_question(self.holding(n)) for n, k in counts.items() if k > 1 and n not in self.combine]

    def _needed_questions(self) -> list[Question]:
        missing = [name for name in ("age", "sex") if name not in self.variables]
        return [
            Question(
                Asks.NEEDED,
                "",
                name,
                f"Which column holds {VOCABULARY[name].label.lower()}, or which value has every row? "
                "Without it nothing is estimated.",
                tuple(c.word for c in VOCABULARY[name].choices),
            )
            for name in missing
        ]

    def _visit_questions(self) -> list[Question]:
        if self.visits is Visits.ALL:
            return []
        missing = [role for role in (Role.PATIENT, Role.DATE) if self.with_role(role) is None]
        texts = {
            Role.PATIENT: "Which column tells patients apart? The latest visit is asked for.",
            Role.DATE: "Which column holds the date? The latest visit is asked for.",
        }
        return [Question(Asks.DATE, "", "", texts[role]) for role in missing]


def code_key(text: str) -> str:
    """One spelling of a cell: trimmed, a minus sign as “-”, 1.0 and 01 as 1, words in lower case."""
    trimmed = text.strip().replace("−", "-")
    if _NUMBER.fullmatch(trimmed):
        number = float(trimmed)
        return f"{number:.0f}" if number.is_integer() and abs(number) < 1e15 else f"{number:g}"
    return trimmed.lower()


_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")


def answers(variable: Variable) -> tuple[str, ...]:
    """What a code of the variable can mean, the answers first."""
    return (*(c.word for c in variable.choices), UNKNOWN, NOT_USABLE)


def is_unknown_word(text: str) -> bool:
    """Whether a cell says “not known” in every column: empty, n/a, unknown, …"""
    return text.strip().lower() in UNKNOWN_WORDS


def _changed(column: ColumnMapping, changes: dict[str, Any]) -> ColumnMapping:
    if "role" in changes:
        changes = changes | {"role": Role(changes["role"])}
    elif "variable" in changes:
        changes = changes | {"role": Role.VALUE if changes["variable"] else Role.CARRIED}
    changed = replace(column, **changes)
    if changed.role is not Role.VALUE:
        return replace(changed, variable="", unit="", codes=(), comparators=NOT_USABLE)
    if changed.variable not in VOCABULARY:
        raise InputError(f"“{changed.variable}” is not a variable.", hint="Choose one of the list.")
    if changed.variable != column.variable:
        changed = _fresh(changed, changes)
    if changed.unit:
        found = find_unit(VOCABULARY[changed.variable].units, changed.unit)
        changed = replace(changed, unit=found.symbol)
    return changed


def _fresh(column: ColumnMapping, changes: dict[str, Any]) -> ColumnMapping:
    """Of another variable: a unit and codes only as far as they were given with it."""
    variable = VOCABULARY[column.variable]
    unit = changes.get("unit", variable.unit if len(variable.units) == 1 else "")
    codes = changes.get("codes") or _unanswered(column, variable)
    return replace(column, unit=unit, codes=codes)


def _unanswered(column: ColumnMapping, variable: Variable) -> tuple[Code, ...]:
    if variable.kind is Kind.NUMBER:
        return ()
    words = {c.word for c in variable.choices}
    known = {c.text: c.text if c.text in words else UNANSWERED for c in column.codes}
    return tuple(
        replace(c, means=UNKNOWN if is_unknown_word(c.text) else known[c.text], evidence="") for c in column.codes
    )


def _column_questions(column: ColumnMapping) -> list[Question]:
    if column.role is Role.DATE and not column.date_format:
        text = f"How are the dates in “{column.header}” written: day first, month first or year first?"
        return [Question(Asks.DATE, column.header, "", text, DATE_FORMATS)]
    variable = column.of
    if variable is None:
        return []
    found = []
    if variable.units and not column.unit:
        choices = tuple(u.symbol for u in variable.units)
        text = f"In which unit is “{column.header}” ({variable.label}): {' or '.join(choices)}?"
        found.append(Question(Asks.UNIT, column.header, variable.name, text, choices))
    return found + [_code_question(column, variable, code) for code in column.codes if code.means == UNANSWERED]


def _code_question(column: ColumnMapping, variable: Variable, code: Code) -> Question:
    text = f"What does “{code.text}” mean in “{column.header}” ({variable.label})?"
    return Question(Asks.CODE, column.header, variable.name, text, answers(variable), code.text)


def _combine_question(columns: tuple[ColumnMapping, ...]) -> Question:
    variable = VOCABULARY[columns[0].variable]
    names = ", ".join(f"“{c.header}”" for c in columns)
    choices = (Combine.MEAN, Combine.FIRST) if variable.kind is Kind.NUMBER else (Combine.FIRST, Combine.ANY)
    text = f"The columns {names} are all {variable.label}. Leave all but one out, or say how they are combined."
    return Question(Asks.COMBINE, columns[0].header, variable.name, text, tuple(choices))


#: formats a date can be declared to be in
DATE_FORMATS = ("ISO", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y%m%d", "%Y")
