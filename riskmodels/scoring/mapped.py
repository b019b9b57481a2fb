"""Chunks from any table file by its mapping: foreign names, codes and units, for the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import numpy.typing as npt

from riskmodels.interop.columns.apply import apply
from riskmodels.interop.columns.mapping import CohortMapping, Visits
from riskmodels.interop.columns.visits import earlier_visits
from riskmodels.interop.table.chunks import Chunk as CellChunk
from riskmodels.interop.table.chunks import Source
from riskmodels.scoring.stream import CHUNK_ROWS, Chunk


@dataclass(frozen=True)
class MappedCohort:
    """A cohort file with what its columns mean.

    Args:
        source: reads its rows.
        mapping: every question of it answered.
        rows: of the file; 0 when not known.
        earlier: rows left out because the patient has a later one.
    """

    source: Source
    mapping: CohortMapping
    rows: int = 0
    earlier: npt.NDArray[np.int64] | None = field(default=None, repr=False)

    @property
    def inputs(self) -> frozenset[str]:
        """Variables that a column or a constant gives."""
        return frozenset(self.mapping.variables)

    @property
    def units(self) -> dict[str, str]:
        """Unit symbol by variable."""
        return {name: unit for name, unit in self.mapping.units.items() if unit}

    @property
    def delimiter(self) -> str:
        """Of a CSV; empty for other kinds."""
        return self.source.format.delimiter if self.source.format.kind == "csv" else ""

    def __iter__(self) -> Iterator[Chunk]:
        """Checked chunks, rows labelled by their number in the file."""
        return (check() for check in self.unchecked())

    def unchecked(self) -> Iterator[Callable[[], Chunk]]:
        """The same chunks, each checked when it is called."""
        for chunk in self.source.chunks(CHUNK_ROWS):
            yield partial(self._checked, chunk)

    def _checked(self, cells: CellChunk) -> Chunk:
        applied = apply(self.mapping, cells, self.earlier)
        return Chunk(applied.frame, applied.checked.problems, applied.cells)


def map_cohort(source: Source, mapping: CohortMapping, rows: int = 0) -> MappedCohort:
    """A cohort file by its mapping; where the latest visits are asked for, they are found in one pass before.

    Raises:
        InputError: when the columns of patients or dates are not there.
    """
    latest = mapping.visits is Visits.LATEST
    return MappedCohort(source, mapping, rows, earlier_visits(mapping, source) if latest else None)
