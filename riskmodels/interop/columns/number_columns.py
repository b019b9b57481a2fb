"""Columns of numbers, of dates of birth and of units → what each probably is, with evidence in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from riskmodels.columns import Floats
from riskmodels.interop.columns import dates
from riskmodels.interop.columns.cell_columns import birth_formats, holds_pairs, says_units
from riskmodels.interop.columns.code_guess import comparator_count, impossible_sentinels, number_codes
from riskmodels.interop.columns.mapping import MIXED, Code, CohortMapping, ColumnMapping, Role, is_unknown_word
from riskmodels.interop.columns.names import NameMatch, unit_of_header
from riskmodels.interop.columns.proposal import ColumnProposal, first_texts, samples_of
from riskmodels.interop.columns.quantities import column_of, read_quantities
from riskmodels.interop.columns.sample import Sample
from riskmodels.interop.columns.unit_guess import Told, UnitGuess, column_decimal, guess_unit, said_in_cells
from riskmodels.vocabulary import VOCABULARY


def as_number(header: str, sample: Sample, match: NameMatch, units: str = "") -> ColumnProposal:
    """What a column is as the number that its name says: unit, codes for missing, how its cells are read.

    Args:
        header: the column.
        sample: of the file.
        match: what its name says.
        units: header of the column that says the unit of each row; empty for none.
    """
    variable = VOCABULARY[match.variable]
    cells, odd = sample.cells[header], sample.odd.get(header, {})
    second = "diastolic_bp" if variable.name == "systolic_bp" and holds_pairs(header, cells) else ""
    decimal = column_decimal(cells, sample.format.decimal, variable)
    mapping = ColumnMapping(header, variable.name, Role.VALUE, unit_from=units, decimal=decimal, second=second)
    found = read_quantities(column_of(replace(mapping, unit=match.unit), sample.format.decimal), cells)
    in_cells, values = said_in_cells(found, variable)
    values = found.numbers if values is None else values
    bare = values[~np.isin(values, impossible_sentinels(values, variable))]
    told = Told(match.unit, match.unit_evidence, match.foreign)
    guess = guess_unit(bare, variable, told if match.unit or match.foreign else in_cells)
    if units:
        guess = UnitGuess(match.unit, f"Unit of each row from “{units}”.", 1.0)
    codes = _told_codes(match.codes, number_codes(_counted(values, header, sample), odd, variable, guess.unit))
    confidence, evidence = _fit(match, guess, cells, bare)
    if second:
        evidence += " Its cells hold two pressures: 126/83 is systolic and diastolic."
    return ColumnProposal(
        replace(mapping, unit=guess.unit, codes=codes), confidence, evidence, guess.evidence, samples_of(cells),
        comparators=comparator_count(odd, variable),
    )  # fmt: skip


def _counted(values: Floats, header: str, sample: Sample) -> Floats:
    """The column's numbers: of the whole file where they are few, else those looked at."""
    counts = sample.counts.get(header)
    if counts is None or sample.complete:
        return values
    numbers = pd.to_numeric(pd.Series(list(counts)), errors="coerce").to_numpy(dtype=float)
    return np.repeat(numbers, list(counts.values()))


def _told_codes(told: Sequence[Code], found: tuple[Code, ...]) -> tuple[Code, ...]:
    """Codes of the documentation first, those of the values beside them."""
    counts = {code.text: code.count for code in found}
    kept = tuple(replace(code, count=counts.get(code.text, 0)) for code in told)
    return (*kept, *(code for code in found if all(code.text != k.text for k in kept)))


def _fit(match: NameMatch, guess: UnitGuess, cells: pd.Series, values: Floats) -> tuple[float, str]:
    """Confidence and evidence: that of the name, lowered as far as the values do not fit."""
    filled = any(not is_unknown_word(text) for text in first_texts(cells)) or bool(np.isfinite(values).any())
    numbers = int(np.isfinite(values).sum())
    if not filled:
        return match.confidence * 0.8, f"{match.evidence} It holds no values."
    if numbers == 0:
        return 0.0, "But it holds no numbers."
    share = guess.plausible
    if not np.isfinite(share):
        return match.confidence * 0.8, match.evidence
    text = f"{match.evidence} {100 * share:.0f} % of its numbers are possible"
    text += f" in {guess.unit}." if guess.unit else "."
    return match.confidence * (1.0 if share >= 0.95 else 0.3 + 0.7 * share), text


def of_pressures(header: str, cells: pd.Series) -> NameMatch | None:
    """What the name of a column says whose cells hold both pressures; None where they do not."""
    if not holds_pairs(header, cells):
        return None
    unit, written = unit_of_header(header, VOCABULARY["systolic_bp"])
    told = f"The header says {unit}." if unit else ""
    foreign = "" if unit else written
    return NameMatch("systolic_bp", 0.95, "Its name is one of blood pressure.", unit, told, foreign=foreign)


def as_birth(header: str, cells: pd.Series) -> ColumnProposal | None:
    """A column of dates of birth; None where it is none."""
    formats = birth_formats(header, cells)
    if not formats:
        return None
    date_format = formats[0] if len(formats) == 1 else ""
    mapping = ColumnMapping(header, "age", Role.VALUE, date_format=date_format, birth=True)
    evidence = f"Its cells are dates of birth written {dates.all_in_words(formats)}: age is counted at the visit."
    return ColumnProposal(mapping, 0.9, evidence)


def as_unit(header: str, units: dict[str, str]) -> ColumnProposal | None:
    """A column that says the unit of another, row by row."""
    of = [f"“{value}”" for value, beside in units.items() if beside == header]
    if not of:
        return None
    evidence = f"It says the unit of {', '.join(of)}, row by row."
    return ColumnProposal(ColumnMapping(header, role=Role.UNIT), 0.9, evidence)


def giving_way(found: list[ColumnProposal]) -> list[ColumnProposal]:
    """Dates of birth give way to a column of ages, two pressures in one cell to columns of one pressure."""
    plain = {c.variable: c.header for c in found if c.variable and not (c.mapping.birth or c.mapping.second)}
    kept = []
    for c in found:
        given = [plain[name] for name in (c.variable, c.mapping.second) if name in plain]
        if given and (c.mapping.birth or c.mapping.second):
            evidence = f"{c.evidence} “{given[0]}” is used instead."
            c = ColumnProposal(ColumnMapping(c.header), 0.0, evidence, samples=c.samples, resembles=c.variable)
        kept.append(c)
    return kept


def lipids_agreeing(found: list[ColumnProposal]) -> list[ColumnProposal]:
    """Triglycerides are alike in mmol/L and g/L: they are in the unit that every other lipid of the file is in."""
    others = {c.unit for c in found if c.variable in ("total_cholesterol", "hdl_cholesterol", "ldl_cholesterol")}
    if others != {"mmol/L"}:
        return found
    return [
        replace(
            c,
            mapping=replace(c.mapping, unit="mmol/L"),
            unit_evidence=f"{c.unit_evidence} As the other lipids: mmol/L.",
        )
        if c.variable == "triglycerides" and not c.unit and "g/L" in c.unit_evidence and "header" not in c.unit_evidence
        else c
        for c in found
    ]


def cell_remarks(mapping: CohortMapping, sample: Sample) -> list[str]:
    """What the cells of a file say beside their numbers, in sentences.

    Args:
        mapping: of the file.
        sample: of it.
    """
    remarks = [
        f"“{c.header}” holds both pressures: 126/83 is systolic and diastolic." for c in mapping.columns if c.second
    ]
    remarks += [
        f"The unit of “{c.header}” is that of “{c.unit_from}” in each row." for c in mapping.columns if c.unit_from
    ]
    remarks += [
        f"“{c.header}” shows decimals {_SHOWN[c.decimal]}; the rest of the file {_SHOWN[sample.format.decimal]}."
        for c in mapping.columns
        if c.decimal not in ("", sample.format.decimal)
    ]
    visit = mapping.with_role(Role.DATE)
    remarks += [
        f"Age is counted in completed years from “{c.header}” to {f'“{visit.header}”' if visit else 'the day you say'}."
        for c in mapping.columns
        if c.birth
    ]
    unused = [c.header for c in mapping.columns if c.role is Role.CARRIED and says_units(c.header, sample)]
    return remarks + [
        f"“{header}” holds units and is not used: if it says those of a column, choose it as that column's unit."
        for header in unused
    ]


_SHOWN = {".": "with a point", ",": "with a comma", MIXED: "with points and with commas"}
