"""A cohort of an OMOP CDM 5.4 as a PatientFrame: one row an index date, the newest usable value of each variable.

Built some people at a time, so that memory does not grow with the database. See docs/omop.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pyarrow as pa

from riskmodels.cohorts.omop.concepts import find_concepts
from riskmodels.cohorts.omop.entries import Attrition, Design, entries
from riskmodels.cohorts.omop.facts import facts
from riskmodels.cohorts.omop.meanings import Code
from riskmodels.cohorts.omop.tables import Schemas, open_cdm, open_read_only
from riskmodels.cohorts.omop.values import Usage, newest_values
from riskmodels.cohorts.write import as_table, open_writer

#: people a chunk
PERSONS = 2_000
#: called with people looked at so far
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Cohort:
    """What :func:`build_cohort` made.

    Args:
        path: the file.
        rows: in it.
        attrition: see :meth:`riskmodels.cohorts.omop.entries.Attrition.table`.
        not_used: see :meth:`riskmodels.cohorts.omop.values.Usage.table`.
        read: values in the windows, by variable: what ``not_used`` is a part of.
        known: rows with a value, by variable; variables that no row has are left out.
        absent: codes of ours that the database's vocabulary lacks.
        gaps: what else it lacks, and what that costs, in words.
    """

    path: Path
    rows: int
    attrition: pd.DataFrame
    not_used: pd.DataFrame
    read: dict[str, int] = field(default_factory=dict)
    known: dict[str, int] = field(default_factory=dict)
    absent: tuple[Code, ...] = ()
    gaps: tuple[str, ...] = ()


def build_cohort(
    url: str,
    design: Design,
    out: Path,
    *,
    schemas: Schemas | None = None,
    dates: bool = False,
    persons: int = PERSONS,
    progress: Progress = lambda done: None,
) -> Cohort:
    """Write the cohort of an OMOP database.

    Args:
        url: of SQLAlchemy, PostgreSQL or SQLite; ``$CARERISK_OMOP_URL`` when empty.
        design: who, when and how far back.
        out: file to write, .parquet or .csv.
        schemas: where the tables are.
        dates: with a column of each value's date.
        persons: people a chunk.
        progress: called after each chunk.

    Returns:
        :class:`Cohort`. The file has ``person_id``, ``index_date`` and every variable of the vocabulary in its
        canonical unit, NaN unknown.

    Raises:
        InputError: when an argument is not understood.
        SourceDataError: when the database cannot be read, or is no CDM with vocabularies.
    """
    attrition, usage = Attrition(), Usage()
    known = pd.Series(dtype=int)
    rows = done = 0
    with open_writer(out, dates, pa.int64()) as writer, open_read_only(url) as connection:
        cdm = open_cdm(connection, schemas or Schemas(), with_cohort=design.cohort is not None)
        concepts = find_concepts(connection, cdm)
        for chunk in entries(connection, cdm, design, concepts.sexes, persons, attrition):
            values = newest_values(connection, cdm, concepts, chunk, design.look_back, usage)
            told = facts(connection, cdm, concepts, chunk, design.look_back, usage)
            table = as_table(chunk, pd.concat([v for v in (values, told) if not v.empty] or [told]), dates)
            writer.write_table(table)
            for counted in (values["variable"].value_counts(), told["variable"].value_counts(), chunk[["sex"]].count()):
                known = known.add(counted, fill_value=0)
            rows, done = rows + len(chunk), done + persons
            progress(done)
    counts = {str(name): int(number) for name, number in known.sort_index().items()}
    return Cohort(out, rows, attrition.table(), usage.table(), dict(usage.read), counts, concepts.absent, concepts.gaps)


__all__ = ["PERSONS", "Cohort", "Design", "Schemas", "build_cohort"]
