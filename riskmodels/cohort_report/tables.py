"""What a report is made of: sections, each a table with a sentence that says what it shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from riskmodels.cohort_report.wording import FORMATS
from riskmodels.evaluation.report import NOT_ESTIMABLE

Kind = Literal["text", "count", "percent", "decimal", "signed", "value"]


@dataclass(frozen=True)
class Column:
    """How a column of a section's table is read.

    Args:
        name: column of the table.
        label: heading for people.
        kind: "text"; "count"; "percent" (a share 0–1); "decimal" and "signed" (a number near 1); "value" (any size).
        low, high: columns with the ends of its interval; empty where it has none.
    """

    name: str
    label: str
    kind: Kind = "text"
    low: str = ""
    high: str = ""

    def words(self, table: pd.DataFrame) -> pd.Series:
        """The column as text, with its interval in brackets; “not estimable” where there is no number."""
        if self.kind == "text":
            return table[self.name].astype(object).where(table[self.name].notna(), "").astype(str)
        form = FORMATS[self.kind]
        ends = [table[end] if end else pd.Series(float("nan"), index=table.index) for end in (self.low, self.high)]
        texts = [
            _with_interval(form(value), low, high, form) if value == value else NOT_ESTIMABLE
            for value, low, high in zip(table[self.name].astype(float), *ends, strict=True)
        ]
        return pd.Series(texts, index=table.index, dtype=object)


def _with_interval(text: str, low: float, high: float, form: object) -> str:
    if not callable(form) or low != low or high != high:
        return text
    return f"{text} ({form(low)} to {form(high)})"


@dataclass(frozen=True)
class Section:
    """One part of a report.

    Args:
        key: name in code, e.g. "drift"; also what :func:`riskmodels.cohort_report.figures.draw` draws it by.
        title: heading.
        finding: what it shows, in a sentence or two.
        basis: on which rows it stands and who is left out; empty where the finding says so.
        table: the figures, one row a line; numbers as numbers, shares 0–1, NaN = not estimable.
        columns: which of them people see, and how.
        drawn: what the figure is drawn from where that is not the table.
        private: holds values of single patients.
    """

    key: str
    title: str
    finding: str
    table: pd.DataFrame = field(repr=False)
    columns: tuple[Column, ...] = field(repr=False)
    drawn: pd.DataFrame | None = field(default=None, repr=False)
    private: bool = False
    basis: str = ""

    def words(self) -> pd.DataFrame:
        """The table as people read it: headings and texts, intervals in brackets."""
        return pd.DataFrame({c.label: c.words(self.table) for c in self.columns})


@dataclass(frozen=True)
class CohortReport:
    """A report on one outcome of one cohort.

    Args:
        outcome, outcome_label, definition: what was estimated.
        model, version: what estimated it.
        created: ISO date of the report.
        file: name of the analyst's file.
        read: rows of the cohort.
        estimated: rows with an estimate.
        labelled, events: rows with an estimate and a known outcome, and those of them with the event; 0 without an
            outcome column.
        computed_on: rows with an estimate that were described; fewer than ``estimated`` in large cohorts, drawn at
            random. Every section says its own.
        replicates, level: of the bootstrap intervals.
        sections: in the order of the report.
    """

    outcome: str
    outcome_label: str
    definition: str
    model: str
    version: str
    created: str
    file: str
    read: int
    estimated: int
    labelled: int
    events: int
    computed_on: int
    replicates: int
    level: float
    sections: tuple[Section, ...] = field(repr=False)

    def __getitem__(self, key: str) -> Section:
        return {s.key: s for s in self.sections}[key]

    def __contains__(self, key: object) -> bool:
        return any(s.key == key for s in self.sections)

    def __iter__(self) -> Iterator[Section]:
        return iter(self.sections)
