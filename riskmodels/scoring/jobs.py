"""Scoring as a job: submitted with its upload, claimed by a worker, its result in the job's own folder.

    upload + request.json ──► chunks ──► mapping ──► estimates ──► scored.parquet, scored.csv, frame.parquet,
                                                                   problems.csv, rejects.csv

Everything that names a column or holds a cell stands in that folder, which goes with the job.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from riskmodels.errors import CareRiskError, InputError
from riskmodels.interop.columns.apply import Counts, apply
from riskmodels.interop.columns.mapping import Visits
from riskmodels.interop.columns.open_table import open_table
from riskmodels.interop.columns.visits import earlier_visits
from riskmodels.interop.table.chunks import Source
from riskmodels.interop.table.file_format import BLOCK
from riskmodels.records import cohorts, jobs, queue
from riskmodels.records.access import Actor, Role, require
from riskmodels.records.engine import Database
from riskmodels.records.errors import LostJobError
from riskmodels.records.jobs import Job
from riskmodels.records.schema import State
from riskmodels.runtime.hashes import file_hash
from riskmodels.scoring.job_files import Outputs, ResultFiles
from riskmodels.scoring.pulse import Pulse
from riskmodels.scoring.request import ScoreRequest, model_ids
from riskmodels.scoring.stream import CHUNK_ROWS, CancelledError, Chunk, Plan, StreamCounts, score_stream

if TYPE_CHECKING:
    from riskmodels.tabular.model import RiskModel

_LOG = logging.getLogger(__name__)
KIND = "score"
UPLOAD, REQUEST = "upload", "request.json"
WRONG = "Something went wrong while scoring. Start it again; if it happens again, tell whoever runs the app."

#: ids of models (see :func:`model_ids`) → the models by name
ModelsOf = Callable[[tuple[str, ...]], "Mapping[str, RiskModel]"]


def submit_scoring(
    database: Database,
    actor: Actor,
    upload: bytes | Path,
    request: ScoreRequest,
    models: Mapping[str, RiskModel],
) -> Job:
    """Queue a scoring; the file is copied into the job's folder.

    Args:
        database: the records.
        actor: whose it is; an analyst.
        upload: the file's bytes, or its path.
        request: what to do; every question of its mapping answered.
        models: to score with; the result depends on their versions.

    Returns:
        The new job, or the one of the same file, mapping and models that waits, runs or is done.

    Raises:
        InputError: when a question of the mapping is open.
        NotAllowedError: without the role of an analyst.
        RecordsError: when too many jobs wait, or the database cannot be reached.
    """
    require(actor, Role.ANALYST)  # before the upload is copied
    questions = request.mapping.questions()
    if questions:
        raise InputError(questions[0].text, hint="Answer it first.", log=f"{len(questions)} open questions")
    full = ScoreRequest(**{**vars(request), "models": model_ids(models)})
    folder = jobs.new_folder(database)
    try:
        sha256 = _store(upload, folder / UPLOAD)
        jobs.write_private(folder / REQUEST, full.to_json().encode())
        return jobs.submit(database, actor, KIND, jobs.key_of(sha256, full.decides()), folder, full.rows)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def request_of(job: Job) -> ScoreRequest:
    """What a job was asked to do.

    Raises:
        InputError: when it was written by another version of the app, or its files are gone.
    """
    try:
        return ScoreRequest.from_json((job.folder / REQUEST).read_text(encoding="utf-8"))
    except OSError:
        raise InputError("The files of this job are gone.", hint="Start it again.", log="request gone") from None


def results_of(job: Job) -> ResultFiles | None:
    """The files of a job that is done; None when it is not, or they are gone."""
    files = ResultFiles(job.folder)
    return files if job.state is State.DONE and files.table.is_file() else None


def run_job(
    database: Database,
    job: Job,
    worker: str,
    models_of: ModelsOf,
    *,
    stopping: Callable[[], bool] = lambda: False,
    threads: int = 1,
    chunk: int = CHUNK_ROWS,
) -> None:
    """Score a claimed job and say in the records how it ended. Raises nothing.

    Args:
        database: the records.
        job: from :func:`riskmodels.records.queue.claim`.
        worker: who claimed it.
        models_of: gives the models that the request names.
        stopping: whether the app ends; the job then goes back into the queue.
        threads: chunks scored at a time.
        chunk: rows of a chunk.
    """
    pulse = Pulse(database, job, worker, stopping)
    try:
        with pulse:
            counts = _score(job, models_of, pulse, threads, chunk)
        queue.beat(database, job, worker, int(counts["read"]))  # still the worker's: what follows is told of it
        _keep_cohort(database, job, counts)
        queue.finish(database, job, worker, counts)
    except LostJobError:
        _LOG.info("A job was given to another worker, or deleted")
        queue.remove_if_gone(database, job)
    except CancelledError:
        _give_back(database, job, worker, pulse)
    except Exception as error:  # whatever it is, the person is told and the worker goes on
        _fail(database, job, worker, pulse, error)


@dataclass(frozen=True)
class _Run:
    """What one job needs while it is scored."""

    request: ScoreRequest
    source: Source
    earlier: npt.NDArray[np.int64]
    outputs: Outputs
    pulse: Pulse
    chunk: int

    def pieces(self) -> Iterator[Chunk]:
        """The rows of the file as checked chunks; their problems and frames are written as they come."""
        latest = self.request.mapping.visits is Visits.LATEST
        for chunk in self.source.chunks(self.chunk):
            self.pulse.check()
            applied = apply(self.request.mapping, chunk, self.earlier if latest else None)
            self.outputs.add(applied)
            yield Chunk(applied.frame, applied.checked.problems, applied.cells)


def _score(job: Job, models_of: ModelsOf, pulse: Pulse, threads: int, chunk: int) -> dict[str, Any]:
    request = request_of(job)
    models = _models(request, models_of)
    source = open_table(job.folder / UPLOAD, request.file_format)
    latest = request.mapping.visits is Visits.LATEST
    earlier = earlier_visits(request.mapping, source) if latest else np.array([], dtype=np.int64)
    outputs = Outputs(ResultFiles(job.folder), source.format)
    run = _Run(request, source, earlier, outputs, pulse, chunk)
    plan = Plan(
        outcomes=request.outcomes,
        inputs=frozenset(request.mapping.variables),
        units={name: unit for name, unit in request.mapping.units.items() if unit},
        reasons=request.reasons,
        workers=threads,
        total=request.rows,
        progress=lambda done, _: pulse.tell(done + len(earlier)),
        cancelled=pulse.should_stop,
    )
    return _counts(score_stream(run.pieces(), outputs, models, plan), outputs.counts)


def _models(request: ScoreRequest, models_of: ModelsOf) -> Mapping[str, RiskModel]:
    models = models_of(request.models)
    if model_ids(models) != request.models:
        raise InputError("The models were changed since this was started.", hint="Start it again.")
    return models


def _counts(scored: StreamCounts, applied: Counts) -> dict[str, Any]:
    """Numbers that add up: ``read == scored + measured + not_scored + earlier_visits``."""
    return {
        "read": applied.read,
        "scored": scored.scored,
        "measured": scored.measured,
        "not_scored": scored.not_scored,
        "earlier_visits": applied.earlier_visits,
        "with_problems": scored.with_problems,
        "without_age_or_sex": applied.refused,
        "cautions": scored.cautions,
        "held": scored.held,
        "by_outcome": dict(scored.by_outcome),
        "by_measurement": dict(scored.by_measurement),
    }


def _keep_cohort(database: Database, job: Job, counts: Mapping[str, Any]) -> None:
    """That this file was scored stays in the records when the job's files are gone; the worker acts for the owner."""
    owner = Actor(job.owner, "", frozenset({Role.ANALYST}))
    if any(kept.job_id == job.id for kept in cohorts.of_owner(database, owner)):
        return  # by a worker that was killed between this and the job's end
    flat = {**counts, **counts["by_outcome"]}
    numbers = {name: int(count) for name, count in flat.items() if name not in ("by_outcome", "by_measurement")}
    cohorts.add(database, owner, job.id, file_hash(job.folder / UPLOAD), request_of(job).models, numbers)


def _give_back(database: Database, job: Job, worker: str, pulse: Pulse) -> None:
    try:
        if pulse.cancelled:
            queue.stopped(database, job, worker)
        elif pulse.lost:
            queue.remove_if_gone(database, job)
        else:
            queue.release(database, job, worker)
    except CareRiskError as error:
        _LOG.warning("A stopped job was not given back: %s", error.log)


def _fail(database: Database, job: Job, worker: str, pulse: Pulse, error: Exception) -> None:
    """The person reads what was wrong; the log gets the kind of error and nothing of the file."""
    if pulse.lost:  # its folder was removed under the worker
        queue.remove_if_gone(database, job)
        return
    known = isinstance(error, CareRiskError)
    _LOG.error("Scoring failed: %s", error.log if isinstance(error, CareRiskError) else type(error).__name__)
    try:
        queue.fail(database, job, worker, str(error) if known else WRONG)
    except LostJobError:
        queue.remove_if_gone(database, job)
    except CareRiskError as second:
        _LOG.warning("A failed job was not marked: %s", second.log)


def _store(upload: bytes | Path, target: Path) -> str:
    """Copy an upload to where only its owner can read it (0600), and give its SHA-256."""
    digest = hashlib.sha256()
    with os.fdopen(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        for block in _blocks(upload):
            digest.update(block)
            file.write(block)
    return digest.hexdigest()


def _blocks(upload: bytes | Path) -> Iterator[bytes]:
    if isinstance(upload, bytes):
        yield from (upload[start : start + BLOCK] for start in range(0, len(upload), BLOCK))
        return
    with upload.open("rb") as file:
        while block := file.read(BLOCK):
            yield block
