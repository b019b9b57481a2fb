"""Scoring jobs of the person at the screen: submit, find, cancel, delete, and the files of a result.

Every call asks again who that is, and the records refuse one who is no analyst.

The job's id is the only thing that may stand in the page's address. Reads are one short query each: made for
``@st.fragment(run_every="2s")``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from riskmodels.records import Database, Job, open_database
from riskmodels.records import jobs as records
from riskmodels.scoring.job_files import ResultFiles
from riskmodels.scoring.jobs import KIND, request_of, results_of, submit_scoring
from riskmodels.scoring.request import ScoreRequest, model_ids
from riskmodels.scoring.workers import Workers
from ui.models import shipped_models
from ui.sign_in import current_actor

if TYPE_CHECKING:
    from riskmodels.tabular.model import RiskModel

__all__ = ["Job", "ResultFiles", "ScoreRequest", "request_of", "results_of"]

#: sets of models kept for jobs that wait
_MOST_SETS = 8


class _Known:
    """The models that jobs were submitted with, by their ids: the version in force may change while some wait."""

    def __init__(self, first: Mapping[str, RiskModel]) -> None:
        self._first = first
        self._sets: dict[tuple[str, ...], Mapping[str, RiskModel]] = {}

    def add(self, models: Mapping[str, RiskModel]) -> None:
        """Remember a set; the oldest goes when there are too many."""
        self._sets[model_ids(models)] = models
        while len(self._sets) > _MOST_SETS:
            self._sets.pop(next(iter(self._sets)), None)

    def __call__(self, ids: tuple[str, ...]) -> Mapping[str, RiskModel]:
        """The set of those ids; the first one where it is not known, which the job then refuses."""
        return self._sets.get(ids, self._first)


@dataclass(frozen=True)
class _Service:
    database: Database
    workers: Workers
    models: _Known


def owner() -> str:
    """Id of the account of the person at the screen."""
    return current_actor().id


@st.cache_resource(show_spinner=False, on_release=lambda service: service.workers.stop())
def _service() -> _Service:
    """The database, brought up to date, and the threads that score: one set a process."""
    models = _Known(shipped_models())
    database = open_database()
    return _Service(database, Workers(database, models).start(), models)


def ready() -> None:
    """Open the database and start the workers, unless that is done: what an earlier run of the app left goes on.

    It may be called before any page is open, from a thread of the server's start; pages then share what it made.

    Raises:
        RecordsError: when the database cannot be reached, or is newer than the app; message and hint say what to do.
        ModelFileError: when a model is missing or damaged.
    """
    _service()


def submit(upload: bytes | Path, request: ScoreRequest, models: Mapping[str, RiskModel]) -> Job:
    """Queue a scoring. The same file, mapping and models give the same job, also when it is done already.

    Args:
        upload: the file.
        request: what to do; every question of its mapping answered.
        models: to score with: :func:`ui.models.shipped_models`.

    Raises:
        InputError: when a question is open.
        NotAllowedError: when the person is no analyst.
        RecordsError: when too many jobs wait, or the database cannot be reached.
    """
    service = _service()
    service.models.add(models)
    job = submit_scoring(service.database, current_actor(), upload, request, models)
    service.workers.wake()
    return job


def find(job_id: str) -> Job | None:
    """A job of the person by its id, as it stands now; None when there is none of theirs."""
    return records.find(_service().database, current_actor(), job_id)


def mine() -> list[Job]:
    """All scoring jobs of the person that are still kept, the newest first."""
    return records.of_owner(_service().database, current_actor(), KIND)


def ahead(job: Job) -> int:
    """How many jobs run or wait before one that waits."""
    return records.ahead_of(_service().database, job)


def cancel(job_id: str) -> None:
    """Stop a job: at once when it waits, between two chunks when it runs."""
    records.cancel(_service().database, current_actor(), job_id)


def delete(job_id: str) -> None:
    """Remove a job with its upload and results now, rather than after a day."""
    records.delete(_service().database, current_actor(), job_id)


def outdated(job: Job, models: Mapping[str, RiskModel]) -> bool:
    """Whether a job was made with other models than those in use."""
    return request_of(job).models != model_ids(models)
