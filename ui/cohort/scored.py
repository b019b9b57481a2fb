"""The result of a scoring, read from its files: a column when it is needed, fifty rows when they are shown.

A large cohort never sits in the session as a whole; one of at most :data:`MOST_IN_MEMORY` rows does when scores are
added to it.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.parquet as pq

from riskmodels.interop.columns.mapping import Role
from riskmodels.interop.table.file_format import DELIMITERS
from riskmodels.outcomes import OUTCOME
from riskmodels.scoring import ScoredCohort
from riskmodels.scoring.cohort import MEASURED, PROBLEMS, parts_of
from riskmodels.scoring.stream import NUMBERS
from riskmodels.vocabulary import VOCABULARY
from ui.cohort.jobs import Job, ResultFiles, ScoreRequest
from ui.memo import remembered

#: rows of a cohort that published scores are added to, and that a report lists
MOST_IN_MEMORY = 200_000
_PARTS = (*NUMBERS, "validity", "held", "note", "reasons")
_RESULT, _TABLE, _FRAME = "cohort_result", "cohort_result_table", "cohort_result_frame"


@dataclass(frozen=True)
class Result:
    """A scored cohort.

    Args:
        key: id of the scoring.
        name: of the file.
        files: where the result is.
        request: what was asked.
        counts: rows by what became of them: read, scored, measured, not_scored, earlier_visits, with_problems, …
        outcomes: that were estimated.
        left_out: outcomes that the file has not the inputs for, and why.
        columns: column of the table by outcome and part.
        originals: columns of the file, as many come first in the table.
        index: row numbers of the file, in the order of the table.
    """

    key: str
    name: str
    files: ResultFiles
    request: ScoreRequest
    counts: Mapping[str, Any]
    outcomes: tuple[str, ...]
    left_out: Mapping[str, str]
    columns: Mapping[tuple[str, str], str]
    originals: int
    index: pd.Index = field(repr=False)
    _kept: dict[str, pd.Series] = field(default_factory=dict, repr=False)

    def column(self, outcome: str, part: str) -> pd.Series:
        """One result of all rows, by outcome and part."""
        name = self.columns[outcome, part]
        if name in self._kept:
            return self._kept[name]
        values = pq.read_table(self.files.table, columns=[name]).column(0).to_pandas()
        found = pd.Series(values.to_numpy() if part in NUMBERS else values.array, index=self.index)
        if part in NUMBERS:
            self._kept[name] = found
        return found

    def scored(self, outcome: str) -> pd.Series:
        """Whether each row has an estimate of the outcome (bool)."""
        return self.column(outcome, "risk").notna()

    def measured(self, outcome: str) -> pd.Series:
        """What a measurement says to the outcome, in words; empty where none does."""
        if (outcome, MEASURED) in self.columns:
            return self.column(outcome, MEASURED)
        return pd.Series("", index=self.index)

    @property
    def problems(self) -> pd.Series:
        """The problems of each row as one text."""
        return self.column("", PROBLEMS)

    @property
    def id_header(self) -> str:
        """The column that tells patients apart; empty when there is none."""
        patient = self.request.mapping.with_role(Role.PATIENT)
        return patient.header if patient else ""

    @property
    def delimiter(self) -> str:
        """Between the cells of the CSV."""
        with self.files.csv.open(encoding="utf-8-sig", newline="") as file:
            head = file.readline()
        width = len(pq.read_schema(self.files.table).names)
        return next((d for d in DELIMITERS if len(next(csv.reader([head], delimiter=d), [])) == width), ",")

    def rows(self, labels: pd.Index, names: list[str]) -> pd.DataFrame:
        """Some columns of the table for some rows, in the order asked for; only their row groups are read."""
        return self._taken(self.files.table, labels, names)

    def inputs(self, labels: pd.Index, names: list[str]) -> pd.DataFrame:
        """Some variables of the PatientFrame for some rows."""
        return self._taken(self.files.frame, labels, names)

    @property
    def variables(self) -> list[str]:
        """Columns of the PatientFrame."""
        return [name for name in pq.read_schema(self.files.frame).names if name != "row"]

    def input(self, name: str) -> pd.Series:
        """One variable of all rows."""
        return pd.Series(pq.read_table(self.files.frame, columns=[name]).column(0).to_numpy(), index=self.index)

    @property
    def small(self) -> bool:
        """Whether all of it may sit in memory."""
        return len(self.index) <= MOST_IN_MEMORY

    def frame(self) -> pd.DataFrame:
        """The whole PatientFrame, index = row of the file."""
        frame: pd.DataFrame = remembered(_FRAME, self.key, self._read_frame)
        return frame

    def _read_frame(self) -> pd.DataFrame:
        frame: pd.DataFrame = pd.read_parquet(self.files.frame).set_index("row")
        return frame

    def cohort(self) -> ScoredCohort:
        """All of it in memory."""
        return remembered(_TABLE, self.key, self._read_all)

    def _read_all(self) -> ScoredCohort:
        table = pd.read_parquet(self.files.table).set_axis(self.index)
        validity = [name for (_, part), name in self.columns.items() if part == "validity"]
        columns = {key: name for key, name in self.columns.items() if key[1] != "validity"}
        for name in validity:
            table[name] = table[name].astype("str")
        return ScoredCohort(table, self.originals, self.outcomes, dict(self.left_out), columns)

    def _taken(self, path: Any, labels: pd.Index, names: list[str]) -> pd.DataFrame:
        places = self.index.get_indexer(labels)
        with pq.ParquetFile(path) as file:
            ends = np.cumsum([file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)])
            groups = np.searchsorted(ends, places, side="right")
            parts = [self._of_group(file, g, ends, places[groups == g], names) for g in np.unique(groups)]
        found: pd.DataFrame = pd.concat(parts) if parts else pd.DataFrame(columns=names)
        return found.reindex(labels)

    def _of_group(
        self,
        file: pq.ParquetFile,
        group: int,
        ends: npt.NDArray[np.int64],
        places: npt.NDArray[np.intp],
        names: list[str],
    ) -> pd.DataFrame:
        start = int(ends[group - 1]) if group else 0
        part = file.read_row_group(int(group), columns=names).take(places - start).to_pandas()
        found: pd.DataFrame = part.set_axis(self.index[places])
        return found


def result_of(job: Job, files: ResultFiles, request: ScoreRequest, served: tuple[str, ...]) -> Result:
    """The result of a job that is done.

    Args:
        job: done.
        files: its.
        request: its.
        served: outcomes of the models.
    """
    return remembered(_RESULT, job.id, lambda: _open(job, files, request, served))


def _open(job: Job, files: ResultFiles, request: ScoreRequest, served: tuple[str, ...]) -> Result:
    names = pq.read_schema(files.table).names
    given = job.counts.get("by_outcome", {})
    outcomes = tuple(name for name in OUTCOME if name in given)
    parts = {o: _parts(job.counts, o) for o in outcomes}
    keys = [*((o, part) for o in outcomes for part in parts[o]), ("", PROBLEMS)]
    originals = len(names) - len(keys)
    rows = pq.read_table(files.frame, columns=["row"]).column(0).to_numpy()
    left_out = {name: _why(name, request) for name in OUTCOME if name in served and name not in given}
    columns = dict(zip(keys, names[originals:], strict=True))
    index = pd.Index(rows, name="row")
    return Result(job.id, request.name, files, request, job.counts, outcomes, left_out, columns, originals, index)


def _parts(counts: Mapping[str, Any], outcome: str) -> tuple[str, ...]:
    """The parts that a result has of an outcome: one of an earlier version counts neither what is held nor measured."""
    parts = tuple(part for part in _PARTS if part in counts or part != "held")
    return parts_of(outcome, parts) if counts.get("by_measurement") else parts


def _why(outcome: str, request: ScoreRequest) -> str:
    absent = [VOCABULARY[name].label for name in OUTCOME[outcome].required if name not in request.mapping.variables]
    return f"{absent[0]} is not in the file" if absent else "it was not asked for"
