"""Several rows a record, of which only the first has age and sex (REDCap, longitudinal): they serve its later rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pandas as pd

from riskmodels.interop.columns.mapping import is_unknown_word
from riskmodels.interop.columns.names import match_name
from riskmodels.interop.columns.spelling import compact
from riskmodels.interop.table.chunks import CHUNK_ROWS, Chunk, Source
from riskmodels.interop.table.row_shape import Baseline
from riskmodels.vocabulary import VOCABULARY

_EVENTS = frozenset(("redcapeventname", "redcaprepeatinstance", "redcaprepeatinstrument"))
_ONCE = ("age", "sex")
_SURE = 0.8
_BIRTH = re.compile(r"birth|geburt|dob$|^dob|naissance|nacimiento|nascita|nascimento")


def find_baseline(source: Source) -> Baseline | None:
    """Which columns of a REDCap export serve a record's later rows; None where it is no longitudinal one.

    Args:
        source: the file.

    Source: REDCap writes the record's id first, then ``redcap_event_name`` and the repeated instrument's instance.
    """
    return baseline_of(source.headers, source.headers[0]) if has_events(source.headers) else None


def has_events(headers: Sequence[str]) -> bool:
    """Whether the column names are those of a longitudinal REDCap export."""
    return bool(_EVENTS & {compact(header) for header in headers[1:]})


def baseline_of(headers: tuple[str, ...], record: str) -> Baseline | None:
    """The columns of age, sex and date of birth; None where there is none."""
    columns = tuple(header for header in headers if header != record and _is_told_once(header))
    return Baseline(record, columns) if columns else None


def _is_told_once(header: str) -> bool:
    found = match_name(header)
    return (found.variable in _ONCE and found.confidence >= _SURE) or bool(_BIRTH.search(compact(header)))


class BaselineSource:
    """A file whose later rows of a record have the first one's age and sex. See :class:`.chunks.Source`.

    Args:
        base: reads the rows.
        baseline: which column tells records apart, and which columns are told once.
    """

    def __init__(self, base: Source, baseline: Baseline) -> None:
        self._base, self._baseline = base, baseline
        self.format, self.headers = replace(base.format, baseline=baseline), base.headers
        self.date_formats: tuple[str, ...] = getattr(base, "date_formats", ())
        self._given = self._first_values()

    def _first_values(self) -> dict[str, pd.Series]:
        """By header: the first value of the record, for the rows that have none."""
        wanted = [self._baseline.record, *self._baseline.columns]
        cells = pd.concat(
            [chunk.cells for chunk in self._base.chunks(columns=wanted)] or [pd.DataFrame(columns=wanted)]
        )
        record = cells[self._baseline.record].astype("string").str.strip()
        given = {}
        for header in self._baseline.columns:
            known = cells[header].mask(_blank(cells[header]))
            first = known.groupby(record).transform("first")
            given[header] = first[known.isna() & first.notna()]
        return given

    @property
    def remarks(self) -> tuple[str, ...]:
        """Which rows have got a value of their record's first row."""
        base = tuple(getattr(self._base, "remarks", ()))
        told = [
            f"“{header}” ({_label(header)}) of a record's first row that has it serves {len(rows):,} of its other rows."
            for header, rows in self._given.items()
            if len(rows)
        ]
        return (*base, *told)

    def chunks(self, rows: int = CHUNK_ROWS, columns: list[str] | None = None) -> Iterator[Chunk]:
        """Its rows in order, what is told once filled in."""
        for chunk in self._base.chunks(rows, columns):
            cells = chunk.cells.copy(deep=False)
            for header, given in self._given.items():
                here = given.index.intersection(cells.index)
                if header in cells and len(here):
                    filled = cells[header].copy()
                    filled.loc[here] = given.loc[here]
                    cells[header] = filled
            yield replace(chunk, cells=cells)


def _blank(column: pd.Series) -> pd.Series:
    return column.isna() | column.astype("string").fillna("").map(is_unknown_word).astype(bool)


def _label(header: str) -> str:
    found = match_name(header).variable
    return VOCABULARY[found].label.lower() if found in _ONCE else "date of birth"
