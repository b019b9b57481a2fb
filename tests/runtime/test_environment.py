"""Variables ``CARERISK_…``: one list of those that are read, and a warning for any other."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest

from riskmodels.runtime import environment, logs
from riskmodels.runtime.environment import KNOWN, log_unknown, meant, unknown

ROOT = Path(__file__).resolve().parents[2]
PLACES = ("riskmodels", "ui", "pages", "tools", "deploy", "tests", ".ci", "app.py", "home.py", "Dockerfile", "Makefile")
#: misspelt on purpose, or the beginning of names, in tests
MISSPELT = {"CARERISK_OIDC_CLIENTID", "CARERISK_IDLE_MINUTE", "CARERISK_X"}


def named(place: Path) -> set[str]:
    files = [place] if place.is_file() else [path for path in place.rglob("*") if path.is_file()]
    texts = [path.read_text(encoding="utf-8", errors="ignore") for path in files if path.suffix not in (".pyc", ".jpg")]
    return {name for text in texts for name in re.findall(r"CARERISK_[A-Z_]*[A-Z]\b", text)}


def test_list_holds_every_variable_that_is_read_and_no_other() -> None:
    found = {name for place in PLACES for name in named(ROOT / place)}
    assert found - MISSPELT - {"CARERISK_OIDC"} == KNOWN


def test_unknown_ones_are_named_whatever_their_case() -> None:
    given = {"CARERISK_DATA": "/d", "CARERISK_IDLE_MINUTE": "5", "carerisk_x": "1", "HOME": "/root"}
    assert unknown(given) == ["CARERISK_IDLE_MINUTE", "carerisk_x"]
    assert (meant("CARERISK_IDLE_MINUTE"), meant("CARERISK_X")) == ("CARERISK_IDLE_MINUTES", "")


@pytest.mark.parametrize("name", ["CARERISK_TEST_POSTGRES", "CARERISK_SCREENSHOTS", "CARERISK_VERSION"])
def test_those_of_tests_and_of_compose_do_not_alarm(name: str) -> None:
    assert unknown({name: "x"}) == []


def test_line_of_the_log_holds_the_name_and_never_the_value() -> None:
    written = io.StringIO()
    logs.configure(stream=written)
    try:
        log_unknown({"CARERISK_IDLE_MINUTE": "secret-value"})
    finally:
        logs.configure()
    (line,) = [json.loads(text) for text in written.getvalue().splitlines()]
    assert (line["event"], line["level"], line["record"]) == ("unknown setting", "warning", "CARERISK_IDLE_MINUTE")
    assert "secret-value" not in written.getvalue()
    assert environment.PREFIX == "CARERISK_"
