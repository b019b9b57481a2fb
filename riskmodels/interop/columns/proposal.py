"""What a file probably means, column by column, as it is proposed to the analyst."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from riskmodels.interop.columns.mapping import CohortMapping, ColumnMapping

_SAMPLES = 5
_LOOK = 1_000


@dataclass(frozen=True)
class ColumnProposal:
    """What one column probably is.

    Args:
        mapping: the proposal itself.
        confidence: 0–1; 0 where nothing is proposed.
        evidence: why, in words.
        unit_evidence: why that unit, or why it must be answered; empty when the variable has no unit.
        samples: a few distinct cells; none of a column that tells patients apart.
        resembles: variable that the column could also be, where its name is not known or the fit is poor.
        comparators: cells written with “<” or “>” in the whole file.
        distribution: what stands in it, in words, where the column must be looked at.
        documented: whether the documentation of the file's data set says so.
    """

    mapping: ColumnMapping
    confidence: float = 0.0
    evidence: str = ""
    unit_evidence: str = ""
    samples: tuple[str, ...] = ()
    resembles: str = ""
    comparators: int = 0
    distribution: str = ""
    documented: bool = False

    @property
    def header(self) -> str:
        """As in the file."""
        return self.mapping.header

    @property
    def variable(self) -> str:
        """Name in the vocabulary; empty for none."""
        return self.mapping.variable

    @property
    def unit(self) -> str:
        """Symbol; empty for none, or when it must be answered."""
        return self.mapping.unit


@dataclass(frozen=True)
class Proposal:
    """What a file probably means.

    Args:
        columns: one for each column of the file.
        mapping: all of it as a mapping, to be confirmed.
        dataset: title of the data set it was recognised as; empty for none.
        remarks: what else there is to know, in sentences.
        several_visits: whether patients stand in more than one row.
    """

    columns: tuple[ColumnProposal, ...]
    mapping: CohortMapping
    dataset: str = ""
    remarks: tuple[str, ...] = ()
    several_visits: bool = False

    def column(self, header: str) -> ColumnProposal:
        """The proposal of one column."""
        return next(c for c in self.columns if c.header == header)


def first_texts(cells: pd.Series) -> list[str]:
    """The first filled cells, as text."""
    return [text for text in cells.head(_LOOK).dropna().astype(str).tolist() if text.strip()]


def samples_of(cells: pd.Series) -> tuple[str, ...]:
    """A few distinct filled cells."""
    return tuple(dict.fromkeys(text.strip()[:40] for text in first_texts(cells)))[:_SAMPLES]
