"""A glucose file read once for the page, the record and the command line."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from riskmodels import ROOT
from riskmodels.errors import SignalError
from riskmodels.signals.asked import UnansweredError
from riskmodels.signals.glucose.read import GlucoseRead, read_glucose_file

FORTNIGHT = ROOT / "data" / "samples" / "glucose_fortnight.csv"


@pytest.fixture(scope="module")
def read() -> GlucoseRead:
    return read_glucose_file(FORTNIGHT.name, FORTNIGHT.read_bytes())


def test_summary_is_plain_and_adds_up(read):
    told = json.loads(json.dumps(read.summary()))
    assert told["readings"] == 3999
    assert sum(told["bands_percent"].values()) == pytest.approx(100, abs=0.05)
    assert told["figures"]["in_range"]["low"] < told["figures"]["in_range"]["value"]
    assert told["words"][0].startswith("Below 54 mg/dL")


def test_another_kind_of_patient_has_other_goals(read):
    older = replace(read, target="older")
    assert [goal["name"] for goal in older.summary()["goals"]] == ["in_range", "below", "very_high"]


def test_a_fortnight_is_whole_and_fewer_days_can_be_chosen(read):
    assert len(read.checked.series) == len(read.series)
    week = replace(read, days=7)
    assert week.checked.series.days == pytest.approx(7, abs=0.01)
    assert len(replace(read, days=0).checked.series) == len(read.series)


def test_hours_are_refused_and_the_summary_says_why():
    few = b"\n".join(FORTNIGHT.read_bytes().splitlines()[:100])
    read = read_glucose_file("few.csv", few)
    assert "a report needs" in read.refused
    assert read.summary()["refused"] == read.refused
    assert "figures" not in read.summary()


def test_question_and_refusal_come_through_the_process():
    between = "time,glucose\n" + "\n".join(
        f"2026-02-01 {n // 12:02d}:{n % 12 * 5:02d},{30 + n % 5}" for n in range(200)
    )
    with pytest.raises(UnansweredError) as asked:
        read_glucose_file("x.csv", between.encode())
    assert asked.value.questions[0].name == "unit"
    with pytest.raises(SignalError, match="No column"):
        read_glucose_file("x.csv", b"a,b\n1,2\n")


def test_unknown_kind_of_patient_is_refused():
    with pytest.raises(SignalError, match="no kind of patient"):
        read_glucose_file("x.csv", FORTNIGHT.read_bytes(), target="cat")
