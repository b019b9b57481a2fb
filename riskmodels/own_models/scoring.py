"""A file → estimates by a model of one's own: its columns read as in training, whatever else it holds carried along."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from riskmodels.interop.columns.apply import apply
from riskmodels.interop.columns.mapping import CohortMapping
from riskmodels.interop.table.chunks import Source
from riskmodels.own_models.columns import OwnColumn
from riskmodels.own_models.store import OwnModel
from riskmodels.runtime.progress import Tell, silent
from riskmodels.scoring.sinks import open_sink
from riskmodels.scoring.stream import CHUNK_ROWS, Chunk, Plan, StreamCounts, score_stream
from riskmodels.vocabulary import VOCABULARY


@dataclass(frozen=True)
class OwnCohort:
    """A file as chunks of checked rows, own inputs among them.

    Args:
        source: reads its rows.
        mapping: what its columns mean.
        columns: its own inputs.
    """

    source: Source
    mapping: CohortMapping
    columns: tuple[OwnColumn, ...]

    def __iter__(self) -> Iterator[Chunk]:
        """Checked chunks, rows labelled by their number in the file."""
        for chunk in self.source.chunks(CHUNK_ROWS):
            applied = apply(self.mapping, chunk, age_and_sex=False)
            problems, own = list(applied.checked.problems), {}
            for column in self.columns:
                own[column.variable.name], told = column.read(applied.cells[column.header], chunk.decimal)
                problems += told
            frame = pd.concat([applied.frame, pd.DataFrame(own, index=applied.frame.index)], axis=1)
            yield Chunk(frame, [p for p in problems if p.field not in _NOT_NEEDED or p.value], applied.cells)


#: that they are not told is no problem here: a model of one's own was trained with or without them
_NOT_NEEDED = ("age", "sex")


def score_file(
    kept: OwnModel, source: Source, target: Path, *, reasons: int = 3, rows: int = 0, tell: Tell = silent
) -> StreamCounts:
    """Score a file.

    Args:
        kept: the model.
        source: reads the rows.
        target: ``.parquet`` or ``.csv``; under its name only when all is written.
        reasons: how many reasons a row.
        rows: of the file, for the progress; 0 when not known.
        tell: told how far it is.

    Returns:
        Counts that add up.

    Raises:
        InputError: when the file has other columns.
        ModelFileError: when the model is damaged.
    """
    mapping, columns = kept.layout_of(source.headers)
    model = kept.load()
    units = {n: unit for n, unit in mapping.units.items() if unit and n in VOCABULARY}

    def progress(done: int, total: int) -> None:
        tell(done / total if total else 0.0, f"{done:,} rows")

    plan = Plan(outcomes=(kept.outcome,), units=units, reasons=reasons, total=rows, progress=progress)
    delimiter = source.format.delimiter if source.format.kind == "csv" else ","
    sink = open_sink(target, delimiter or ",")
    return score_stream(OwnCohort(source, mapping, columns), sink, {model.name: model}, plan)


def read_as(mapping: CohortMapping, columns: tuple[OwnColumn, ...], inputs: Collection[str]) -> list[str]:
    """What the columns that are used are read as, a line each.

    Args:
        mapping: of the file.
        columns: own inputs.
        inputs: names of the model's inputs.
    """
    lines = [
        f"  “{c.header}” → {c.of.label}{f' [{c.unit}]' if c.unit else ''}"
        for c in mapping.columns
        if c.of is not None and c.variable in inputs
    ]
    return lines + [f"  “{c.header}” → {_own_in_words(c)}" for c in columns]


def _own_in_words(column: OwnColumn) -> str:
    variable = column.variable
    what = f"one of {', '.join(c.word for c in variable.choices)}" if variable.choices else "a number"
    unit = f" [{variable.unit}]" if variable.unit else ""
    missing = f"; {', '.join(column.missing)} not measured" if column.missing else ""
    return f"own input {variable.label}{unit}, {what}{missing}"
