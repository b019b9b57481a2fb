"""When readings were taken: texts of dates and times in, days and seconds of local wall clock out; nothing guessed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from riskmodels.signals.asked import Answers, Question, answered, answered_number

DAY_ORDER = Question(
    "day_order",
    "Dates such as 03/04/2026 (3 April or 4 March) can be read in two ways. Is the day or the month first?",
    ("day first", "month first"),
)
UTC_OFFSET = Question(
    "utc_offset",
    "The times are of universal time (they end in Z): by how many hours was the person's own clock ahead of it?",
    unit="h",
)
_ISO = re.compile(r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?!\d)")
_NUMBERS = re.compile(r"(?P<a>\d{1,2})(?P<sign>[./-])(?P<b>\d{1,2})[./-](?P<y>\d{4}|\d{2})(?!\d)")
_MONTH_FIRST = re.compile(r"(?P<month>[a-zä]{3})[a-zä]*\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})")
_MONTH_SECOND = re.compile(r"(?P<d>\d{1,2})\.?[\s-]+(?P<month>[a-zä]{3})[a-zä]*\.?,?[\s-]+(?P<y>\d{4})")
_TIME = re.compile(
    r"(?<!\d)(?P<h>\d{1,2})\s*[:.h]\s*(?P<min>\d{2})(?:\s*[:.]\s*(?P<s>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?\s*(?P<zone>z|[+-]\d{2}:?\d{2})?(?:\s*uhr)?(?!\d)"
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_GERMAN = {"mär": 3, "mrz": 3, "mai": 5, "okt": 10, "dez": 12}


@dataclass(frozen=True)
class Moment:
    """When, as far as a file tells.

    Args:
        day: None where it is not told.
        seconds: of the day; None where not told.
        universal: whether it is universal time, not the person's clock.
    """

    day: date | None
    seconds: int | None
    universal: bool = False


def read_moments(texts: Sequence[str], answers: Answers) -> list[Moment | None]:
    """Each text as a moment; None where it is none.

    Args:
        texts: date, time, or both.
        answers: to :data:`DAY_ORDER`, where the dates leave it open, and :data:`UTC_OFFSET`.

    Raises:
        UnansweredError: where it has to be asked.
    """
    lower = [" ".join(text.lower().split()) for text in texts]
    day_first = _day_first(lower, answers)
    moments = [_read(text, day_first) for text in lower]
    if not any(moment and moment.universal for moment in moments):
        return moments
    hours = answered_number(UTC_OFFSET, answers, -12, 14)
    return [_shifted(moment, hours) if moment and moment.universal else moment for moment in moments]


def _shifted(moment: Moment, hours: float) -> Moment:
    if moment.day is None or moment.seconds is None:
        return moment
    days, seconds = divmod(moment.seconds + round(hours * 3600), 86_400)
    return Moment(moment.day + timedelta(days=days), seconds)


def _day_first(texts: Sequence[str], answers: Answers) -> bool:
    """Whether the day stands first in dates of numbers; asked where every date allows both."""
    found = [match for text in texts if not _ISO.search(text) and (match := _NUMBERS.search(text))]
    if not found or any(match["sign"] == "." for match in found):
        return True  # a date with points is written day first
    first, second = (max(int(match[name]) for match in found) for name in "ab")
    if first > 12 or second > 12:
        return second <= 12
    if all(match["a"] == match["b"] for match in found):
        return True
    return answered(DAY_ORDER, answers) == DAY_ORDER.choices[0]


def _read(text: str, day_first: bool) -> Moment | None:
    day, rest = _read_day(text, day_first)
    seconds, zone = _read_time(rest)
    if day is None and seconds is None:
        return None
    return Moment(day, seconds, zone == "z")


def _read_day(text: str, day_first: bool) -> tuple[date | None, str]:
    """The day, and the text without it."""
    for pattern in (_ISO, _NUMBERS, _MONTH_FIRST, _MONTH_SECOND):
        match = pattern.search(text)
        if match is not None:
            parts = match.groupdict()
            return _date(parts, day_first), f"{text[: match.start()]} {text[match.end() :].removeprefix('t')}"
    return None, text


def _date(parts: dict[str, str], day_first: bool) -> date | None:
    year = int(parts["y"])
    year += 2000 if year < 100 else 0
    if "month" in parts:
        word = parts["month"]
        month = _GERMAN.get(word) or (_MONTHS.index(word) + 1 if word in _MONTHS else 0)
        day = int(parts["d"])
    elif "a" in parts:
        day, month = (int(parts[name]) for name in ("ab" if day_first else "ba"))
    else:
        day, month = int(parts["d"]), int(parts["m"])
    try:
        return date(year, month, day) if 1900 <= year < 2100 else None
    except ValueError:
        return None


def _read_time(text: str) -> tuple[int | None, str]:
    """Seconds of the day, and the zone as written."""
    match = _TIME.search(text)
    if match is None:
        return None, ""
    hour, minute, second = int(match["h"]), int(match["min"]), int(match["s"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            return None, ""
        hour = hour % 12 + (12 if match["half"].startswith("p") else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None, ""
    return 3600 * hour + 60 * minute + second, match["zone"] or ""
