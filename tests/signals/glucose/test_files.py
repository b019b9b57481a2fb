"""Any table is read or refused in words: units, dates, duplicates, clocks put back, files of other kinds."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from riskmodels.errors import SignalError
from riskmodels.signals.asked import UnansweredError
from riskmodels.signals.glucose import files
from riskmodels.signals.glucose.files import read_glucose
from riskmodels.signals.glucose.series import GlucoseSeries


def rows(*lines: str, header: str = "time,glucose mg/dL") -> bytes:
    return "\n".join([header, *lines, ""]).encode()


def many(first: datetime, count: int, form: str, value: str = "120", minutes: int = 5) -> list[str]:
    return [f"{first + timedelta(minutes=minutes * n):{form}},{value}" for n in range(count)]


def said(series: GlucoseSeries) -> str:
    return " ".join(series.notes)


@pytest.mark.parametrize(
    ("name", "count", "unit", "beyond"),
    [
        ("cgm_native_5min.csv", 288, "mg/dL", 0),
        ("cgm_15min_interpolated_to_5.csv", 288, "mg/dL", 0),
        ("cgm_mmol_gap_lo_hi.csv", 252, "mmol/L", 3),
    ],
)
def test_cases_are_read(shared: Path, name: str, count: int, unit: str, beyond: int) -> None:
    series = read_glucose(name, (shared / "cases" / "signals" / name).read_bytes())
    assert (len(series), series.unit, int(np.abs(series.beyond).sum())) == (count, unit, beyond)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "PNG image"),
        (b"%PDF-1.7 report", "PDF"),
        (b"time,glucose\n2026-03-01 10:00,1\x0000\n", "binary"),
        (b"PK\x03\x04" + b"\x00" * 60, "workbook|ZIP"),
        (b"<html><table></table></html>", "HTML"),
        (b"time,glucose\n", "no row"),
        (b"name,weight\nA,70\n", "time and glucose"),
        (b"time,glucagon\n2026-03-01 10:00,70\n", "of glucose"),
        (b"time,weight\n2026-03-01 10:00,70\n", "of glucose"),
        (rows("tomorrow,100", "soon,100"), "No time could be read; the first is “tomorrow”"),
        (rows("2026-03-01 10:00,", "2026-03-01 10:05,"), "no glucose reading"),
    ],
)
def test_other_files_are_refused_in_words(data: bytes, message: str) -> None:
    with pytest.raises(SignalError, match=message) as refused:
        read_glucose("upload.csv", data)
    assert refused.value.hint


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LIMITS", files.LIMITS.__class__(bytes=100))
    with pytest.raises(SignalError, match="up to 0 MB are read"):
        read_glucose("x.csv", rows(*many(datetime(2026, 3, 1), 50, "%Y-%m-%d %H:%M")))


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("time,glucose", "mmol/L"),
        ("time,glucose (mmol/L)", "mmol/L"),
        ("Zeit,Blutzucker mmol/l", "mmol/L"),
        ("fecha y hora,glucosa (mmol/L)", "mmol/L"),
        ("date-heure,glycémie (mmol/L)", "mmol/L"),
        ("data ora,glicemia mmol/L", "mmol/L"),
    ],
)
def test_mmol_is_told_by_header_or_by_values(header: str, unit: str) -> None:
    series = read_glucose("x", rows("2026-03-01 10:00,7.2", "2026-03-01 10:05,10.0", header=header))
    assert series.unit == unit
    np.testing.assert_allclose(series.mg_dl, [7.2 * 18.016, 10.0 * 18.016])
    assert ("not told" in said(series)) == (header == "time,glucose")


def test_a_unit_in_a_column_of_its_own_counts() -> None:
    series = read_glucose("x", rows("2026-03-01 10:00,5.5,mmol/L", header="time,value,unit"))
    assert series.unit == "mmol/L"
    with pytest.raises(SignalError, match="names both"):
        read_glucose("x", rows("2026-03-01 10:00,5.5,mmol/L", "2026-03-01 10:05,99,mg/dL", header="time,value,unit"))


def test_a_header_that_the_values_contradict_asks_and_takes_the_answer() -> None:
    data = rows("2026-03-01 10:00,7.2", "2026-03-01 10:05,9.0")
    with pytest.raises(UnansweredError, match="says mg/dL, but the values lie between") as asked:
        read_glucose("x", data)
    assert asked.value.questions[0].choices == ("mmol/L", "mg/dL")
    assert read_glucose("x", data, {"unit": "mmol/L"}).mg_dl[0] == pytest.approx(7.2 * 18.016)


def test_values_that_fit_neither_unit_ask() -> None:
    with pytest.raises(UnansweredError, match="does not say the unit"):
        read_glucose("x", rows("2026-03-01 10:00,30", "2026-03-01 10:05,36", header="time,glucose"))


@pytest.mark.parametrize(
    "form", ["%d.%m.%Y %H:%M", "%m/%d/%Y %H:%M", "%m-%d-%Y %I:%M %p", "%Y/%m/%d %H:%M:%S", "%d/%m/%y %H:%M"]
)
def test_dates_are_read_in_the_form_their_values_allow(form: str) -> None:
    series = read_glucose("x", rows(*many(datetime(2026, 3, 13, 22), 60, form)))
    assert series.start == date(2026, 3, 13)
    assert series.seconds[0] == 22 * 3600


def test_day_and_month_up_to_12_are_told_by_days_that_follow_each_other() -> None:
    series = read_glucose("x", rows(*many(datetime(2026, 3, 4), 5 * 288, "%d/%m/%Y %H:%M")))
    assert series.start == date(2026, 3, 4)
    assert "day first" in said(series)
    assert series.days == pytest.approx(5)


def test_day_and_month_that_could_be_either_ask() -> None:
    data = rows("03/05/2026 10:00,100", "05/03/2026 10:00,110")
    with pytest.raises(UnansweredError) as asked:
        read_glucose("x", data)
    assert asked.value.questions[0].name == "day_order"
    assert read_glucose("x", data, {"day_order": "month first"}).start == date(2026, 3, 5)


def test_of_a_single_doubtful_day_only_the_times_are_known() -> None:
    series = read_glucose("x", rows(*many(datetime(2026, 3, 5, 10), 20, "%d/%m/%Y %H:%M")))
    assert series.start is None
    assert series.seconds[0] == 36_000


def test_dates_in_two_forms_are_refused() -> None:
    with pytest.raises(SignalError, match="two ways"):
        read_glucose("x", rows("13/03/2026 10:00,100", "03/14/2026 10:00,110"))


def test_offsets_keep_the_wall_clock() -> None:
    series = read_glucose("x", rows("2026-03-29T01:55:00+01:00,100", "2026-03-29T03:00:00+02:00,101"))
    assert np.diff(series.seconds).tolist() == [3900.0]


def test_day_numbers_of_a_spreadsheet_are_times() -> None:
    series = read_glucose("x", rows("46082.5,100", "46082.50347222,101"))
    assert (series.start, series.seconds.tolist()) == (date(2026, 3, 1), [43_200.0, 43_500.0])


def test_headerless_two_columns_are_read() -> None:
    data = "\n".join(many(datetime(2026, 3, 1), 30, "%Y-%m-%d %H:%M")).encode()
    assert len(read_glucose("x", data)) == 30


def test_windows_1252_and_utf_16_are_read() -> None:
    text = "Zeit;Glukose für Anna (mmol/L)\n2026-03-01 10:00;7,2\n2026-03-01 10:05;7,4\n"
    for encoding in ("cp1252", "utf-16", "utf-8-sig"):
        assert len(read_glucose("x", text.encode(encoding))) == 2


def test_rows_that_stand_twice_are_used_once_and_said() -> None:
    series = read_glucose("x", rows("2026-03-01 10:00,100", "2026-03-01 10:00,100", "2026-03-01 10:05,110"))
    assert len(series) == 2
    assert "1 row used once though there twice." in series.notes


def test_a_second_value_of_the_same_time_is_left_out_and_said() -> None:
    series = read_glucose("x", rows("2026-03-01 10:00,100", "2026-03-01 10:00,180", "2026-03-01 10:05,110"))
    assert series.mg_dl.tolist() == [100.0, 110.0]
    assert "1 row left out: another value of the same time is there." in said(series)


def test_unsorted_rows_are_sorted_and_said() -> None:
    lines = many(datetime(2026, 3, 1), 30, "%Y-%m-%d %H:%M")
    series = read_glucose("x", rows(*lines[10:20], *lines[:10], *lines[20:]))
    assert (np.diff(series.seconds) == 300).all()
    assert "sorted" in said(series)


@pytest.mark.parametrize("newest_first", [False, True])
def test_the_hour_that_comes_twice_is_kept_once(newest_first: bool) -> None:
    before = [datetime(2025, 10, 26, 1, 1) + timedelta(minutes=5 * n) for n in range(24)]
    again = [datetime(2025, 10, 26, 2, 3) + timedelta(minutes=5 * n) for n in range(24)]
    lines = [f"{at:%Y-%m-%d %H:%M},{100 + n}" for n, at in enumerate([*before, *again])]
    series = read_glucose("x", rows(*(lines[::-1] if newest_first else lines)))
    assert "The clock was put back: 11 readings of the hour that came twice left out" in said(series)
    assert (np.diff(series.seconds) > 0).all()
    assert series.mg_dl.tolist() == [*range(100, 124), *range(135, 148)]


def test_what_cannot_be_used_names_row_field_and_value() -> None:
    lines = many(datetime(2026, 3, 1), 40, "%Y-%m-%d %H:%M")
    lines[3] = "2026-02-30 10:00,100"
    lines[5] = "2026-03-01 00:25,error 5"
    lines[7] = lines[8] = "2026-03-01 00:35,9000"
    notes = said(read_glucose("x", rows(*lines)))
    assert "Row 5, time: “2026-02-30 10:00” is no time; left out." in notes
    assert "Row 7, glucose mg/dL: “error 5” is no number; left out." in notes
    assert (
        "Row 9, glucose mg/dL: “9000” is outside 20–600 mg/dL, which no sensor reports; and 1 row more like it."
        in notes
    )


def test_a_file_of_which_too_much_cannot_be_used_is_refused() -> None:
    with pytest.raises(SignalError, match=r"3 of 5 rows cannot be used\. Row 2, glucose mg/dL: “x1” is no number"):
        read_glucose("x", rows(*(f"2026-03-01 10:0{n},{'x1' if n < 3 else 100}" for n in range(5))))


def test_rows_with_too_many_cells_are_left_out_and_said() -> None:
    lines = many(datetime(2026, 3, 1), 20, "%Y-%m-%d %H:%M")
    lines[4] += ",a,b"
    series = read_glucose("x", rows(*lines))
    assert len(series) == 19
    assert "more cells than there are columns" in said(series)


def test_readings_of_several_people_are_refused_and_numbered_rows_are_not() -> None:
    lines = many(datetime(2026, 3, 1), 40, "%Y-%m-%d %H:%M")
    header = "time,glucose mg/dL,subject"
    with pytest.raises(SignalError, match="“subject” names 2 people"):
        read_glucose("x", rows(*(f"{line},{n // 20}" for n, line in enumerate(lines)), header=header))
    assert len(read_glucose("x", rows(*(f"{line},7" for line in lines), header=header))) == 40
    numbered = rows(*(f"{line},{n}" for n, line in enumerate(lines)), header="time,glucose mg/dL,id")
    assert len(read_glucose("x", numbered)) == 40


def test_a_single_reading_is_read() -> None:
    series = read_glucose("x", rows("2026-03-01 10:00,100"))
    assert (len(series), series.minutes) == (1, 0.0)


def test_words_alone_are_read_as_the_limit() -> None:
    series = read_glucose("x", rows(*many(datetime(2026, 3, 1), 30, "%Y-%m-%d %H:%M", "LO")))
    assert (series.beyond == -1).all()
    assert (series.mg_dl == 40).all()


def test_hi_of_a_sensor_that_reads_beyond_400_is_500() -> None:
    series = read_glucose("x", rows("2026-03-01 10:00,450", "2026-03-01 10:05,HI"))
    assert series.mg_dl.tolist() == [450.0, 500.0]
