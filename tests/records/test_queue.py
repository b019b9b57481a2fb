"""What workers do: one job is claimed once, one runs for each person, what a dead worker left runs again once."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from riskmodels.records import LOCAL, Actor, Database, Job, LostJobError, Role, State, audit, jobs, queue

Submit = Callable[..., Job]
#: a worker that may be silent for no time at all: whatever runs counts as left behind
AT_ONCE = timedelta(seconds=-1)


def analyst(name: str) -> Actor:
    return Actor(name, name.title(), frozenset({Role.ANALYST}))


def claim(database: Database, worker: str = "w") -> Job | None:
    return queue.claim(database, worker, ["score"])


def found(database: Database, job: Job) -> Job:
    again = jobs.find(database, analyst(job.owner), job.id)
    assert again is not None
    return again


def test_oldest_job_is_claimed_first(database: Database, submit: Submit) -> None:
    first, _ = submit("a", owner="ann"), submit("b", owner="ben")
    claimed = claim(database)
    assert claimed is not None
    assert (claimed.id, claimed.state, claimed.attempts) == (first.id, State.RUNNING, 1)


def test_job_of_another_kind_is_left(database: Database, submit: Submit) -> None:
    submit("a")
    assert queue.claim(database, "w", ["train"]) is None


def test_second_job_of_a_person_waits_while_others_go_on(database: Database, submit: Submit) -> None:
    made = [submit(text, owner) for text, owner in (("a", "ann"), ("b", "ann"), ("c", "ben"))]
    assert [job and job.id for job in (claim(database), claim(database), claim(database))] == [
        made[0].id,
        made[2].id,
        None,
    ]
    queue.finish(database, made[0], "w", {})
    assert getattr(claim(database), "id", "") == made[1].id


def test_job_is_claimed_once_by_many_threads_on_two_connections(
    database: Database, second: Database, submit: Submit
) -> None:
    for i in range(12):
        submit(str(i), owner=f"person {i}")
    with ThreadPoolExecutor(8) as pool:
        claimed = list(pool.map(lambda i: claim((database, second)[i % 2], f"w{i}"), range(40)))
    times = Counter(job.id for job in claimed if job is not None)
    left = []
    while (job := claim(database)) is not None:  # a thread that lost every race came back with nothing
        left.append(job.id)
    assert set(times.values()) == {1}
    assert len(times) + len(left) == 12


def test_one_job_of_a_person_runs_however_many_ask(database: Database, second: Database, submit: Submit) -> None:
    for i in range(8):
        submit(str(i))
    with ThreadPoolExecutor(8) as pool:
        claimed = list(pool.map(lambda i: claim((database, second)[i % 2], f"w{i}"), range(16)))
    assert sum(job is not None for job in claimed) == 1


def test_beat_shows_the_progress(database: Database, submit: Submit) -> None:
    job = submit("a")
    claim(database)
    queue.beat(database, job, "w", 40)
    assert (found(database, job).done, found(database, job).share) == (40, 0.4)


def test_done_job_has_its_counts(database: Database, submit: Submit) -> None:
    job = submit("a")
    claim(database)
    queue.finish(database, job, "w", {"read": 90, "by_outcome": {"diabetes": 80}})
    again = found(database, job)
    assert (again.state, again.done, again.total, again.active) == (State.DONE, 90, 90, False)
    assert again.counts == {"read": 90, "by_outcome": {"diabetes": 80}}
    assert again.expires is not None


def test_silent_worker_loses_its_job_and_another_runs_it(database: Database, submit: Submit) -> None:
    job = submit("a")
    claim(database, "dead")
    queue.beat(database, job, "dead", 60)
    queue.sweep(database, stale=AT_ONCE)
    assert (found(database, job).state, found(database, job).done) == (State.QUEUED, 0)
    again = claim(database, "alive")
    assert again is not None
    assert (again.id, again.attempts) == (job.id, 2)


def test_worker_that_is_heard_of_keeps_its_job(database: Database, submit: Submit) -> None:
    job = submit("a")
    claim(database)
    queue.sweep(database)
    assert found(database, job).state is State.RUNNING


@pytest.mark.parametrize(
    "act",
    [
        lambda d, j: queue.beat(d, j, "dead", 1),
        lambda d, j: queue.finish(d, j, "dead", {}),
        lambda d, j: queue.fail(d, j, "dead", "wrong"),
        lambda d, j: queue.stopped(d, j, "dead"),
        lambda d, j: queue.release(d, j, "dead"),
    ],
    ids=["beat", "finish", "fail", "stopped", "release"],
)
def test_worker_that_wakes_too_late_changes_nothing(
    act: Callable[[Database, Job], object], database: Database, submit: Submit
) -> None:
    job = submit("a")
    claim(database, "dead")
    queue.sweep(database, stale=AT_ONCE)
    running = claim(database, "alive")
    with pytest.raises(LostJobError):
        act(database, job)
    assert found(database, job) == running


def test_job_that_was_left_behind_twice_failed_with_the_reason(database: Database, submit: Submit) -> None:
    job = submit("a")
    for _ in range(2):
        claim(database)
        queue.sweep(database, stale=AT_ONCE)
    again = found(database, job)
    assert (again.state, again.message) == (State.FAILED, "The app was stopped while this ran. Start it again.")


def test_job_that_was_left_behind_while_it_was_cancelled_is_cancelled(database: Database, submit: Submit) -> None:
    job = submit("a")
    claim(database)
    jobs.cancel(database, analyst("ann"), job.id)
    queue.sweep(database, stale=AT_ONCE)
    assert found(database, job).state is State.CANCELLED


def test_job_that_is_put_back_when_the_app_ends_counts_no_attempt(database: Database, submit: Submit) -> None:
    job = submit("a")
    for _ in range(3):
        claim(database)
        queue.release(database, job, "w")
    assert (found(database, job).state, found(database, job).attempts) == (State.QUEUED, 0)


def test_ended_job_goes_with_its_files_after_the_retention(database: Database, submit: Submit) -> None:
    job, kept = submit("a"), submit("b")
    jobs.cancel(database, analyst("ann"), job.id)
    queue.sweep(database)
    assert found(database, job).state is State.CANCELLED
    queue.sweep(database, retention=AT_ONCE)
    assert jobs.find(database, analyst("ann"), job.id) is None
    assert [path.name for path in database.jobs.iterdir()] == [kept.folder.name]


def test_job_that_goes_after_its_time_is_told_once_however_many_sweep(
    database: Database, second: Database, submit: Submit
) -> None:
    job = submit("a")
    jobs.cancel(database, analyst("ann"), job.id)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda i: queue.sweep((database, second)[i % 2], retention=AT_ONCE), range(8)))
    purged = [event for event in audit.events(database, LOCAL).rows if event.action == "purge"]
    assert [(event.actor, event.record_id) for event in purged] == [("system", job.id)]


def test_old_folder_without_a_job_is_removed_and_a_new_one_is_left(database: Database) -> None:
    old, new = jobs.new_folder(database), jobs.new_folder(database)
    before = time.time() - 2 * 3600
    os.utime(old, (before, before))
    queue.sweep(database)
    assert not old.exists()
    assert new.exists()


def test_files_that_a_worker_still_wrote_are_removed_with_the_deleted_job(database: Database, submit: Submit) -> None:
    job = submit("a")
    claim(database)
    jobs.delete(database, analyst("ann"), job.id)
    job.folder.mkdir()
    (job.folder / "late").write_text("x")
    queue.remove_if_gone(database, job)
    assert not job.folder.exists()
