"""The room for work: results, refusals, limits, stopping, processes that die, and what a process gets to see."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from riskmodels.cds.service import RequestError
from riskmodels.errors import FileError
from riskmodels.tasks import Limits, Room, Task, TaskError
from tests.waiting import HUNG, until

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.append(str(HERE))

import chores  # noqa: E402


@pytest.fixture
def room() -> Iterator[Room]:
    made = Room(2)
    yield made
    made.stop()


def lives(process: int) -> bool:
    """Whether a thread of a process is there and no zombie: the first one may be gone before the others."""
    return any(_state(thread) not in "ZX" for thread in Path(f"/proc/{process}/task").glob("*/stat"))


def _state(thread: Path) -> str:
    try:
        return thread.read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "X"


def ended(task: Task[object]) -> TaskError:
    with pytest.raises(TaskError) as caught:
        task.result(HUNG)
    return caught.value


class TestResults:
    def test_function_runs_in_another_process_below_the_pages(self, room: Room) -> None:
        process, nice = room.start(chores.whoami).result(HUNG)
        assert process != os.getpid()
        assert nice == min(19, os.nice(0) + 5)

    def test_each_task_has_a_process_of_its_own(self, room: Room) -> None:
        assert room.start(chores.whoami).result(HUNG)[0] != room.start(chores.whoami).result(HUNG)[0]

    def test_result_larger_than_a_pipe_comes_through(self, room: Room) -> None:
        assert len(room.start(chores.large, 20_000_000).result(HUNG)) == 20_000_000

    def test_progress_is_told(self, room: Room, tmp_path: Path) -> None:
        task = room.start(chores.count_up, str(tmp_path))
        until(lambda: task.progress.share == 0.25)
        assert task.progress.words == "a quarter"
        assert not task.done

    def test_more_tasks_than_places_wait_for_their_turn(self, room: Room, tmp_path: Path) -> None:
        busy = [room.start(chores.count_up, str(tmp_path)) for _ in range(2)]
        third = room.start(chores.add, 1, 2)
        until(lambda: len(list(tmp_path.iterdir())) == 2)
        assert third.waiting
        busy[0].cancel()
        assert third.result(HUNG) == 3


class TestErrors:
    def test_refusal_keeps_its_class_words_and_text_for_the_log(self, room: Room) -> None:
        with pytest.raises(FileError) as caught:
            room.start(chores.refuse).result(HUNG)
        told = caught.value
        assert (told.message, told.hint, told.log) == ("The file is not a table.", "Save it as CSV.", "no table")

    def test_refusal_that_takes_more_than_a_message_comes_through(self, room: Room) -> None:
        with pytest.raises(RequestError) as caught:
            room.start(chores.refuse_request).result(HUNG)
        assert (caught.value.status, caught.value.missing) == (412, ("patient",))

    @pytest.mark.parametrize("chore", [chores.fail, chores.leave, chores.cannot_be_sent])
    def test_other_errors_are_told_without_what_they_say(
        self, room: Room, chore: Callable[..., object], capfd: pytest.CaptureFixture[str]
    ) -> None:
        told = ended(room.start(chore))
        assert told.kind == "failed"
        assert "Jane" not in f"{told} {told.log} {capfd.readouterr()}"
        assert told.__cause__ is None


class TestLimits:
    def test_task_beyond_its_time_is_ended_and_the_next_one_works(self, room: Room, tmp_path: Path) -> None:
        # the sense of it: longer than a start takes on a busy machine
        task = room.start(chores.count_up, str(tmp_path), limits=Limits(seconds=5))
        told = ended(task)
        assert (told.kind, "5 seconds" in told.message) == ("time", True)
        assert not any(lives(int(path.name)) for path in tmp_path.iterdir())
        assert room.start(chores.add, 1, 2).result(HUNG) == 3

    @pytest.mark.parametrize("chore", [chores.fill_memory, chores.swell])
    def test_memory_bomb_is_refused_in_words_and_the_server_lives(
        self, room: Room, chore: Callable[..., object]
    ) -> None:
        told = ended(room.start(chore, limits=Limits(memory=256 * 2**20)))
        assert (told.kind, "0.2 GB of memory" in told.message, bool(told.hint)) == ("memory", True, True)
        assert room.start(chores.add, 1, 2).result(HUNG) == 3

    def test_too_many_that_wait_are_refused(self, room: Room, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        busy = [room.start(chores.count_up, str(tmp_path)) for _ in range(2)]
        until(lambda: not any(task.waiting for task in busy))
        monkeypatch.setattr("riskmodels.tasks.room.MOST_WAITING", 1)
        room.start(chores.add, 1, 2)
        with pytest.raises(TaskError, match="Too many"):
            room.start(chores.add, 1, 2)


class TestEnds:
    def test_stopping_ends_the_process_in_the_midst_of_its_work(self, room: Room, tmp_path: Path) -> None:
        task = room.start(chores.count_up, str(tmp_path))
        until(lambda: list(tmp_path.iterdir()))
        task.cancel()
        assert ended(task).kind == "stopped"
        assert not lives(int(next(tmp_path.iterdir()).name))

    def test_stopping_one_that_waits(self, room: Room, tmp_path: Path) -> None:
        for _ in range(2):
            room.start(chores.count_up, str(tmp_path))
        third = room.start(chores.add, 1, 2)
        third.cancel()
        assert third.done
        assert ended(third).kind == "stopped"

    def test_process_that_is_killed_gives_a_plain_error(self, room: Room) -> None:
        told = ended(room.start(chores.die))
        assert (told.kind, "ended by the system" in told.message, bool(told.hint)) == ("gone", True, True)
        assert room.start(chores.add, 1, 2).result(HUNG) == 3

    def test_keeper_that_is_killed_is_started_again(self, room: Room) -> None:
        assert room.start(chores.add, 1, 2).result(HUNG) == 3
        from multiprocessing.forkserver import _forkserver  # type: ignore[attr-defined]

        os.kill(_forkserver._forkserver_pid, signal.SIGKILL)
        until(lambda: not lives(_forkserver._forkserver_pid))
        assert room.start(chores.add, 3, 4).result(HUNG) == 7

    def test_room_that_is_closed_ends_its_tasks(self, room: Room, tmp_path: Path) -> None:
        task = room.start(chores.count_up, str(tmp_path))
        until(lambda: list(tmp_path.iterdir()))
        room.stop()
        assert ended(task).kind == "stopped"
        with pytest.raises(TaskError):
            room.start(chores.add, 1, 2)

    @pytest.mark.parametrize("chore", ["count_up", "spin"])
    def test_server_that_is_killed_takes_its_processes_with_it(self, tmp_path: Path, chore: str) -> None:
        args = [str(tmp_path)] if chore == "count_up" else []
        script = (
            f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(HERE)!r}]\n"
            f"import chores, time\nfrom riskmodels.tasks import Room\n"
            f"room = Room(1)\nprint(room.start(chores.whoami).result(), flush=True)\n"
            f"room.start(chores.{chore}, *{args!r})\ntime.sleep(600)\n"
        )
        server = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=ROOT)
        try:
            assert server.stdout is not None
            server.stdout.readline()
            until(lambda: len(family(server.pid)) > 3)  # tracker, keeper, and the process of the task
            processes = family(server.pid)
        finally:
            server.kill()
            server.wait()
            server.stdout.close() if server.stdout else None
        until(lambda: not any(map(lives, processes)))


def family(process: int) -> set[int]:
    """The process and all below it."""
    below = {process}
    parents = {
        int(path.parent.name): int(path.read_text().rpartition(")")[2].split()[1])
        for path in Path("/proc").glob("[0-9]*/stat")
        if path.exists()
    }
    while more := {child for child, parent in parents.items() if parent in below} - below:
        below |= more
    return below


class TestApart:
    def test_no_file_of_the_server_is_open_in_it(self, room: Room, tmp_path: Path) -> None:
        with (tmp_path / "records.db").open("w") as opened:
            os.set_inheritable(opened.fileno(), True)
            assert not any("records.db" in name for name in room.start(chores.held).result(HUNG))

    def test_neither_torch_nor_streamlit_nor_the_database_is_loaded(self, room: Room) -> None:
        loaded = {name.partition(".")[0] for name in room.start(chores.held).result(HUNG)}
        assert {"torch", "streamlit", "sqlalchemy"}.isdisjoint(loaded)

    def test_main_module_is_not_run_again(self, room: Room, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """While a page is drawn, Streamlit has put it in the place of the main module."""
        page = types.ModuleType("__main__")
        page.__file__ = str(tmp_path / "page.py")
        (tmp_path / "page.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
        monkeypatch.setitem(sys.modules, "__main__", page)
        assert room.start(chores.add, 1, 2).result(HUNG) == 3
        assert not (tmp_path / "ran").exists()
