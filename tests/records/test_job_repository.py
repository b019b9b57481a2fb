"""What a page asks of the jobs: submit, find, cancel, delete; nobody sees another's."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from riskmodels.records import (
    LOCAL,
    Actor,
    Database,
    Job,
    NotAllowedError,
    RecordsError,
    Role,
    State,
    audit,
    jobs,
    queue,
)

Submit = Callable[..., Job]
ANN, BEN = (Actor(name, name.title(), frozenset({Role.ANALYST})) for name in ("ann", "ben"))


def folders(database: Database) -> set[str]:
    return {path.name for path in database.jobs.iterdir()}


def test_submitted_job_waits_and_is_found_by_its_owner(database: Database, submit: Submit) -> None:
    job = submit("a")
    assert (job.state, job.done, job.total, job.active) == (State.QUEUED, 0, 100, True)
    assert jobs.find(database, ANN, job.id) == job


def test_job_of_another_person_is_not_there(database: Database, submit: Submit) -> None:
    job = submit("a", owner="ann")
    assert jobs.find(database, BEN, job.id) is None
    assert jobs.of_owner(database, BEN) == []
    jobs.cancel(database, BEN, job.id)
    jobs.delete(database, BEN, job.id)
    assert jobs.find(database, ANN, job.id) == job


def test_ids_and_folders_are_random_and_long(submit: Submit) -> None:
    made = [submit(text) for text in "abcdefgh"]
    assert len({job.id for job in made} | {job.folder.name for job in made}) == 16
    assert {len(job.id) for job in made} == {32}


def test_same_key_gives_the_job_that_waits_and_keeps_no_second_upload(database: Database, submit: Submit) -> None:
    first = submit("a")
    assert submit("a").id == first.id
    assert folders(database) == {first.folder.name}


def test_same_key_of_another_person_is_another_job(submit: Submit) -> None:
    assert submit("a", owner="ann").id != submit("a", owner="ben").id


def test_same_key_gives_the_job_that_is_done(database: Database, submit: Submit) -> None:
    job = submit("a")
    queue.claim(database, "w", ["score"])
    queue.finish(database, job, "w", {"read": 100})
    assert submit("a").id == job.id


def test_same_key_after_a_failure_is_a_new_job(database: Database, submit: Submit) -> None:
    job = submit("a")
    queue.claim(database, "w", ["score"])
    queue.fail(database, job, "w", "The file is empty.")
    again = submit("a")
    assert again.id != job.id
    assert again.state is State.QUEUED


def test_done_job_whose_files_were_removed_is_run_again(database: Database, submit: Submit) -> None:
    job = submit("a")
    queue.claim(database, "w", ["score"])
    queue.finish(database, job, "w", {"read": 100})
    (job.folder / "upload").unlink()
    job.folder.rmdir()
    assert submit("a").state is State.QUEUED


def test_same_key_from_many_threads_is_one_job(database: Database, submit: Submit) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: submit("a"), range(16)))
    assert len({job.id for job in made}) == 1
    assert folders(database) == {made[0].folder.name}


def test_too_many_waiting_jobs_are_refused_and_leave_no_file(database: Database, submit: Submit) -> None:
    for i in range(jobs.MOST_QUEUED):
        submit(str(i))
    with pytest.raises(RecordsError, match="wait already"):
        submit("one more")
    assert len(folders(database)) == jobs.MOST_QUEUED
    assert submit("a", owner="ben").state is State.QUEUED


def test_jobs_of_a_person_come_newest_first(database: Database, submit: Submit) -> None:
    made = [submit(text).id for text in "abc"]
    assert [job.id for job in jobs.of_owner(database, ANN)] == made[::-1]


def test_waiting_job_knows_how_many_are_before_it(database: Database, submit: Submit) -> None:
    made = [submit(text, owner) for text, owner in (("a", "ann"), ("b", "ben"), ("c", "ann"))]
    assert [jobs.ahead_of(database, job) for job in made] == [0, 1, 2]


def test_waiting_job_is_cancelled_at_once(database: Database, submit: Submit) -> None:
    job = submit("a")
    jobs.cancel(database, ANN, job.id)
    found = jobs.find(database, ANN, job.id)
    assert found is not None
    assert found.state is State.CANCELLED
    assert queue.claim(database, "w", ["score"]) is None


def test_running_job_is_told_to_stop(database: Database, submit: Submit) -> None:
    job = submit("a")
    queue.claim(database, "w", ["score"])
    assert not queue.beat(database, job, "w", 10)
    jobs.cancel(database, ANN, job.id)
    assert queue.beat(database, job, "w", 20)


def test_ended_job_is_not_cancelled(database: Database, submit: Submit) -> None:
    job = submit("a")
    queue.claim(database, "w", ["score"])
    queue.finish(database, job, "w", {"read": 100})
    jobs.cancel(database, ANN, job.id)
    found = jobs.find(database, ANN, job.id)
    assert found is not None
    assert (found.state, found.cancelling) == (State.DONE, False)


def test_deleted_job_leaves_no_row_and_no_file(database: Database, submit: Submit) -> None:
    job = submit("a")
    jobs.delete(database, ANN, job.id)
    assert jobs.find(database, ANN, job.id) is None
    assert folders(database) == set()


def test_message_of_a_failure_is_for_the_person_and_not_in_the_database(database: Database, submit: Submit) -> None:
    job = submit("a")
    queue.claim(database, "w", ["score"])
    queue.fail(database, job, "w", "Mrs Miller’s age is 41 years.")
    found = jobs.find(database, ANN, job.id)
    assert found is not None
    assert found.message == "Mrs Miller’s age is 41 years."
    with database.read() as session:
        assert "Miller" not in str(session.execute(sa.text("SELECT * FROM job")).all())
    assert not any(b"Miller" in path.read_bytes() for path in database.folder.glob("carerisk.db*"))


def test_trail_says_who_submitted_cancelled_and_deleted_which_job(database: Database, submit: Submit) -> None:
    first, second = submit("a"), submit("b", owner="ben")
    jobs.cancel(database, ANN, first.id)
    jobs.delete(database, BEN, second.id)
    told = [(event.actor, event.action, event.record_id) for event in audit.events(database, LOCAL).rows][::-1]
    assert told == [
        ("ann", "submit", first.id),
        ("ben", "submit", second.id),
        ("ann", "cancel", first.id),
        ("ben", "delete", second.id),
    ]
    assert audit.verify(database).ok


def test_trail_says_nothing_of_what_had_no_effect(database: Database, submit: Submit) -> None:
    job = submit("a")
    submit("a")
    queue.claim(database, "w", ["score"])
    for _ in range(2):
        jobs.cancel(database, ANN, job.id)
    jobs.cancel(database, BEN, job.id)
    jobs.delete(database, BEN, job.id)
    assert [event.action for event in audit.events(database, LOCAL).rows] == ["cancel", "submit"]


def test_person_who_is_no_analyst_has_no_jobs(database: Database, submit: Submit) -> None:
    job = submit("a")
    nurse = Actor("ann", "Ann", frozenset({Role.CARE, Role.ADMIN}))
    for act in (
        lambda: jobs.submit(database, nurse, "score", "key", jobs.new_folder(database)),
        lambda: jobs.find(database, nurse, job.id),
        lambda: jobs.of_owner(database, nurse),
        lambda: jobs.cancel(database, nurse, job.id),
        lambda: jobs.delete(database, nurse, job.id),
    ):
        with pytest.raises(NotAllowedError, match="analyst"):
            act()


def test_key_tells_parts_apart() -> None:
    assert jobs.key_of("ab", "c") != jobs.key_of("a", "bc")
