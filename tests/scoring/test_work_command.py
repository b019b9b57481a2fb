"""``python -m riskmodels work`` as a process: it scores what waits, gives way, gives back, and ends with its parent."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from riskmodels.interop.columns.mapping import Code, CohortMapping, ColumnMapping, Role
from riskmodels.records import LOCAL, Database, Job, State, open_database
from riskmodels.records import jobs as records
from riskmodels.scoring.jobs import results_of, submit_scoring
from riskmodels.scoring.request import ScoreRequest
from riskmodels.scoring.work_command import NICE
from riskmodels.tabular.model import load_shipped
from tests.waiting import HUNG, until

ROOT = Path(__file__).resolve().parents[2]
SEXES = (Code("f", "female"), Code("m", "male"))
MAPPING = CohortMapping(
    (ColumnMapping("age", "age", Role.VALUE, "years"), ColumnMapping("sex", "sex", Role.VALUE, codes=SEXES))
)
#: long enough to be caught at it
ROWS = 150_000
Work = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setenv("CARERISK_DATA", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    opened = open_database()
    yield opened
    opened.close()


@pytest.fixture
def work(database: Database) -> Iterator[Work]:
    """Starts the command; what still runs at the end of the test is killed."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "riskmodels", "work", *arguments]
        started.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE))
        assert started[-1].stdout is not None
        assert started[-1].stdout.readline().startswith(b"Scores cohorts")
        return started[-1]

    yield start
    for process in started:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def submitted(database: Database, rows: int) -> Job:
    lines = "\n".join(f"{20 + i % 60},{'fm'[i % 2]}" for i in range(rows))
    request = ScoreRequest("cohort.csv", MAPPING, rows=rows)
    return submit_scoring(database, LOCAL, f"age,sex\n{lines}\n".encode(), request, load_shipped())


def once(database: Database, job: Job, condition: Callable[[Job], bool]) -> Job:
    """The job once it is so."""

    def now() -> Job:
        found = records.find(database, LOCAL, job.id)
        assert found is not None
        return found

    until(lambda: condition(now()), 600)
    return now()


def test_job_that_waits_is_scored_with_the_shipped_models(database: Database, work: Work) -> None:
    job = submitted(database, 500)
    work()
    ended = once(database, job, lambda found: not found.active)
    assert (ended.state, ended.counts["read"]) == (State.DONE, 500)
    assert results_of(ended) is not None


@pytest.mark.skipif(not hasattr(os, "nice"), reason="no niceness on this system")
def test_it_lets_other_processes_go_first(work: Work) -> None:
    process = work()
    assert os.getpriority(os.PRIO_PROCESS, process.pid) == min(19, os.getpriority(os.PRIO_PROCESS, 0) + NICE)


def test_asked_to_end_it_gives_its_job_back_as_if_it_had_not_begun(database: Database, work: Work) -> None:
    job = submitted(database, ROWS)
    process = work()
    once(database, job, lambda found: found.state is State.RUNNING)
    process.terminate()
    assert process.wait(HUNG) == 0, "it was not patient"
    found = records.find(database, LOCAL, job.id)
    assert found is not None
    assert (found.state, found.attempts) == (State.QUEUED, 0)


def test_job_of_one_that_was_killed_goes_on_in_another(database: Database, work: Work) -> None:
    job = submitted(database, ROWS)
    first = work()
    once(database, job, lambda found: found.state is State.RUNNING)
    end(first)
    work()
    ended = once(database, job, lambda found: not found.active)
    assert (ended.state, ended.counts["read"], ended.attempts) == (State.DONE, ROWS, 2)


def test_it_ends_when_the_server_that_started_it_is_gone(database: Database) -> None:
    program = (
        "import os, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-m', 'riskmodels', 'work', '--parent', str(os.getpid())])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    server = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE)
    assert server.stdout is not None
    worker = int(server.stdout.readline())
    assert server.stdout.readline().startswith(b"Scores cohorts")  # the worker's: it is ready
    end(server)
    until(lambda: not _runs(worker))


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
