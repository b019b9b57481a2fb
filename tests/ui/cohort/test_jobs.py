"""Jobs of the person at the screen: found again by their id, nobody else's, scored by another process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import enumerate as enumerate_threads
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from riskmodels.interop.columns.mapping import Code, CohortMapping, ColumnMapping, Role
from riskmodels.records import LOCAL, Actor, NotAllowedError, RecordsError, State
from riskmodels.records import Role as Right
from riskmodels.scoring import workers
from riskmodels.tabular.estimates import Estimates
from riskmodels.vocabulary import VOCABULARY
from tests.waiting import until
from ui.cohort import jobs as cohort_jobs
from ui.cohort.jobs import Job, ScoreRequest
from ui.database import database

MAPPING = CohortMapping(
    (
        ColumnMapping("age", "age", Role.VALUE, "years"),
        ColumnMapping("sex", "sex", Role.VALUE, codes=(Code("f", "female"), Code("m", "male"))),
    )
)
REQUEST = ScoreRequest("cohort.csv", MAPPING, rows=2)
FILE = b"age,sex\n50,f\n60,m\n"


class Tenth:
    """Every risk is 10 %, of nobody for a reason."""

    name, version, outcomes = "population", "v1", ("diabetes",)
    variables = VOCABULARY

    def estimate_and_explain(self, frame: pd.DataFrame, outcomes: list[str]) -> tuple[Any, Any]:
        risk, texts = (pd.DataFrame({o: [value] * len(frame) for o in outcomes}, frame.index) for value in (0.1, ""))
        reasons = pd.DataFrame({"age": np.zeros(len(frame))}, frame.index)
        said = dict.fromkeys(("refused", "cautions", "held", "bound"), texts)
        found = SimpleNamespace(risk=risk, low=risk, high=risk, logit=risk, **said)
        return Estimates.of(found), {o: SimpleNamespace(values=reasons) for o in outcomes}


MODELS: Any = {"population": Tenth()}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder of the test."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("CARERISK_DATA", str(tmp_path))
    database.clear()
    yield tmp_path
    database.clear()


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What the process that scores runs, in threads of the test."""
    monkeypatch.setattr(workers, "POLL", 0.02)
    running = workers.Workers(database(), lambda _: MODELS).start()
    yield
    running.stop()


def done(job: Job) -> Job:
    """The job once it has ended."""
    until(lambda: (found := cohort_jobs.find(job.id)) is not None and not found.active)
    found = cohort_jobs.find(job.id)
    assert found is not None
    return found


def test_submitted_file_is_scored_and_found_by_id_and_owner(worker: None) -> None:
    job = done(cohort_jobs.submit(FILE, REQUEST, MODELS))
    assert (job.state, job.counts["scored"]) == (State.DONE, 2)
    assert [mine.id for mine in cohort_jobs.mine()] == [job.id]
    assert cohort_jobs.request_of(job).name == "cohort.csv"
    files = cohort_jobs.results_of(job)
    assert files is not None
    assert list(pd.read_csv(files.csv)["diabetes_risk"]) == [0.1, 0.1]


def test_another_person_finds_and_removes_nothing(worker: None, monkeypatch: pytest.MonkeyPatch) -> None:
    job = done(cohort_jobs.submit(FILE, REQUEST, MODELS))
    with monkeypatch.context() as other:
        other.setattr(cohort_jobs, "current_actor", lambda: Actor("ben", "Ben", frozenset({Right.ANALYST})))
        assert cohort_jobs.find(job.id) is None
        assert cohort_jobs.mine() == []
        cohort_jobs.delete(job.id)
    assert cohort_jobs.find(job.id) == job


def test_person_who_is_no_analyst_anymore_finds_none_of_their_jobs(
    worker: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = done(cohort_jobs.submit(FILE, REQUEST, MODELS))
    monkeypatch.setattr(cohort_jobs, "current_actor", lambda: Actor(LOCAL.id, LOCAL.name, frozenset({Right.CARE})))
    for act in (cohort_jobs.mine, lambda: cohort_jobs.find(job.id), lambda: cohort_jobs.delete(job.id)):
        with pytest.raises(NotAllowedError, match="analyst"):
            act()


def test_deleted_job_is_gone_with_its_files(worker: None) -> None:
    job = done(cohort_jobs.submit(FILE, REQUEST, MODELS))
    cohort_jobs.delete(job.id)
    assert cohort_jobs.find(job.id) is None
    assert not job.folder.exists()


def test_job_of_an_earlier_run_of_the_app_is_still_there(worker: None) -> None:
    job = done(cohort_jobs.submit(FILE, REQUEST, MODELS))
    database.clear()
    assert cohort_jobs.find(job.id) == job


def test_cancelled_job_that_waits_is_over() -> None:
    job = cohort_jobs.submit(FILE, REQUEST, MODELS)
    assert cohort_jobs.ahead(job) == 0
    cohort_jobs.cancel(job.id)
    assert done(job).state is State.CANCELLED


def test_result_of_other_models_is_outdated(worker: None) -> None:
    job = done(cohort_jobs.submit(FILE, REQUEST, MODELS))
    newer: Any = {"population": SimpleNamespace(name="population", version="v2")}
    assert not cohort_jobs.outdated(job, MODELS)
    assert cohort_jobs.outdated(job, newer)


def test_pages_start_no_thread_that_scores() -> None:
    job = cohort_jobs.submit(FILE, REQUEST, MODELS)
    assert not [thread for thread in enumerate_threads() if thread.name.startswith("score-job")]
    assert cohort_jobs.find(job.id) == job


def test_database_that_cannot_be_opened_is_told_in_words(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://h/d")
    with pytest.raises(RecordsError, match="DATABASE_URL"):
        cohort_jobs.mine()
