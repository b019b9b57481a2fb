"""What an analyst changes in a proposed mapping; what depends on it is proposed anew from the sample of the file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from riskmodels.errors import InputError
from riskmodels.interop.columns import dates
from riskmodels.interop.columns.cell_columns import birth_formats
from riskmodels.interop.columns.mapping import NOT_USABLE, UNANSWERED, UNKNOWN, Code, CohortMapping, Role
from riskmodels.interop.columns.propose import describe_column
from riskmodels.interop.columns.sample import Sample
from riskmodels.units import find_unit


def read_as_variable(mapping: CohortMapping, sample: Sample, header: str, variable: str) -> CohortMapping:
    """Read a column as a variable, with the unit and the codes that its cells suggest.

    Args:
        mapping: before.
        sample: of the file.
        header: the column.
        variable: its name in the vocabulary; the same value for every row is taken back.

    Raises:
        InputError: when there is no such column.
    """
    proposed = describe_column(sample, header, variable).mapping
    constants = {name: value for name, value in mapping.constants.items() if name != variable}
    mapping = replace(mapping, constants=constants)
    if proposed.variable != variable:  # its values do not fit: the analyst's word counts, the problems will be told
        return mapping.with_column(header, variable=variable)
    second = proposed.second if proposed.second not in mapping.variables else ""
    told = {name: getattr(proposed, name) for name in ("unit", "codes", "unit_from", "decimal")}
    return mapping.with_column(header, role=Role.CARRIED).with_column(
        header, variable=variable, second=second, **told
    )  # fmt: skip


def read_as_role(mapping: CohortMapping, sample: Sample, header: str, role: Role) -> CohortMapping:
    """Read a column as the patient's number, the day of the visit, an outcome, or nothing.

    Number and day have one column each: another one that had the role is left out.

    Args:
        mapping: before.
        sample: of the file.
        header: the column.
        role: any but that of a value.

    Raises:
        InputError: when there is no such column.
    """
    if role not in (Role.CARRIED, Role.OUTCOME, Role.UNIT):
        for other in mapping.columns:
            if other.role is role and other.header != header:
                mapping = mapping.with_column(other.header, role=Role.CARRIED)
    formats = dates.formats_of(sample.cells[header]) if role is Role.DATE else ()
    return mapping.with_column(header, role=role, date_format=formats[0] if len(formats) == 1 else "")


def with_unit(mapping: CohortMapping, sample: Sample, header: str, symbol: str) -> CohortMapping:
    """Say in which unit a column is; its codes for “missing” are proposed anew, for they depend on it.

    Args:
        mapping: before.
        sample: of the file.
        header: the column.
        symbol: of the unit; empty where it is open again.

    Raises:
        InputError: when the column has no such unit.
    """
    column = mapping.column(header)
    if column.of is None:
        raise InputError("A column that is not used has no unit.", hint="Choose first what it is read as.")
    if not symbol:
        return mapping.with_column(header, unit="")
    found = find_unit(column.of.accepted, symbol)
    proposed = describe_column(sample, header, column.variable, found.symbol).mapping
    codes = proposed.codes if proposed.variable == column.variable else column.codes
    return mapping.with_column(header, unit=found.symbol, unit_from="", codes=_kept(column.codes, codes))


def with_unit_from(mapping: CohortMapping, header: str, beside: str) -> CohortMapping:
    """Say which column tells the unit of each row of another.

    Args:
        mapping: before.
        header: the column of numbers.
        beside: the column of units.

    Raises:
        InputError: when one of them is not there, or the first has no unit.
    """
    column = mapping.column(header)
    if column.of is None or not column.of.units:
        raise InputError("This column has no unit.", hint="Choose first what it is read as.")
    mapping = mapping.with_column(beside, role=Role.UNIT)
    return mapping.with_column(header, unit="", unit_from=mapping.column(beside).header)


def read_as_birth(mapping: CohortMapping, sample: Sample, header: str) -> CohortMapping:
    """Read a column as dates of birth, from which age is counted at the visit.

    Args:
        mapping: before; the same age for every row is taken back.
        sample: of the file.
        header: the column.

    Raises:
        InputError: when there is no such column.
    """
    formats = dates.formats_of(sample.cells[header]) or birth_formats(header, sample.cells[header])
    constants = {name: value for name, value in mapping.constants.items() if name != "age"}
    changed = replace(mapping, constants=constants).with_column(header, role=Role.CARRIED)
    date_format = formats[0] if len(formats) == 1 else ""
    return changed.with_column(header, variable="age", birth=True, date_format=date_format)


def _kept(before: Iterable[Code], after: Iterable[Code]) -> tuple[Code, ...]:
    """The new codes, where the analyst had answered one the answer stays."""
    answered = {code.text: code.means for code in before if code.means not in (UNANSWERED, UNKNOWN, NOT_USABLE)}
    return tuple(replace(code, means=answered.get(code.text, code.means)) for code in after)
