"""A FHIR export → a cohort as a PatientFrame: the files once into the store, then patient by patient out of it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa

from riskmodels.cohorts.fhir_bulk.counts import READ, Counts
from riskmodels.cohorts.fhir_bulk.export import read_export
from riskmodels.cohorts.fhir_bulk.files import find_files
from riskmodels.cohorts.fhir_bulk.people import Design, Row, read_people
from riskmodels.cohorts.fhir_bulk.store import Group, Store, open_store
from riskmodels.cohorts.write import KEYS, open_writer, schema
from riskmodels.errors import InputError, SourceDataError
from riskmodels.vocabulary import VARIABLES

#: patients handed to a process at a time, and batches that wait for each process
_BATCH, _AHEAD = 50, 3
#: rows written at a time
_ROWS = 5_000
_EVERY = 2.0
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Source:
    """What is read.

    Args:
        path: a file, or the folder of an export.
        server: address of the export's own server, where absolute references stand beside relative ones.
    """

    path: Path
    server: str = ""


def build_cohort(
    source: Source, design: Design, out: Path, *, dates: bool = False, processes: int = 1, tell: Tell = lambda _: None
) -> Counts:
    """Write the cohort of an export.

    Args:
        source: what is read.
        design: when patients are looked at.
        out: file to write, .parquet.
        dates: with a column of each value's date.
        processes: that read patients; with 1, this one alone.
        tell: told how far it is.

    Returns:
        What became of every line, resource and patient. The file has ``person_id`` (the Patient's id), ``index_date``
        and every variable of the vocabulary in its canonical unit, NaN unknown.

    Raises:
        InputError: when there is nothing to read, or ``out`` is no .parquet.
        SourceDataError: when the disk is full, or a process was ended.
    """
    if out.suffix != ".parquet":  # ids of senders are text: a spreadsheet could run what begins as a formula
        raise InputError(f"{out.name} does not end in .parquet.", hint="Name the file cohort.parquet.")
    files, others = find_files(source.path)
    out.parent.mkdir(parents=True, exist_ok=True)
    counts = Counts(others=others)
    with open_store(out) as store, open_writer(out, dates, pa.string()) as writer:
        read_export(files, store, counts, tell)
        store.link(source.server)
        waiting: list[Row] = []
        patients, told = store.patients(), time.monotonic()
        for rows, part in _read(store, design, processes):
            counts.add(part)
            waiting += rows
            if len(waiting) >= _ROWS:
                writer.write_table(_table(waiting, dates))
                waiting.clear()
            if time.monotonic() - told >= _EVERY:
                told = time.monotonic()
                tell(f"{counts.patients.total():,} of {patients:,} patients, {counts.rows:,} rows")
        writer.write_table(_table(waiting, dates))
        _count_the_rest(store, counts)
    return counts


def _read(store: Store, design: Design, processes: int) -> Iterator[tuple[list[Row], Counts]]:
    """Patients read, in the order of the export."""
    if processes == 1:
        for groups in _batches(store.groups()):
            yield read_people(groups, design)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        ahead: deque[Future[tuple[list[Row], Counts]]] = deque()
        try:
            for groups in _batches(store.groups()):
                ahead.append(pool.submit(read_people, groups, design))
                if len(ahead) >= _AHEAD * processes:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        except BrokenProcessPool:
            raise SourceDataError(
                "A process that reads patients was ended by the system, most likely for want of memory.",
                hint="Use fewer: --processes 1.",
                log="fhir bulk: process ended",
            ) from None


def _batches(groups: Iterator[Group]) -> Iterator[list[Group]]:
    """Some patients at a time, fewer where they have much."""
    batch: list[Group] = []
    size = 0
    for group in groups:
        batch.append(group)
        size += len(group.resources)
        if len(batch) >= _BATCH or size >= _BATCH * 100:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _count_the_rest(store: Store, counts: Counts) -> None:
    """What belongs to no patient of the export, and Medications."""
    for kind, place, shared in store.homeless():
        counts.refuse(place, kind, "two patients go by its patient's name" if shared else "its patient is not there")
    number = counts.resources.pop(("Medication", ""), 0)
    kept, used = store.medications()
    for fate, amount in ((READ, used), ("nothing refers to it", kept - used), ("replaced or deleted", number - kept)):
        if amount:
            counts.resources["Medication", fate] += amount


def _table(rows: list[Row], dates: bool) -> pa.Table:
    columns: dict[str, list[object]] = {KEYS[0]: [row.person for row in rows], KEYS[1]: [row.day for row in rows]}
    columns |= {v.name: [row.values.get(v.name) for row in rows] for v in VARIABLES}
    if dates:
        columns |= {f"{v.name}_date": [row.days.get(v.name) for row in rows] for v in VARIABLES}
    return pa.table(columns, schema(dates, pa.string()))


__all__ = ["Counts", "Design", "Source", "build_cohort"]
