"""Files of monitors and diaries: what is read, what is left out and why, what is asked and what is refused."""

from __future__ import annotations

import io
import json
from contextlib import suppress
from datetime import date, datetime, timedelta
from random import Random

import numpy as np
import openpyxl  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodels.errors import SignalError
from riskmodels.signals.asked import UnansweredError
from riskmodels.signals.pressure.files import read_pressure
from riskmodels.signals.pressure.series import PressureSeries

#: header and rows as published by users of the app's export
OMRON = """Date,Time,Systolic (mmHg),Diastolic (mmHg),Pulse (bpm),Symptoms,Consumed,TruRead,Notes
Jan 12 2025,08:12,114,74,47,-,-,-,-
Jan 10 2025,07:49,114,71,47,-,-,-,-
Jan 6 2025,08:46,117,76,50,-,-,-,-
"""
IHEALTH = 'Date,Time,SYS(mmHg),DIA(mmHg),Pulse(Beats/Min),Note\n"Dec 31, 2025",07:04,111,81,68,\n'
WITHINGS = 'Date,"Heart rate",Systolic,Diastolic,Comments\n"2025-01-12 08:15:00",64,130,85,\n'
MONITOR = """Patient;Muster
Gerät;Langzeit-Blutdruck
Beginn;03.04.2026

Nr;Datum;Uhrzeit;Sys (mmHg);Dia (mmHg);MAD;HF;EC;Wach
1;03.04.2026;23:20;128;82;99;70;;wach
2;03.04.2026;23:40;;;;;EC 7;wach
3;04.04.2026;00:10;80;120;90;70;;schlaf
4;04.04.2026;00:40;118;115;116;60;;schlaf
5;04.04.2026;01:10;117,0;71;86;58;;schlaf
"""


def read(text: str, **answers: str) -> PressureSeries:
    return read_pressure("file.csv", text.encode(), answers)


class TestDevices:
    def test_omron_newest_first_comes_out_in_the_order_of_time(self) -> None:
        series = read(OMRON)
        assert series.start == date(2025, 1, 6)
        assert series.systolic.tolist() == [117, 114, 114]
        assert series.seconds.tolist() == [
            8 * 3600 + 46 * 60,
            4 * 86400 + 7 * 3600 + 49 * 60,
            6 * 86400 + 8 * 3600 + 12 * 60,
        ]
        assert series.kind == "home"

    def test_ihealth(self) -> None:
        series = read(IHEALTH)
        assert (series.start, series.diastolic[0], series.pulse[0]) == (date(2025, 12, 31), 81, 68)

    def test_withings_has_date_and_time_in_one_column(self) -> None:
        series = read(WITHINGS)
        assert (series.hour[0], series.systolic[0], series.pulse[0]) == (8.25, 130, 64)

    def test_german_monitor_with_a_header_block_in_another_encoding(self) -> None:
        series = read_pressure("x.csv", MONITOR.encode("latin-1"))
        assert series.systolic.tolist() == [128, 117]
        assert series.awake.tolist() == [1, 0]
        assert series.seconds[1] - series.seconds[0] == 110 * 60
        assert [(one.row, one.reason) for one in series.failed] == [
            (7, "EC 7"),
            (8, "diastolic is not below systolic: were they swapped?"),
            (9, "pulse pressure outside 10–150 mmHg"),
        ]
        assert series.attempted == 5

    def test_excel(self) -> None:
        book = openpyxl.Workbook()
        for row in (
            ["Date", "Time", "Sys (mmHg)", "Dia (mmHg)"],
            [datetime(2026, 5, 1), "08:00", 131, 84],
            ["2026-05-02", "08:00", 129, 82],
        ):
            book.active.append(row)
        file = io.BytesIO()
        book.save(file)
        series = read_pressure("x.xlsx", file.getvalue())
        assert series.systolic.tolist() == [131, 129]
        assert series.start == date(2026, 5, 1)
        assert series.hour.tolist() == [8, 8]


class TestDiaries:
    def test_several_readings_in_a_row_follow_each_other(self) -> None:
        series = read("Date,Time,Sys 1,Dia 1,Sys 2,Dia 2\n2026-05-01,08:00,140,90,136,88\n2026-05-01,20:00,130,85,,\n")
        assert series.systolic.tolist() == [140, 136, 130]
        assert np.diff(series.seconds).tolist() == [1, 12 * 3600 - 1]

    def test_morning_and_evening_stand_for_a_time(self) -> None:
        series = read("Datum,Tageszeit,Systolisch,Diastolisch\n01.05.2026,morgens,140,90\n01.05.2026,abends,140,90\n")
        assert series.hour.tolist() == [8, 20]
        assert not series.times_known

    def test_a_file_without_dates_counts_midnights(self) -> None:
        series = read("Time,Sys,Dia\n22:00,140,90\n23:30,130,80\n01:00,120,75\n")
        assert series.start is None
        assert np.diff(series.seconds).tolist() == [5400, 5400]

    def test_twelve_hour_clock(self) -> None:
        assert read("Date,Time,Sys,Dia\n2026-05-01,12:15 am,140,90\n2026-05-01,12:15 PM,140,90\n").hour.tolist() == [
            0.25,
            12.25,
        ]

    def test_a_reading_that_stands_twice_counts_once(self) -> None:
        series = read("Date,Time,Sys,Dia\n2026-05-01,08:00,140,90\n2026-05-01,08:00,140,90\n2026-05-01,08:00,138,90\n")
        assert series.systolic.tolist() == [140, 138]
        assert any("stand twice" in note for note in series.notes)

    def test_a_clock_set_back_is_said(self) -> None:
        rows = [f"2026-10-25,{h:02d}:{m:02d},12{m % 9},80" for h in (1, 2, 2, 3, 4) for m in (0, 30)]
        series = read("\n".join(["Date,Time,Sys,Dia", *rows]))
        assert any("The clock was set back between 02:30 and 02:00" in note for note in series.notes)
        assert (np.diff(series.seconds) > 0).all()

    def test_pulse_that_cannot_be_leaves_the_pressure(self) -> None:
        series = read("Date,Time,Sys,Dia,Pulse\n2026-05-01,08:00,140,90,999\n2026-05-02,08:00,140,90,70\n")
        assert np.isnan(series.pulse[0])
        assert len(series) == 2


class TestQuestions:
    AMBIGUOUS = "Date,Time,Sys,Dia\n03/04/2026,08:00,140,90\n04/04/2026,08:00,141,90\n"

    def test_day_or_month_first_is_asked(self) -> None:
        with pytest.raises(UnansweredError) as caught:
            read(self.AMBIGUOUS)
        assert [question.name for question in caught.value.questions] == ["day_order"]

    @pytest.mark.parametrize(("choice", "start"), [(0, date(2026, 4, 3)), (1, date(2026, 3, 4))])
    def test_the_answer_is_heeded(self, choice: int, start: date) -> None:
        with pytest.raises(UnansweredError) as caught:
            read(self.AMBIGUOUS)
        answer = caught.value.questions[0].choices[choice]
        assert read(self.AMBIGUOUS, day_order=answer).start == start

    @pytest.mark.parametrize(
        ("text", "start"),
        [
            ("13/04/2026", date(2026, 4, 13)),
            ("04/13/2026", date(2026, 4, 13)),
            ("03.04.2026", date(2026, 4, 3)),
            ("04/04/2026", date(2026, 4, 4)),
        ],
    )
    def test_what_can_be_read_in_one_way_only_is_not_asked(self, text: str, start: date) -> None:
        assert read(f"Date,Time,Sys,Dia\n{text},08:00,140,90\n").start == start

    def test_low_numbers_without_a_unit_are_asked_about(self) -> None:
        text = "Date,Time,Sys,Dia\n2026-05-01,08:00,18.0,12.0\n"
        with pytest.raises(UnansweredError, match="kPa"):
            read(text)
        assert read(text, unit="kPa").systolic[0] == pytest.approx(135.0, abs=0.05)

    def test_low_numbers_headed_mmhg_are_asked_about_too(self) -> None:
        with pytest.raises(UnansweredError):
            read("Date,Time,Sys (mmHg),Dia (mmHg)\n2026-05-01,08:00,18.0,12.0\n")

    def test_kpa_in_the_header_needs_no_question(self) -> None:
        series = read("Date;Time;Sys (kPa);Dia (kPa)\n2026-05-01;08:00;18,0;12,0\n")
        assert series.diastolic[0] == pytest.approx(90.0, abs=0.01)

    def test_the_persons_clock_is_asked_for_where_times_are_universal(self) -> None:
        text = "Timestamp,Sys,Dia\n2026-05-01T23:30:00Z,140,90\n"
        with pytest.raises(UnansweredError, match="universal time"):
            read(text)
        series = read(text, utc_offset="2")
        assert (series.start, series.hour[0]) == (date(2026, 5, 2), 1.5)
        with pytest.raises(UnansweredError):
            read(text, utc_offset="thirty")


class TestRefusals:
    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"", "The file is empty"),
            (b"\x89PNG\r\n\x1a\n0000", "PNG image"),
            (b"a,b\n1,2\n", "No columns of systolic and diastolic pressure"),
            (b"Date,Sys,Dia\n", "No reading can be used"),
            (b"Date,Time,Sys (kPa),Dia (kPa)\n2026-05-01,08:00,140,90\n", "The header says kPa"),
            (b"Date,Time,Sys,Dia\n2026-05-01,08:00,90,140\n", "diastolic pressure is not below the systolic"),
            (b"Date,Time,Sys,Dia\nyesterday,08:00x,140,90\n", "The dates cannot be read"),
            (b"Date,Time,Sys,Dia\n2026-05-01,08:00,400,90\n", "1 systolic outside 60–300 mmHg"),
            (b'{"resourceType": "Patient"}', "a Bundle is needed"),
        ],
    )
    def test_it_says_what_is_wrong(self, data: bytes, words: str) -> None:
        with pytest.raises(SignalError, match=words):
            read_pressure("x", data)

    def test_too_many_rows(self) -> None:
        with pytest.raises(SignalError, match="20,000 are read"):
            read("Date,Time,Sys,Dia\n" + "2026-05-01,08:00,140,90\n" * 20_001)


def observation(when: str, systolic: float, diastolic: float, **more: object) -> dict[str, object]:
    parts = [("8480-6", systolic), ("8462-4", diastolic)]
    component = [
        {
            "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
            "valueQuantity": {"value": value, "unit": "mmHg", "system": "http://unitsofmeasure.org", "code": "mm[Hg]"},
        }
        for code, value in parts
    ]
    return {
        "resourceType": "Observation",
        "status": "final",
        "subject": {"reference": "Patient/1"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "85354-9"}]},
        "effectiveDateTime": when,
        "component": component,
    } | more


def bundle(*observations: dict[str, object]) -> bytes:
    patient = {"resourceType": "Patient", "id": "1"}
    entries = [{"resource": resource} for resource in (patient, *observations)]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


class TestFhir:
    def test_panels_with_the_wall_clock_of_their_offset(self) -> None:
        pulse: dict[str, object] = {
            "resourceType": "Observation",
            "status": "final",
            "subject": {"reference": "Patient/1"},
            "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
            "effectiveDateTime": "2026-05-01T08:00:00+02:00",
            "valueQuantity": {"value": 64, "code": "/min", "system": "http://unitsofmeasure.org"},
        }
        first = observation("2026-05-01T08:00:00+02:00", 140, 90)
        series = read_pressure("x.json", bundle(first, pulse, observation("2026-05-01T20:00:00+02:00", 130, 85)))
        assert series.systolic.tolist() == [140, 130]
        assert series.hour.tolist() == [8, 20]
        assert series.pulse[0] == 64
        assert np.isnan(series.pulse[1])

    def test_what_is_not_final_or_of_another_patient_is_left_out(self) -> None:
        kept = observation("2026-05-01T08:00:00+02:00", 140, 90)
        wrong = observation("2026-05-01T09:00:00+02:00", 150, 90, status="entered-in-error")
        other = observation("2026-05-01T10:00:00+02:00", 160, 90, subject={"reference": "Patient/2"})
        series = read_pressure("x.json", bundle(kept, wrong, other))
        assert series.systolic.tolist() == [140]
        assert any("1 blood pressures of the bundle are not final" in note for note in series.notes)

    def test_bundle_without_pressures(self) -> None:
        with pytest.raises(SignalError, match="no blood pressure that is final"):
            read_pressure("x.json", bundle())


READINGS = st.lists(
    st.tuples(st.integers(1, 20_000), st.integers(100, 220), st.integers(70, 85), st.integers(40, 120)),
    min_size=1,
    max_size=30,
    unique_by=lambda reading: reading[0],
)
FORMATS = st.sampled_from([("%Y-%m-%d", ","), ("%d.%m.%Y", ";"), ("%b %d %Y", ","), ("%d %B %Y", "\t")])


@settings(max_examples=60, deadline=None)
@given(readings=READINGS, style=FORMATS, order=st.randoms())
def test_readings_written_in_any_way_come_back(
    readings: list[tuple[int, int, int, int]], style: tuple[str, str], order: Random
) -> None:
    day_format, comma = style
    begin = datetime(2026, 1, 1)
    order.shuffle(readings)
    lines = [comma.join(["Date", "Time", "Systolic", "Diastolic", "Pulse"])]
    for minutes, systolic, diastolic, pulse in readings:
        at = begin + timedelta(minutes=minutes)
        lines.append(
            comma.join([at.strftime(day_format), at.strftime("%H:%M"), *map(str, (systolic, diastolic, pulse))])
        )
    series = read_pressure("x", "\n".join(lines).encode())
    expected = sorted(readings)
    assert series.systolic.tolist() == [reading[1] for reading in expected]
    assert series.pulse.tolist() == [reading[3] for reading in expected]
    assert series.start == (begin + timedelta(minutes=expected[0][0])).date()
    midnight = datetime.combine(series.start, datetime.min.time())
    assert series.seconds.tolist() == [(begin + timedelta(minutes=r[0]) - midnight).total_seconds() for r in expected]


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=300) | st.text(max_size=200).map(lambda text: f"Date,Time,Sys,Dia\n{text}".encode()))
def test_any_bytes_are_a_series_or_an_error_in_words(data: bytes) -> None:
    with suppress(SignalError):
        series = read_pressure("x", data)
        assert (np.diff(series.seconds) > 0).all()
        assert (series.systolic > series.diastolic).all()
