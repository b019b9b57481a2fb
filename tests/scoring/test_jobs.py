"""Scoring as a job: from the stored upload to its files, with progress and cancelling; apps that are killed midway."""

from __future__ import annotations

import hashlib
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from riskmodels.errors import InputError
from riskmodels.interop.columns.mapping import UNKNOWN, CohortMapping, ColumnMapping, Role, Visits
from riskmodels.interop.table.file_format import FileFormat
from riskmodels.records import Actor, Database, Job, NotAllowedError, State, cohorts, jobs, open_database, queue
from riskmodels.records import Role as Right
from riskmodels.records.schema import Base
from riskmodels.scoring import pulse
from riskmodels.scoring import workers as workers_module
from riskmodels.scoring.jobs import request_of, results_of, run_job, submit_scoring
from riskmodels.scoring.request import ScoreRequest
from riskmodels.scoring.workers import Workers
from tests.waiting import HUNG, until

PROCESS = Path(__file__).with_name("app_process.py")
HEADERS = ("Patient", "Datum", "Alter", "Geschlecht", "Glukose (mmol/L)", "HDL")
MAPPING = CohortMapping(
    (
        ColumnMapping("Patient", role=Role.PATIENT),
        ColumnMapping("Datum", role=Role.DATE, date_format="%d.%m.%Y"),
        ColumnMapping("Alter", "age", Role.VALUE, "years"),
        ColumnMapping("Geschlecht"),
        ColumnMapping("Glukose (mmol/L)", "glucose", Role.VALUE, "mmol/L"),
        ColumnMapping("HDL", "hdl_cholesterol", Role.VALUE, "mg/dL"),
    )
).with_column("Geschlecht", variable="sex", codes=())
MAPPING = MAPPING.with_code("Geschlecht", "w", "female").with_code("Geschlecht", "m", "male")
MAPPING = MAPPING.with_code("HDL", "-9", UNKNOWN)


def analyst(name: str) -> Actor:
    return Actor(name, name.title(), frozenset({Right.ANALYST}))


def upload(rows: int = 1000) -> bytes:
    """A German export: semicolons, decimal commas, one odd cell, one row without sex, two visits of patient 7."""
    draws = np.random.default_rng(0)
    age, glucose, hdl = draws.integers(35, 79, rows), draws.uniform(4, 9, rows), draws.integers(30, 80, rows)
    lines = [";".join(HEADERS)]
    for i in range(rows):
        glucose_cell = f"{glucose[i]:.1f}".replace(".", ",")
        lines.append(f"{i};01.02.2026;{age[i]};{'wm'[i % 2]};{glucose_cell};{hdl[i]}")
    lines[3] = "7;01.01.2025;60;w;5,5;-9"
    lines[4] = "3;01.02.2026;61;w;nüchtern;50"
    lines[5] = "4;01.02.2026;62;;5,5;50"
    return "\n".join(lines).encode()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """An empty database, on SQLite and on PostgreSQL; a pulse that beats often."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(pulse, "BEAT", 0.02)
    url = request.getfixturevalue("postgresql_url") if request.param == "postgresql" else None
    opened = open_database(url, tmp_path / "data")
    yield opened
    opened.close()


@pytest.fixture
def model(linear_model: Any) -> Any:
    """A linear model with a version."""
    linear_model.version = "v1"
    return linear_model


@pytest.fixture
def submit(database: Database, model: Any) -> Callable[..., Job]:
    """Queues the German file: ``submit(rows, visits=Visits.LATEST)``."""

    def queued(rows: int = 1000, owner: str = "ann", **changes: Any) -> Job:
        request = ScoreRequest("kohorte.csv", replace(MAPPING, **changes), rows=rows)
        return submit_scoring(database, analyst(owner), upload(rows), request, {"population": model})

    return queued


def run(database: Database, model: Any, **options: Any) -> Job:
    """Claim the next job, run it, and give it as it stands then."""
    job = queue.claim(database, "w", ["score"])
    assert job is not None
    run_job(database, job, "w", lambda _: {"population": model}, **{"chunk": 100, **options})
    return found(database, job)


def found(database: Database, job: Job) -> Job:
    again = jobs.find(database, analyst(job.owner), job.id)
    assert again is not None
    return again


def rows(database: Database) -> bytes:
    """All that stands in the database."""
    with database.read() as session:
        return str([session.execute(sa.select(t)).all() for t in Base.metadata.sorted_tables]).encode()


def table(job: Job) -> pd.DataFrame:
    files = results_of(job)
    assert files is not None
    read: pd.DataFrame = pq.read_table(files.table).to_pandas()
    return read


class TestResult:
    def test_counts_add_up(self, database: Database, model: Any, submit: Callable[..., Job]) -> None:
        submit()
        counts = run(database, model).counts
        assert counts["read"] == counts["scored"] + counts["not_scored"] == 1000
        assert (counts["not_scored"], counts["without_age_or_sex"], counts["earlier_visits"]) == (1, 1, 0)
        assert counts["with_problems"] == 2
        assert counts["by_outcome"]["cvd_10y"] == 999

    def test_table_is_the_file_with_its_estimates_in_its_order(
        self, database: Database, model: Any, submit: Callable[..., Job]
    ) -> None:
        submit()
        scored = table(run(database, model))
        assert tuple(scored.columns[: len(HEADERS)]) == HEADERS
        assert [*scored["Patient"][:4], *scored["Patient"][-1:]] == ["0", "1", "7", "3", "999"]
        logit = -2 + 0.04 * 10 + 0.3 * -0.5 + 0.02 * (5.5 * 18.016 - 100)  # row 3, HDL is a code for unknown
        assert scored["cvd_10y_risk"][2] == pytest.approx(1 / (1 + np.exp(-logit)), rel=1e-3)
        assert "Glucose 5.5 mmol/L" in scored["cvd_10y_reasons"][2]

    def test_csv_has_the_delimiter_of_the_file_and_the_same_rows(
        self, database: Database, model: Any, submit: Callable[..., Job]
    ) -> None:
        submit()
        job = run(database, model)
        files = results_of(job)
        assert files is not None
        csv = pd.read_csv(files.csv, sep=";")
        assert list(csv.columns) == list(table(job).columns)
        assert csv["cvd_10y_risk"].to_numpy() == pytest.approx(table(job)["cvd_10y_risk"].to_numpy(), nan_ok=True)

    def test_frame_is_canonical_and_row_for_row_the_table(
        self, database: Database, model: Any, submit: Callable[..., Job]
    ) -> None:
        submit()
        files = results_of(run(database, model))
        assert files is not None
        frame = pq.read_table(files.frame).to_pandas()
        assert list(frame["row"]) == list(range(2, 1002))
        assert frame["glucose"][2] == pytest.approx(5.5 * 18.016, rel=1e-3)
        assert np.isnan(frame["hdl_cholesterol"][2])

    def test_problems_and_rejects_name_row_and_reason(
        self, database: Database, model: Any, submit: Callable[..., Job]
    ) -> None:
        submit()
        files = results_of(run(database, model))
        assert files is not None
        problems = pd.read_csv(files.problems, sep=";")
        assert [(p.row, p.column, p.value) for p in problems.itertuples() if p.effect == "unused"] == [
            (5, "Glukose (mmol/L)", "nüchtern")
        ]
        rejects = pd.read_csv(files.rejects, sep=";")
        assert (list(rejects["row"]), list(rejects["Patient"])) == ([6], [4])

    def test_latest_visits_leave_the_earlier_ones_out_and_count_them(
        self, database: Database, model: Any, submit: Callable[..., Job]
    ) -> None:
        submit(visits=Visits.LATEST)
        job = run(database, model)
        counts = job.counts
        assert counts["earlier_visits"] > 0
        assert counts["read"] == counts["scored"] + counts["not_scored"] + counts["earlier_visits"] == 1000
        assert "01.01.2025" not in set(table(job)["Datum"])

    def test_threads_change_nothing(self, database: Database, model: Any, submit: Callable[..., Job]) -> None:
        submit()
        one = table(run(database, model))
        submit(rows=1000, owner="ben")
        pd.testing.assert_frame_equal(table(run(database, model, threads=3)), one)

    def test_only_their_owner_can_read_the_files(
        self, database: Database, model: Any, submit: Callable[..., Job]
    ) -> None:
        submit()
        job = run(database, model)
        modes = {path.name: path.stat().st_mode & 0o777 for path in job.folder.iterdir()}
        assert set(modes) == {
            "upload", "request.json", "scored.parquet", "scored.csv", "frame.parquet", "problems.csv", "rejects.csv"
        }  # fmt: skip
        assert set(modes.values()) == {0o600}

    def test_nothing_of_the_file_stands_in_database_logs_or_names(
        self, database: Database, model: Any, submit: Callable[..., Job], caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        submit()
        run(database, model)
        submit(rows=50, visits="unheard of")  # fails
        assert run(database, model).state is State.FAILED
        names = " ".join(str(path) for path in database.folder.rglob("*"))
        stored = b"".join(path.read_bytes() for path in database.folder.glob("carerisk.db*")) + rows(database)
        for planted in ("Geschlecht", "Glukose", "nüchtern", "kohorte", "01.01.2025", "unheard"):
            assert planted not in caplog.text + names
            assert planted.encode() not in stored


class TestCohort:
    def test_scored_file_stays_in_the_records_by_hash_models_and_counts(
        self, database: Database, model: Any, submit: Callable[..., Job]
    ) -> None:
        job = submit()
        run(database, model)
        (kept,) = cohorts.of_owner(database, analyst("ann"))
        assert (kept.job_id, kept.file_hash) == (job.id, hashlib.sha256(upload()).hexdigest())
        assert kept.models == ("population@v1",)
        assert (kept.counts["read"], kept.counts["not_scored"], kept.counts["cvd_10y"]) == (1000, 1, 999)
        jobs.delete(database, analyst("ann"), job.id)
        assert cohorts.of_owner(database, analyst("ann")) == [kept]

    def test_worker_that_was_killed_before_the_end_was_said_leaves_one(
        self, database: Database, model: Any, submit: Callable[..., Job], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        submit()
        with monkeypatch.context() as killed:
            killed.setattr(queue, "finish", lambda *_: None)
            run(database, model)
        queue.sweep(database, stale=timedelta(seconds=-1))
        assert run(database, model).state is State.DONE
        assert len(cohorts.of_owner(database, analyst("ann"))) == 1

    def test_job_that_was_deleted_or_failed_leaves_none(
        self, database: Database, model: Any, submit: Callable[..., Job]
    ) -> None:
        job = queue.claim(database, "w", ["score"]) if submit() else None
        assert job is not None
        plain = model.estimate_and_explain

        def deleted(frame: pd.DataFrame, outcomes: list[str]) -> Any:
            jobs.delete(database, analyst("ann"), job.id)
            return plain(frame, outcomes)

        model.estimate_and_explain = deleted
        run_job(database, job, "w", lambda _: {"population": model})
        submit(rows=50, visits="unheard of")
        assert run(database, model).state is State.FAILED
        assert cohorts.of_owner(database, analyst("ann")) == []


class TestRequest:
    def test_it_comes_back_as_it_was(self, submit: Callable[..., Job]) -> None:
        assert request_of(submit()) == ScoreRequest("kohorte.csv", MAPPING, rows=1000, models=("population@v1",))

    def test_format_and_outcomes_come_back_too(self) -> None:
        form = FileFormat("excel", sheet="B", sheets=("A", "B"), header_row=3)
        request = ScoreRequest("x", MAPPING, form, ("diabetes",), 1, 10, ("a@1",))
        assert ScoreRequest.from_json(request.to_json()) == request

    def test_name_of_the_file_changes_no_result_and_a_code_does(self) -> None:
        request = ScoreRequest("x", MAPPING)
        assert replace(request, name="y", rows=3).decides() == request.decides()
        other = MAPPING.with_code("HDL", "-9", "not usable")
        assert replace(request, mapping=other).decides() != request.decides()

    def test_open_question_is_refused_before_anything_is_stored(self, database: Database, model: Any) -> None:
        request = ScoreRequest("x", MAPPING.with_column("HDL", unit=""))
        with pytest.raises(InputError, match="In which unit"):
            submit_scoring(database, analyst("ann"), upload(), request, {"population": model})
        assert list(database.jobs.iterdir()) == []

    def test_person_who_is_no_analyst_stores_nothing(self, database: Database, model: Any) -> None:
        nurse = Actor("ann", "Ann", frozenset({Right.CARE}))
        with pytest.raises(NotAllowedError, match="analyst"):
            submit_scoring(database, nurse, upload(), ScoreRequest("x", MAPPING), {"population": model})
        assert list(database.jobs.iterdir()) == []

    def test_same_file_is_scored_once_and_other_models_score_it_again(
        self, database: Database, model: Any, submit: Callable[..., Job]
    ) -> None:
        first = submit()
        assert submit().id == first.id
        model.version = "v2"
        assert submit().id != first.id

    def test_upload_can_be_a_path(self, database: Database, model: Any, tmp_path: Path) -> None:
        (tmp_path / "big.csv").write_bytes(upload())
        request = ScoreRequest("big.csv", MAPPING, rows=1000)
        job = submit_scoring(database, analyst("ann"), tmp_path / "big.csv", request, {"population": model})
        assert (job.folder / "upload").read_bytes() == upload()
        assert job.id == submit_scoring(database, analyst("ann"), upload(), request, {"population": model}).id

    def test_stored_text_of_another_version_is_refused(self) -> None:
        with pytest.raises(InputError, match="another version"):
            ScoreRequest.from_json('{"version": 0}')


class Slow:
    """A model that tells when it was asked, and answers when it may."""

    def __init__(self, model: Any) -> None:
        self._model, self.asked, self.go = model, Event(), Event()
        self.name, self.version, self.outcomes = model.name, model.version, model.outcomes
        self.variables = model.variables

    def estimate_and_explain(self, frame: pd.DataFrame, outcomes: list[str]) -> Any:
        self.asked.set()
        assert self.go.wait(HUNG)
        return self._model.estimate_and_explain(frame, outcomes)


class TestEnds:
    def test_progress_is_told_while_it_runs(self, database: Database, model: Any, submit: Callable[..., Job]) -> None:
        job = submit()
        seen: list[int] = []
        plain = model.estimate_and_explain

        def watched(frame: pd.DataFrame, outcomes: list[str]) -> Any:
            before = 100 * (len(model.rows_seen))
            until(lambda: found(database, job).done == before)
            seen.append(found(database, job).done)
            return plain(frame, outcomes)

        model.estimate_and_explain = watched
        run(database, model)
        assert seen == list(range(0, 1000, 100))

    def test_cancelled_job_ends_between_two_chunks_and_leaves_no_result(
        self, database: Database, model: Any, submit: Callable[..., Job], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        job, slow, heard = submit(), Slow(model), []
        plain = queue.beat
        monkeypatch.setattr(queue, "beat", lambda *told: heard.append(plain(*told)) or heard[-1])
        thread = Thread(target=run, args=(database, slow))
        thread.start()
        assert slow.asked.wait(HUNG)
        jobs.cancel(database, analyst("ann"), job.id)
        until(lambda: heard.count(True) >= 2)  # the pulse has kept the first before it asks for the second
        slow.go.set()
        thread.join(HUNG)
        ended = found(database, job)
        assert (ended.state, results_of(ended)) == (State.CANCELLED, None)
        assert {path.name for path in job.folder.iterdir()} == {"upload", "request.json"}
        assert len(model.rows_seen) == 1

    def test_deleted_job_stops_and_leaves_no_file(
        self, database: Database, model: Any, submit: Callable[..., Job]
    ) -> None:
        job, slow = submit(), Slow(model)
        claimed = queue.claim(database, "w", ["score"])
        assert claimed is not None
        thread = Thread(target=run_job, args=(database, claimed, "w", lambda _: {"population": slow}))
        thread.start()
        assert slow.asked.wait(HUNG)
        jobs.delete(database, analyst("ann"), job.id)
        slow.go.set()
        thread.join(HUNG)
        assert list(database.jobs.iterdir()) == []

    def test_app_that_ends_puts_its_job_back(self, database: Database, model: Any, submit: Callable[..., Job]) -> None:
        job = submit()
        back = run(database, model, stopping=lambda: len(model.rows_seen) >= 2)
        assert (back.state, back.attempts) == (State.QUEUED, 0)
        assert {path.name for path in job.folder.iterdir()} == {"upload", "request.json"}

    def test_file_without_rows_fails_with_the_reason(self, database: Database, model: Any) -> None:
        request = ScoreRequest("x.csv", MAPPING)
        submit_scoring(database, analyst("ann"), ";".join(HEADERS).encode() + b"\n", request, {"population": model})
        ended = run(database, model)
        assert ended.state is State.FAILED
        assert "no rows" in ended.message

    def test_file_with_other_columns_fails_with_the_reason(self, database: Database, model: Any) -> None:
        request = ScoreRequest("x.csv", MAPPING)
        submit_scoring(database, analyst("ann"), b"a;b\n1;2\n3;4\n", request, {"population": model})
        assert "is not in the file" in run(database, model).message

    def test_models_that_changed_meanwhile_are_not_used(
        self, database: Database, model: Any, submit: Callable[..., Job]
    ) -> None:
        submit()
        model.version = "v2"
        assert "models were changed" in run(database, model).message

    def test_error_that_nobody_expected_tells_the_person_to_try_again_and_the_log_its_kind(
        self, database: Database, model: Any, submit: Callable[..., Job], caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(*_: object) -> None:
            raise ZeroDivisionError("glucose of Mrs Miller")

        submit()
        model.estimate_and_explain = fail
        ended = run(database, model)
        assert (ended.state, ended.message[:20]) == (State.FAILED, "Something went wrong")
        assert "ZeroDivisionError" in caplog.text
        assert "Miller" not in caplog.text + ended.message


class TestWorkers:
    def test_jobs_of_several_people_are_done_beside_each_other(
        self, database: Database, model: Any, submit: Callable[..., Job]
    ) -> None:
        made = [submit(rows, owner) for rows, owner in ((300, "ann"), (200, "ann"), (300, "ben"))]
        workers = Workers(database, lambda _: {"population": model}, chunk=100).start()
        until(lambda: all(not found(database, job).active for job in made))
        workers.stop()
        assert [found(database, job).state for job in made] == [State.DONE] * 3

    def test_workers_that_stop_give_their_job_back(
        self, database: Database, model: Any, submit: Callable[..., Job]
    ) -> None:
        job, slow = submit(), Slow(model)
        workers = Workers(database, lambda _: {"population": slow}, chunk=100).start()
        assert slow.asked.wait(HUNG)
        stopping = Thread(target=workers.stop, args=(HUNG,))
        stopping.start()
        slow.go.set()
        stopping.join(HUNG)
        assert found(database, job).state in (State.QUEUED, State.DONE)
        assert found(database, job).attempts == (0 if found(database, job).state is State.QUEUED else 1)

    def test_computer_that_slept_takes_no_job_from_its_own_workers(
        self, database: Database, model: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        swept: list[float] = []
        clock = SimpleNamespace(time=lambda: now)
        monkeypatch.setattr(workers_module, "time", clock)
        monkeypatch.setattr(queue, "sweep", lambda *_: swept.append(now))
        workers = Workers(database, lambda _: {"population": model})
        for now in (1000.0, 1001.0, 1006.0, 9000.0, 9001.0, 9006.0):  # noqa: B007 – the clock reads it
            workers._sweep()
        assert swept == [1000.0, 1006.0, 9006.0]


def start_app(database: Database, chunks: int) -> subprocess.Popen[bytes]:
    """An app in a process of its own, which is ready."""
    url = "" if database.file else database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, PROCESS, database.folder, str(chunks)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "DATABASE_URL": url})
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return process


@pytest.fixture
def app(database: Database) -> Iterator[Callable[[int], subprocess.Popen[bytes]]]:
    """Starts apps on the database of the test; those that still run are killed at its end."""
    started: list[subprocess.Popen[bytes]] = []

    def start(chunks: int) -> subprocess.Popen[bytes]:
        started.append(start_app(database, chunks))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
class TestProcesses:
    def test_job_of_an_app_that_is_killed_midway_is_finished_by_the_next_with_the_same_result(
        self, database: Database, model: Any, submit: Callable[..., Job], app: Callable[[int], Any]
    ) -> None:
        submit(owner="undisturbed")
        expected = table(run(database, model))
        job = submit(owner="ann")
        killed = app(3)
        until(lambda: found(database, job).done == 300)
        killed.kill()
        killed.wait()
        left = found(database, job)
        assert (left.state, results_of(left)) == (State.RUNNING, None)
        assert [path for path in job.folder.iterdir() if path.suffix == ".part"]  # half a result, under no name
        app(100)
        until(lambda: not found(database, job).active)
        ended = found(database, job)
        assert (ended.state, ended.attempts, ended.counts["read"]) == (State.DONE, 2, 1000)
        pd.testing.assert_frame_equal(table(ended), expected)
        assert not [path for path in job.folder.iterdir() if path.suffix == ".part"]

    def test_two_apps_on_one_database_do_each_job_once(
        self, database: Database, submit: Callable[..., Job], app: Callable[[int], Any]
    ) -> None:
        made = [submit(rows=50 + i, owner=f"person {i % 3}") for i in range(6)]
        app(100)
        app(100)
        until(lambda: all(not found(database, job).active for job in made))
        ended = [found(database, job) for job in made]
        assert [(job.state, job.attempts, job.counts["read"]) for job in ended] == [
            (State.DONE, 1, 50 + i) for i in range(6)
        ]
