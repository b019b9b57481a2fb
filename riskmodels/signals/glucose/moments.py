"""Times as written in a file → the local wall clock, with a question where the file leaves it open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from riskmodels.errors import SignalError
from riskmodels.signals.asked import Answers, Question, UnansweredError, answered, answered_number

Moments = npt.NDArray[np.datetime64]
Ints = npt.NDArray[np.int64]
_WRITTEN = (
    r"^(?P<a>\d{1,4})[-/.](?P<b>\d{1,2})[-/.](?P<c>\d{1,4})"
    r"(?:[T ,]\s*(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,](?P<part>\d)\d*)?)?)?"
    r"\s*(?P<half>[AaPp])?(?:\.?\s?[Mm]\.?)?\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?(?:\d{2})?)?$"
)
_NAMES = ("a", "b", "c", "hour", "minute", "second", "part")
#: seconds and milliseconds since 1970, for the years 2001 to 2286
_EPOCH = r"^1\d{9}(\d{3})?(\.\d+)?$"
#: days since 1899-12-30 as spreadsheets count them, for the years 1995 to 2064
_SERIAL = r"^[345]\d{4}(\.\d+)?$"
_DAY_FIRST, _MONTH_FIRST = "day first", "month first"
#: an order of day and month is believed when so many of the days follow the day before
_CONSECUTIVE = 0.8
_FORMS = "Write times as 2026-03-01 14:05 (year-month-day hour:minute)."


@dataclass(frozen=True)
class ReadMoments:
    """Times of a column.

    Args:
        at: (n,) local wall clock to the second, NaT where a cell is none.
        day_known: whether the calendar day is settled, not only the time of day.
        notes: what was done, in words.
    """

    at: Moments
    day_known: bool = True
    notes: tuple[str, ...] = ()


def read_moments(texts: pa.Array, answers: Answers) -> ReadMoments:
    """Times as text → the wall clock.

    Args:
        texts: trimmed, null where a cell is empty.
        answers: ``day_order`` and ``utc_offset``, where they were asked.

    Raises:
        UnansweredError: where day and month could be either way round, or times are in UTC only.
        SignalError: where no cell is a time.
    """
    for pattern, read in ((_EPOCH, _of_epoch), (_SERIAL, _of_serial)):
        if _share(texts, pattern) > 0.5:
            return read(pc.if_else(pc.match_substring_regex(texts, pattern), texts, None), answers)
    parts = pc.extract_regex(texts, _WRITTEN)
    if not len(parts) or parts.null_count == len(parts):
        shown = next((str(t) for t in texts.to_pylist() if t), "")
        raise SignalError(f"No time could be read; the first is “{shown[:40]}”.", hint=_FORMS)
    fields = {name: _whole(pc.struct_field(parts, name)) for name in _NAMES}
    years, months, days, day_known, notes = _dates(fields, answers)
    at = _joined(years, months, days) + _clock(fields, pc.struct_field(parts, "half"))
    shift, said = _shift(pc.struct_field(parts, "zone"), answers)
    return ReadMoments(at + shift, day_known, (*notes, *said))


def _share(texts: pa.Array, pattern: str) -> float:
    found = pc.match_substring_regex(texts.drop_null(), pattern)
    return float(pc.mean(found).as_py() or 0.0)


def _of_epoch(texts: pa.Array, answers: Answers) -> ReadMoments:
    numbers = pc.cast(texts, pa.float64()).to_numpy(zero_copy_only=False)
    seconds = np.where(numbers > 1e11, numbers / 1000, numbers)
    shift, notes = _asked_shift(answers)
    return ReadMoments(_from_seconds(seconds) + shift, notes=notes)


def _of_serial(texts: pa.Array, answers: Answers) -> ReadMoments:
    days = pc.cast(texts, pa.float64()).to_numpy(zero_copy_only=False)
    return ReadMoments(_from_seconds((days - 25_569) * 86_400), notes=("Times are day numbers of a spreadsheet.",))


def _from_seconds(seconds: npt.NDArray[np.float64]) -> Moments:
    known = np.isfinite(seconds)
    whole = np.where(known, np.round(np.where(known, seconds, 0)), 0).astype(np.int64)
    return np.where(known, whole.astype("datetime64[s]"), np.datetime64("NaT"))


def _whole(texts: pa.Array) -> Ints:
    """Whole numbers, −1 where there is none."""
    present = pc.if_else(pc.equal(texts, ""), None, texts)
    return np.asarray(pc.fill_null(pc.cast(present, pa.int64()), -1).to_numpy(zero_copy_only=False), dtype=np.int64)


def _dates(fields: dict[str, Ints], answers: Answers) -> tuple[Ints, Ints, Ints, bool, tuple[str, ...]]:
    """Years, months, days, whether they are settled, and what was decided."""
    a, b, c = fields["a"], fields["b"], fields["c"]
    if (a > 31).any():
        return a, b, c, True, ()
    years = np.where((c >= 0) & (c < 100), 2000 + c, c)
    written = a >= 0
    if (a[written] > 12).any() and (b[written] > 12).any():
        row = int(np.flatnonzero(written & (b > 12))[0])
        raise SignalError(
            f"Dates are written in two ways: one is {a[row]}/{b[row]}, others have a day above 12 in front.",
            hint="Save the file with one form of date. " + _FORMS,
        )
    if (a[written] > 12).any():
        return years, b, a, True, ()
    if (b[written] > 12).any():
        return years, a, b, True, ()
    order, settled = _day_order(years, a, b, answers)
    said = f"Dates are read as {order}" + (": only so do the days follow each other." if settled else ".")
    return (years, b, a, settled, (said,)) if order == _DAY_FIRST else (years, a, b, settled, (said,))


def _day_order(years: Ints, a: Ints, b: Ints, answers: Answers) -> tuple[str, bool]:
    """Which of two numbers up to 12 is the day, and whether the calendar day is settled by it."""
    if "day_order" in answers:
        question = Question("day_order", "Is the day or the month first?", (_DAY_FIRST, _MONTH_FIRST))
        return answered(question, answers), True
    known = a >= 0
    days = {
        _DAY_FIRST: np.unique(_joined(years, b, a)[known]),
        _MONTH_FIRST: np.unique(_joined(years, a, b)[known]),
    }
    if len(days[_DAY_FIRST]) <= 1:
        return _DAY_FIRST, bool((a[known] == b[known]).all())
    follow = {order: _consecutive(found) for order, found in days.items()}
    likely = [order for order, share in follow.items() if share >= _CONSECUTIVE]
    if len(likely) == 1 or (likely and (days[_DAY_FIRST] == days[_MONTH_FIRST]).all()):
        return likely[0], True
    first = int(np.flatnonzero(known & (a != b))[0])
    text = f"Dates such as {a[first]}/{b[first]}/{years[first]} can be read in two ways. Is the day or the month first?"
    raise UnansweredError(Question("day_order", text, (_DAY_FIRST, _MONTH_FIRST)))


def _consecutive(days: Moments) -> float:
    """Share of the days that follow the day before, of distinct days in order."""
    return float(np.mean(np.diff(days) == np.timedelta64(86_400, "s")))


def _joined(years: Ints, months: Ints, days: Ints) -> Moments:
    """Midnights; NaT where there is no such day."""
    possible = (years >= 1970) & (years <= 2100) & (months >= 1) & (months <= 12) & (days >= 1) & (days <= 31)
    month = np.where(possible, (years - 1970) * 12 + months - 1, 0).astype("datetime64[M]")
    day = month.astype("datetime64[D]") + np.where(possible, days - 1, 0)
    possible &= day.astype("datetime64[M]") == month
    return np.where(possible, day.astype("datetime64[s]"), np.datetime64("NaT"))


def _clock(fields: dict[str, Ints], half: pa.Array) -> Any:
    """Seconds of the day as a timedelta, NaT where there is no such time; midnight where none is written."""
    hour, minute, second = (np.maximum(fields[name], 0) for name in ("hour", "minute", "second"))
    letter = np.asarray(pc.fill_null(pc.utf8_lower(half), "").to_numpy(zero_copy_only=False))
    twelve = (letter != "") & (hour == 12)
    hour = np.where(twelve, 0, hour) + np.where(letter == "p", 12, 0)
    seconds = hour * 3600 + minute * 60 + second + (fields["part"] >= 5)
    possible = (hour < 24) & (minute < 60) & (second < 61)
    return np.where(possible, seconds.astype("timedelta64[s]"), np.timedelta64("NaT"))


def _shift(zones: pa.Array, answers: Answers) -> tuple[np.timedelta64, tuple[str, ...]]:
    """What is added to reach the wall clock: times with an offset are on it already, those in UTC are not."""
    named = set(pc.unique(pc.fill_null(zones, "")).to_pylist()) - {""}
    if not named or not named <= {"Z", "UTC", "GMT", "+00:00", "+0000", "+00"}:
        return np.timedelta64(0, "s"), ()
    return _asked_shift(answers)


def _asked_shift(answers: Answers) -> tuple[np.timedelta64, tuple[str, ...]]:
    text = (
        "The times of this file are in UTC, without the patient's own clock. By how many hours is that clock ahead of"
        " UTC (0 when the times are local after all; negative in America)?"
    )
    hours = answered_number(Question("utc_offset", text, unit="h"), answers, -12, 14)
    notes = (f"Times in UTC were moved by {hours:+g} h to the patient's clock.",) if hours else ()
    return np.timedelta64(round(hours * 3600), "s"), notes
