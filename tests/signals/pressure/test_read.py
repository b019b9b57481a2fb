"""A file of pressures read once: what page, command line and record share."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from riskmodels.signals.pressure.read import PressureRead, Told, read_pressure_file

SAMPLE = Path(__file__).resolve().parents[3] / "data" / "samples" / "pressure_24h_invented.csv"


@pytest.fixture
def day() -> PressureRead:
    return read_pressure_file(SAMPLE.name, SAMPLE.read_bytes())


def home(days: int) -> bytes:
    rows = [
        f"2026-03-{day:02d},{time},{136 + day},{85 + day % 3}"
        for day in range(2, 2 + days)
        for time in ("07:00", "07:02", "20:00", "20:02")
    ]
    return "\n".join(["date,time,systolic (mmHg),diastolic (mmHg)", *rows]).encode()


def test_the_summary_is_plain_json(day: PressureRead):
    told = json.loads(json.dumps(day.summary(), allow_nan=False))
    mean = day.report.means["day"].systolic
    assert told["kind"] == "24-hour"
    assert told["means"]["day"]["systolic"]["value"] == round(mean.value, 1)
    assert told["means"]["day"]["systolic"]["unit"] == "mmHg"
    assert told["readings"]["tried"] == told["readings"]["used"] + sum(told["readings"]["left_out"].values())
    assert told["dipping"]["class"] == day.report.dipping.name
    assert told["to_enter"]["period"] == "day"


def test_the_office_pressure_is_compared(day: PressureRead):
    assert day.summary()["compared"] == []
    told = day.again(Told(office=(128, 78))).summary()
    assert told["office"] == {"systolic": 128, "diastolic": 78}
    assert told["compared"][0]["untreated"] == "masked hypertension"


def test_nothing_is_computed_again_where_nothing_new_is_told(day: PressureRead):
    assert day.again(Told()) is day


def test_the_persons_own_hours_stand_above_those_of_the_file(day: PressureRead):
    longer = day.again(Told(sleep=(20.0, 9.0)))
    assert longer.report.means["night"].systolic.n > day.report.means["night"].systolic.n
    assert (longer.series.awake == day.series.awake).all()
    assert longer.again(Told()).summary() == day.summary()


def test_a_record_of_a_few_hours_is_refused_with_its_numbers():
    data = "\n".join(SAMPLE.read_text("utf-8").splitlines()[:24]).encode()
    found = read_pressure_file("short.csv", data, {"kind": "24-hour"})
    assert "asked for" in found.refused
    assert found.summary()["means"] == {}
    assert found.summary()["to_enter"]["values"] == {}


def test_a_home_series_has_no_night(day: PressureRead):
    told = read_pressure_file("home.csv", home(5)).summary()
    assert list(told["means"]) == ["home", "morning", "evening"]
    assert told["dipping"] is None
    assert told["load_percent"] == {}


def test_two_days_at_home_are_refused():
    found = read_pressure_file("home.csv", home(2))
    assert "days" in found.refused
