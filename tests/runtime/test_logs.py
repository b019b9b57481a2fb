"""Lines of the log hold what is allowed and nothing else, whoever writes them."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from riskmodels.errors import InputError
from riskmodels.runtime import logs

ROOT = Path(__file__).resolve().parents[2]
PLANTED = "Mrs Miller 17.3 mmol/L"
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Configures the logs of this process and gives the lines written so far; all is as before afterwards."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level, logging.getLogRecordFactory(), logging.raiseExceptions)
    hooks = (sys.excepthook, threading.excepthook, sys.unraisablehook, warnings.showwarning)
    written = io.StringIO()
    logs.configure("info", written)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.handlers[:], root.level = before[0], before[1]
    logging.setLogRecordFactory(before[2])
    logging.raiseExceptions = before[3]
    sys.excepthook, threading.excepthook, sys.unraisablehook, warnings.showwarning = hooks


def everything(lines: Lines) -> str:
    return json.dumps(lines(), ensure_ascii=False)


class TestEvents:
    def test_line_says_when_what_who_and_which_record(self, lines: Lines) -> None:
        logs.log_event("visit saved", actor="a1b2", kind="visit", record="c3d4", count=3, duration=0.01234567)
        (line,) = lines()
        assert line.pop("time").endswith("+00:00")
        assert line == {
            "level": "info", "event": "visit saved", "actor": "a1b2", "kind": "visit", "record": "c3d4", "count": 3,
            "duration": 0.0123,
        }  # fmt: skip

    @pytest.mark.parametrize("field", ["event", "actor", "kind", "record"])
    def test_what_is_neither_words_of_the_code_nor_an_id_is_left_out(self, lines: Lines, field: str) -> None:
        logs.log_event(**{"event": "saved", field: PLANTED})
        assert lines()[0][field] in ("[not words]", "[not an id]")
        assert "Miller" not in everything(lines)

    def test_no_other_key_can_be_given(self) -> None:
        with pytest.raises(TypeError, match="glucose"):
            logs.log_event("saved", glucose=17.3)  # type: ignore[call-arg]

    def test_error_of_ours_is_told_by_its_text_for_the_log(self, lines: Lines) -> None:
        logs.log_event("upload refused", error=InputError(f"{PLANTED} is no number.", hint=PLANTED, log="cell refused"))
        assert (lines()[0]["error"], lines()[0]["text"]) == ("InputError", "cell refused")
        assert "Miller" not in everything(lines)

    def test_error_of_a_library_is_told_by_its_class_and_place(self, lines: Lines) -> None:
        try:
            float(PLANTED)
        except ValueError as error:
            logs.log_event("page failed", error=error)
        (line,) = lines()
        assert line["error"] == "ValueError"
        assert line["at"].startswith("tests/runtime/test_logs.py:")
        assert "Miller" not in everything(lines)

    def test_causes_are_told_by_their_classes(self, lines: Lines) -> None:
        try:
            try:
                float(PLANTED)
            except ValueError as error:
                raise KeyError(PLANTED) from error
        except KeyError as error:
            logs.log_event("page failed", error=error)
        assert lines()[0]["error"] == "KeyError < ValueError"
        assert "Miller" not in everything(lines)


class TestLibraries:
    @pytest.mark.parametrize("level", ["info", "debug"])
    def test_no_message_argument_or_error_text_comes_through(self, lines: Lines, level: str) -> None:
        written = io.StringIO()
        logs.configure(level, written)
        foreign = logging.getLogger("pandas.core")
        try:
            float(PLANTED)
        except ValueError:
            foreign.exception(f"row {PLANTED}")
        foreign.warning("row %s", PLANTED, stack_info=True)
        foreign.debug("row %(name)s", {"name": PLANTED})
        told = [json.loads(line) for line in written.getvalue().splitlines()]
        assert [line["event"] for line in told] == ["library message"] * (3 if level == "debug" else 2)
        assert (told[0]["logger"], told[0]["error"]) == ("pandas.core", "ValueError")
        assert "Miller" not in written.getvalue()

    def test_chatter_is_written_at_debug_only(self, lines: Lines) -> None:
        logging.getLogger("httpx").info("HTTP Request: GET https://example.org?patient=%s", PLANTED)
        assert lines() == []

    def test_handlers_that_a_library_brings_write_nothing(self, lines: Lines) -> None:
        own = io.StringIO()
        foreign = logging.getLogger("streamlit.testing_late")
        foreign.addHandler(logging.StreamHandler(own))
        foreign.propagate = False
        foreign.error("Uncaught app execution %s", PLANTED)
        assert own.getvalue() == ""
        assert lines()[0]["logger"] == "streamlit.testing_late"

    def test_record_of_another_process_is_tamed_too(self, lines: Lines) -> None:
        record = logging.makeLogRecord({"name": "ray.data", "msg": PLANTED, "levelno": 40, "levelname": "ERROR"})
        logging.getLogger().handle(record)
        assert lines()[0]["event"] == "library message"

    def test_request_keeps_method_kind_of_address_and_status(self, lines: Lines) -> None:
        access = logging.getLogger("uvicorn.access")
        access.setLevel(logging.INFO)
        for path in ("/Patient?label=Miller", "/media/abc.csv?title=Miller", "/Miller/of/17.3", "/"):
            access.info('%s - "%s %s HTTP/%s" %d', "10.0.0.7:5000", "GET", path, "1.1", 200)
        assert [(line["method"], line["route"], line["status"]) for line in lines()] == [
            ("GET", "page", 200), ("GET", "/media", 200), ("GET", "page", 200), ("GET", "/", 200)
        ]  # fmt: skip
        assert not any(word in everything(lines) for word in ("Miller", "17.3", "10.0.0.7", "abc"))

    def test_probe_of_health_is_no_line(self, lines: Lines) -> None:
        access = logging.getLogger("uvicorn.access")
        access.info('%s - "%s %s HTTP/%s" %d', "127.0.0.1:1", "GET", "/_stcore/health", "1.1", 200)
        assert lines() == []

    def test_server_says_that_it_starts(self, lines: Lines) -> None:
        server = logging.getLogger("uvicorn.error")
        server.setLevel(logging.INFO)
        server.info("Uvicorn running on %s://%s:%d (Press CTRL+C to quit)", "http", "127.0.0.1", 8501)
        assert lines()[0]["event"] == "Uvicorn running on"

    def test_warning_is_told_by_its_kind_and_place(self, lines: Lines) -> None:
        warnings.showwarning(UserWarning(PLANTED), UserWarning, "/x/site-packages/pandas/core/frame.py", 12)
        assert (lines()[0]["error"], lines()[0]["at"]) == ("UserWarning", "pandas/core/frame.py:12")
        assert "Miller" not in everything(lines)


class TestOurs:
    def test_text_of_our_own_loggers_is_kept(self, lines: Lines) -> None:
        logging.getLogger("riskmodels.scoring.jobs").warning("A stopped job was not given back: %s", "database")
        assert lines()[0]["event"] == "A stopped job was not given back: database"

    def test_text_that_does_not_fit_its_arguments_hurts_nobody(self, lines: Lines) -> None:
        logging.getLogger("riskmodels.scoring.jobs").warning("One %s and %s", "database")
        assert lines()[0]["event"] == "One %s and %s"


class TestLevel:
    def test_level_of_the_environment_counts(self, lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(logs.LEVEL_VARIABLE, "Warning")
        written = io.StringIO()
        logs.configure(stream=written)
        logs.log_event("saved")
        logs.log_event("not saved", level=logging.WARNING)
        assert [json.loads(line)["event"] for line in written.getvalue().splitlines()] == ["not saved"]

    def test_unknown_level_is_refused_with_the_known_ones(self) -> None:
        with pytest.raises(InputError, match="loud") as caught:
            logs.configure("loud")
        assert "warning" in caught.value.hint


class TestWhatNobodyCaught:
    @pytest.mark.parametrize(
        "code",
        [
            "float('{0}')",
            "import threading; t = threading.Thread(target=float, args=('{0}',)); t.start(); t.join()",
            "class A:\n    def __del__(self): float('{0}')\nA()",
            "import warnings; warnings.warn('{0}')",
            "import logging; logging.getLogger('x').warning('%d', '{0}')",
        ],
        ids=["main", "thread", "finaliser", "warning", "logging itself"],
    )
    def test_it_leaves_one_line_without_its_message(self, code: str) -> None:
        script = f"from riskmodels.runtime.logs import configure\nconfigure('debug')\n{code.format(PLANTED)}"
        done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
        (line,) = done.stderr.splitlines()
        assert json.loads(line)["level"] in ("critical", "error", "warning")
        assert "Miller" not in done.stdout + done.stderr
