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
#: of :attr:`CohortMapping.recoding`: which copy of the data set the file is must be answered
WHICH_COPY = "?"
#: decimals shown with a point in some cells of a column and with a comma in others
MIXED = "mixed"


class Role(StrEnum):
    """What a column is used for."""

    VALUE = "value"  # it holds a variable of the vocabulary
    CARRIED = "carried"  # it is kept beside the results and not used
    PATIENT = "patient"  # it tells patients apart; never an input, never logged
    DATE = "date"  # when the row was recorded
    OUTCOME = "outcome"  # what happened afterwards; never an input, offered to the report
    ASKED = "asked"  # what it holds must be answered before scoring
    UNIT = "unit"  # it says, row by row, in which unit another column is


class Combine(StrEnum):
    """How several columns of one variable become one value."""

    MEAN = "mean"  # of those known, e.g. three readings of a blood pressure
    FIRST = "first"  # the first known one, in the order of the mapping
    ANY = "any"  # yes when one says yes, no when all say no
    CHECKED = "checked"  # the answer of the box that is ticked, e.g. name___1 to name___3 of REDCap


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
    MEANING = "meaning"
    BOXES = "boxes"
    COPY = "copy"
    DAY = "day"


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
        unit: symbol of the unit of numbers that name none; empty when the variable has none, or when not answered.
        codes: meaning of distinct cells: all of a choice; of a number, those that are no measurement (−9, 999); of an
            outcome, which cells are a yes, where it is known.
        comparators: :data:`NOT_USABLE` or :data:`AT_BOUND`: what becomes of “<5”.
        date_format: of a date, as :func:`datetime.strptime` spells it, ``ISO`` for ISO 8601; empty: not answered.
        could_be: of a column that is asked about, the variables it can be; ``outcome`` for what happened afterwards.
        unit_from: header of the column that says the unit of each row; empty for none.
        decimal: how its cells show decimals, where they tell: ``.``, ``,`` or :data:`MIXED`; empty: as the file.
        second: variable of the number behind the slash of cells such as “126/83”; empty for none.
        birth: of age: whether its cells are dates of birth.
    """

    header: str
    variable: str = ""
    role: Role = Role.CARRIED
    unit: str = ""
    codes: tuple[Code, ...] = ()
    comparators: str = NOT_USABLE
    date_format: str = ""
    could_be: tuple[str, ...] = ()
    unit_from: str = ""
    decimal: str = ""
    second: str = ""
    birth: bool = False

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
        recoding: which of the copies of a public data set that were coded anew the file is, as
            :mod:`riskmodels.interop.columns.recoded` names them; :data:`WHICH_COPY` to be answered, empty for none.
        as_of: the day (ISO 8601) on which age is counted from a date of birth, where no column holds the visit's.
    """

    columns: tuple[ColumnMapping, ...]
    constants: dict[str, str] = field(default_factory=dict)
    combine: dict[str, Combine] = field(default_factory=dict)
    visits: Visits = Visits.ALL
    recoding: str = ""
    as_of: str = ""

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
        return tuple(c for c in self.columns if c.role is Role.VALUE and variable in (c.variable, c.second))

    def with_role(self, role: Role) -> ColumnMapping | None:
        """The first column of a role; None when there is none."""
        return next((c for c in self.columns if c.role is role), None)

    @property
    def variables(self) -> tuple[str, ...]:
        """Variables with a column or a constant, in the order of the vocabulary."""
        values = [c for c in self.columns if c.role is Role.VALUE]
        given = {name for c in values for name in (c.variable, c.second)} | set(self.constants)
        return tuple(name for name in VOCABULARY if name in given)

    @property
    def units(self) -> dict[str, str]:
        """Unit symbol by variable, of its first column; empty where each row says its own."""
        return {n: self.holding(n)[0].unit for n in self.variables if self.holding(n) and VOCABULARY[n].units}

    def questions(self) -> tuple[Question, ...]:
        """What must still be answered; empty when the mapping can be applied."""
        boxes = {c.header for n in self._box_sets() for c in self.holding(n)}
        found = [q for c in self.columns for q in _column_questions(c, boxed=c.header in boxes)]
        meanings = [q for q in found if q.asks is Asks.MEANING]
        others = [q for q in found if q.asks is not Asks.MEANING]
        first = (*self._copy_questions(), *meanings, *self._combine_questions(), *self._box_questions())
        last = (*self._needed_questions(), *self._visit_questions(), *self._day_questions())
        return (*first, *others, *last)

    def _copy_questions(self) -> list[Question]:
        text = "The numbers of this file are those of several copies of the UCI heart data. Which copy is it?"
        return [Question(Asks.COPY, "", "", text)] if self.recoding == WHICH_COPY else []

    def _box_sets(self) -> list[str]:
        """Variables that are held by boxes to tick."""
        return [n for n, rule in self.combine.items() if rule is Combine.CHECKED and len(self.holding(n)) > 1]

    def _box_questions(self) -> list[Question]:
        sets = [self.holding(n) for n in self._box_sets()]
        return [_box_question(c) for c in sets if any(code.means == UNANSWERED for part in c for code in part.codes)]

    def _combine_questions(self) -> list[Question]:
        values = [c for c in self.columns if c.role is Role.VALUE]
        counts = Counter(name for c in values for name in (c.variable, c.second) if name)
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

    def _day_questions(self) -> list[Question]:
        """On which day age is counted, where dates of birth are not beside dates of visits."""
        born = next((c for c in self.columns if c.birth), None)
        if born is None or self.as_of or self.with_role(Role.DATE) is not None:
            return []
        text = f"On which day was the file's data taken? Age is counted on it from “{born.header}”."
        return [Question(Asks.DAY, born.header, "age", text)]


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
    changed = changed if changed.role is Role.ASKED else replace(changed, could_be=())
    if changed.role is not Role.VALUE:
        codes = changed.codes if changed.role is Role.OUTCOME and "codes" in changes else ()
        return ColumnMapping(changed.header, role=changed.role, codes=codes, date_format=changed.date_format)
    if changed.variable not in VOCABULARY:
        raise InputError(f"“{changed.variable}” is not a variable.", hint="Choose one of the list.")
    if changed.variable != column.variable:
        changed = _fresh(changed, changes)
    if changed.unit:
        found = find_unit(VOCABULARY[changed.variable].accepted, changed.unit)
        changed = replace(changed, unit=found.symbol)
    return changed


def _fresh(column: ColumnMapping, changes: dict[str, Any]) -> ColumnMapping:
    """Of another variable: a unit and codes only as far as they were given with it."""
    variable = VOCABULARY[column.variable]
    unit = changes.get("unit", variable.unit if len(variable.units) == 1 else "")
    codes = changes.get("codes") or _unanswered(column, variable)
    kept = {
        name: changes[name] for name in ("unit_from", "decimal", "second", "birth", "date_format") if name in changes
    }
    return ColumnMapping(
        column.header, column.variable, column.role, unit=unit, codes=codes, comparators=column.comparators, **kept
    )


def _unanswered(column: ColumnMapping, variable: Variable) -> tuple[Code, ...]:
    if variable.kind is Kind.NUMBER:
        return ()
    words = {c.word for c in variable.choices}
    known = {c.text: c.text if c.text in words else UNANSWERED for c in column.codes}
    return tuple(
        replace(c, means=UNKNOWN if is_unknown_word(c.text) else known[c.text], evidence="") for c in column.codes
    )


def _column_questions(column: ColumnMapping, boxed: bool) -> list[Question]:
    if column.role is Role.ASKED:
        return [_meaning_question(column)]
    if (column.role is Role.DATE or column.birth) and not column.date_format:
        text = f"How are the dates in “{column.header}” written: day first, month first or year first?"
        return [Question(Asks.DATE, column.header, "", text, DATE_FORMATS)]
    variable = column.of
    if variable is None:
        return []
    found = []
    if variable.units and not (column.unit or column.unit_from or column.birth):
        choices = tuple(u.symbol for u in variable.accepted)
        text = f"In which unit is “{column.header}” ({variable.label}): {' or '.join(choices)}?"
        found.append(Question(Asks.UNIT, column.header, variable.name, text, choices))
    open_codes = [] if boxed else [code for code in column.codes if code.means == UNANSWERED]
    return found + [_code_question(column, variable, code) for code in open_codes]


def _meaning_question(column: ColumnMapping) -> Question:
    labels = [VOCABULARY[name].label for name in column.could_be if name in VOCABULARY]
    after = ["what happened afterwards"] if Role.OUTCOME in column.could_be else []
    text = f"What is “{column.header}”: {', '.join([*labels, *after])}, or something else?"
    return Question(Asks.MEANING, column.header, "", text, (*column.could_be, Role.CARRIED.value))


def _box_question(columns: tuple[ColumnMapping, ...]) -> Question:
    variable = VOCABULARY[columns[0].variable]
    names = ", ".join(f"“{c.header}”" for c in columns)
    text = f"{names} are boxes to tick of one question ({variable.label}). Which answer is each?"
    return Question(Asks.BOXES, columns[0].header, variable.name, text, answers(variable))


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
