"""The same scoring on many machines: Ray Data hands out pieces of a partitioned Parquet cohort to actors.

A piece is some row groups of one file; its result is one file, ``part-00042.parquet``, written by
:func:`riskmodels.scoring.stream.score_stream` itself. So a piece that is started again, because its actor's process
or machine died, puts the same rows under the same name: nothing is lost and nothing is there twice. Sorted by name the
parts are in the order of the cohort. ``_SUCCESS`` with the counts is written last.

Source and target are paths or addresses that fsspec knows (``s3://…``, ``gs://…``, ``abfs://…`` with its driver).
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fsspec  # type: ignore[import-untyped]
import numpy as np
import pyarrow as pa
import pyarrow.parquet

from riskmodels import ROOT
from riskmodels.errors import CareRiskError, FileError, InputError
from riskmodels.interop.columns.apply import apply
from riskmodels.interop.columns.baseline import has_events
from riskmodels.interop.columns.header import Column, read_headers
from riskmodels.interop.columns.layouts import Layout
from riskmodels.interop.columns.mapping import CohortMapping, Visits
from riskmodels.interop.columns.reading import fitting
from riskmodels.interop.table.parquet_source import cells_of
from riskmodels.scoring.own_columns import ready
from riskmodels.scoring.sinks import ParquetSink
from riskmodels.scoring.sources import CohortFile, checked_chunk, is_coded
from riskmodels.scoring.stream import CHUNK_ROWS, NOTHING, Chunk, Plan, StreamCounts, score_stream

if TYPE_CHECKING:
    from riskmodels.tabular.model import RiskModel

#: rows of a piece: small enough to do again without regret, large enough that the start of its file costs little
PIECE_ROWS = 262_144
SUCCESS = "_SUCCESS"
_NEEDS_MAPPING = (
    "Write a mapping by one of its files (python -m riskmodels columns FILE --out mapping.json), answer what is open, "
    "and give --mapping mapping.json."
)


@dataclass(frozen=True)
class Piece:
    """Some row groups of one file.

    Args:
        number: of the part that is written.
        path: of the file, as its file system names it.
        groups: row groups.
        first: row of the cohort it begins with.
        rows: how many.
    """

    number: int
    path: str
    groups: tuple[int, ...]
    first: int
    rows: int

    @property
    def name(self) -> str:
        """Name of the part it becomes."""
        return f"part-{self.number:05d}.parquet"


@dataclass(frozen=True)
class Cluster:
    """Where to compute.

    Args:
        address: of a Ray cluster (``auto``, ``ray://…``); a local one is started when empty.
        actors: processes that score; one for each GPU, or for each CPU but one, when 0.
        models: folder of the models, at the same place on every machine; the shipped ones when empty.
    """

    address: str = ""
    actors: int = 0
    models: str = ""


def score_on_ray(source: str, target: str, plan: Plan, cluster: Cluster, layout: Layout | None = None) -> StreamCounts:
    """Score a partitioned Parquet cohort.

    Args:
        source: a Parquet file, or a folder of them.
        target: a folder that is new or empty.
        plan: outcomes, reasons and progress; inputs and units are those of the source.
        cluster: where.
        layout: what the columns mean; without it they must be the app's own and leave no question.

    Returns:
        Counts over all pieces, as ``_SUCCESS`` holds them.

    Raises:
        CareRiskError: when Ray is not installed.
        FileError: when the source is no Parquet cohort.
        InputError: when the target is not empty, or an outcome is served by no model.
    """
    schema, pieces = list_pieces(source)
    meaning = _by_layout(layout, schema) if layout else _by_own_columns(source, schema, pieces)
    _refuse_full(target)
    full = replace(plan, inputs=meaning.inputs, units=meaning.units)
    job = Job(source, target, replace(full, progress=None, cancelled=None), meaning)
    ray = _start(cluster)
    try:
        counts = _run(ray, pieces, job, full, cluster)
    except BaseException:
        remove_parts(target)
        raise
    finally:
        if not cluster.address:
            ray.shutdown()
    _sweep(target)
    fs, folder = fsspec.core.url_to_fs(target)
    fs.pipe_file(f"{folder}/{SUCCESS}", json.dumps(asdict(counts), indent=1).encode())
    return counts


@dataclass(frozen=True)
class Job:
    """What every actor is told: source, target, plan and what the columns mean."""

    source: str
    target: str
    plan: Plan
    meaning: Meaning


@dataclass(frozen=True)
class Meaning:
    """What the columns of a cohort mean: the app's own, or a mapping.

    Args:
        columns: the app's own.
        worded: headers of answers in words.
        mapping: of other columns.
    """

    columns: tuple[Column, ...] = ()
    worded: frozenset[str] = frozenset()
    mapping: CohortMapping | None = None

    @property
    def inputs(self) -> frozenset[str]:
        """Variables that the cohort has."""
        if self.mapping is not None:
            return frozenset(self.mapping.variables)
        return frozenset(column.name for column in self.columns if column.name)

    @property
    def units(self) -> dict[str, str]:
        """Unit symbol by variable."""
        if self.mapping is not None:
            return {name: unit for name, unit in self.mapping.units.items() if unit}
        return {column.name: column.unit for column in self.columns if column.name and column.unit}

    def chunk(self, batch: pa.RecordBatch, first: int) -> Chunk:
        """Some rows, checked; the first is labelled ``first``."""
        if self.mapping is None:
            return checked_chunk(pa.Table.from_batches([batch]), self.columns, first, self.worded)
        applied = apply(self.mapping, cells_of(batch, first))
        return Chunk(applied.frame, applied.checked.problems, applied.cells)


def _by_layout(layout: Layout, schema: pa.Schema) -> Meaning:
    mapping = fitting(layout, tuple(schema.names))
    if mapping.visits is Visits.LATEST or has_events(schema.names):
        hint = "Use --engine stream, or score all visits of a file where each row has age and sex."
        raise InputError("The Ray engine looks at each row alone, not at a patient's other visits.", hint=hint)
    questions = mapping.questions()
    if questions:
        hint = "See them all: python -m riskmodels columns FILE --mapping JSON."
        raise InputError(questions[0].text, hint=hint, log=f"{len(questions)} open questions")
    return Meaning(mapping=mapping)


def _by_own_columns(source: str, schema: pa.Schema, pieces: Sequence[Piece]) -> Meaning:
    """The app's own columns, as far as they leave no question."""
    try:
        columns = read_headers(schema.names)
    except FileError as error:
        raise InputError(error.message, hint=_NEEDS_MAPPING) from None
    cohort = CohortFile((), columns, 0, "", coded=is_coded(schema))
    if pieces:
        fs, _ = fsspec.core.url_to_fs(source)
        with fs.open(pieces[0].path, "rb") as file:
            head = next(pa.parquet.ParquetFile(file).iter_batches(CHUNK_ROWS), None)
        found = ready(cohort, pa.Table.from_batches([head])) if head is not None else cohort
        if found is None:
            raise InputError("The columns of the cohort leave questions open.", hint=_NEEDS_MAPPING)
        cohort = found
    return Meaning(cohort.columns, cohort.worded)


def list_pieces(source: str, rows: int = 0) -> tuple[pa.Schema, list[Piece]]:
    """The columns of a Parquet cohort, and its pieces.

    Args:
        source: a Parquet file, or a folder of them; path or fsspec address.
        rows: of a piece at most, unless a row group has more; :data:`PIECE_ROWS` when 0.

    Raises:
        FileError: when there is no such file, or one is damaged.
    """
    fs, path = fsspec.core.url_to_fs(source)
    paths = [path] if fs.isfile(path) else sorted(p for p in fs.find(path) if p.endswith(".parquet"))
    if not paths:
        raise FileError(f"There is no Parquet file at {source}.", hint="The Ray engine reads Parquet files.")
    pieces: list[Piece] = []
    first = 0
    schema: pa.Schema = pa.schema([])
    for each in paths:
        try:
            with fs.open(each, "rb") as file:
                metadata = pa.parquet.read_metadata(file)
        except (pa.ArrowInvalid, OSError) as error:
            raise FileError(f"{each} is no Parquet file.", hint="The Ray engine reads Parquet files.") from error
        schema = schema if pieces else metadata.schema.to_arrow_schema().with_metadata(metadata.metadata)
        for groups, count in _together(metadata, rows or PIECE_ROWS):
            pieces.append(Piece(len(pieces), each, groups, first, count))
            first += count
    return schema, pieces


def _together(metadata: Any, most: int) -> Iterator[tuple[tuple[int, ...], int]]:
    """Consecutive row groups of at most so many rows."""
    groups: tuple[int, ...] = ()
    rows = 0
    for number in range(metadata.num_row_groups):
        more = metadata.row_group(number).num_rows
        if groups and rows + more > most:
            yield groups, rows
            groups, rows = (), 0
        groups, rows = (*groups, number), rows + more
    if groups:
        yield groups, rows


def _refuse_full(target: str) -> None:
    fs, path = fsspec.core.url_to_fs(target)
    if fs.exists(path) and fs.find(path):
        raise InputError(f"{target} is not empty.", hint="Name a new folder for the result.")
    fs.makedirs(path, exist_ok=True)


def _start(cluster: Cluster) -> Any:
    """Ray, connected: without usage reports, without its dashboard, with this code on its path."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray  # type: ignore[import-not-found, import-untyped, unused-ignore]

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its own deprecations
            import ray.data  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except ImportError as error:
        raise CareRiskError(
            "Ray is not installed.",
            hint="Install it: pip install --no-deps --require-hashes -r locks/scale.txt, or use --engine stream.",
        ) from error
    if ray.is_initialized():
        return ray
    if cluster.address:
        ray.init(address=cluster.address, log_to_driver=False)
        return ray
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    os.environ["PYTHONPATH"] = path  # the workers of a local cluster inherit it
    cpus = cluster.actors + 1 if cluster.actors else None
    ray.init(num_cpus=cpus, include_dashboard=False, log_to_driver=False, configure_logging=False)
    return ray


def _run(ray: Any, pieces: Sequence[Piece], job: Job, plan: Plan, cluster: Cluster) -> StreamCounts:
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    gpus = int(ray.cluster_resources().get("GPU", 0))
    cpus = int(ray.cluster_resources().get("CPU", 2))
    actors = min(cluster.actors or gpus or max(cpus - 1, 1), max(len(pieces), 1))
    rows = [{"piece": json.dumps(asdict(piece))} for piece in pieces]
    found = ray.data.from_items(rows, override_num_blocks=max(len(rows), 1)).map_batches(
        PieceScorer,
        fn_constructor_args=(job, cluster.models),
        batch_size=1,
        compute=ray.data.ActorPoolStrategy(size=actors),
        **({"num_gpus": 1} if gpus else {"num_cpus": 1}),
    )
    counts = NOTHING
    total = sum(piece.rows for piece in pieces)
    for row in found.iter_rows():
        counts += StreamCounts(**json.loads(row["counts"]))
        if plan.progress is not None:
            plan.progress(counts.read, total)
    return counts


class PieceScorer:
    """The actor: loads the models once, then scores piece after piece.

    Args:
        job: source, target, plan and what the columns mean.
        models: folder of the models; the shipped ones when empty.
    """

    def __init__(self, job: Job, models: str = "") -> None:
        import torch

        from riskmodels.tabular.model import SHIPPED, load_shipped

        torch.set_num_threads(1)  # an actor has one CPU
        self.job, self.models = job, load_shipped(Path(models) if models else SHIPPED)

    def __call__(self, batch: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """A batch of pieces, as JSON → their counts, as JSON."""
        counts = [asdict(score_piece(_piece(text), self.job, self.models)) for text in batch["piece"]]
        return {"counts": np.array([json.dumps(count) for count in counts])}


def _piece(text: str) -> Piece:
    data = json.loads(text)
    return Piece(**{**data, "groups": tuple(data["groups"])})


def score_piece(piece: Piece, job: Job, models: Mapping[str, RiskModel]) -> StreamCounts:
    """Score one piece and put its part into the target under its name, whole or not at all."""
    fs, folder = fsspec.core.url_to_fs(job.target)
    if "file" in (fs.protocol if isinstance(fs.protocol, tuple) else (fs.protocol,)):
        return score_stream(_chunks(piece, job), ParquetSink(Path(folder) / piece.name), models, job.plan)
    with tempfile.TemporaryDirectory() as here:
        local = Path(here) / piece.name
        counts = score_stream(_chunks(piece, job), ParquetSink(local), models, job.plan)
        fs.put_file(str(local), f"{folder}/{piece.name}")  # an object store shows an object when it is whole
    return counts


def _chunks(piece: Piece, job: Job) -> Iterator[Chunk]:
    fs, _ = fsspec.core.url_to_fs(job.source)
    first = piece.first + 2  # rows are numbered as a spreadsheet would: the header is row 1
    with fs.open(piece.path, "rb") as file:
        reader = pa.parquet.ParquetFile(file)
        for batch in reader.iter_batches(CHUNK_ROWS, row_groups=list(piece.groups)):
            yield job.meaning.chunk(batch, first)
            first += batch.num_rows


def _sweep(target: str) -> None:
    """Remove the temporary files of processes that died."""
    fs, folder = fsspec.core.url_to_fs(target)
    for path in fs.find(folder):
        if path.endswith(".part"):
            fs.rm_file(path)


def remove_parts(target: str) -> None:
    """Remove what an unfinished run has written."""
    _sweep(target)
    fs, folder = fsspec.core.url_to_fs(target)
    for path in fs.glob(f"{folder}/part-*.parquet"):
        fs.rm_file(path)
