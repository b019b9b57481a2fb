"""Numbers of a report as people read them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import floor, log10

from riskmodels.evaluation.report import NOT_ESTIMABLE


def percent(share: float) -> str:
    """A share (0–1) in percent: ``0.8 %``, ``7 %``, ``31 %``, ``−2.1 %``; “not estimable” for NaN."""
    if share != share:
        return NOT_ESTIMABLE
    value = 100 * abs(share)
    if value < 0.005:
        return "0 %"
    decimals = max(0, 1 - floor(log10(value))) if value < 1 else int(value < 9.95 or 99 <= value < 99.95)
    text = f"{value:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{'−' if share < 0 else ''}{text} %"


def decimal(value: float) -> str:
    """A number near 1 with three decimals, four when it is small: ``0.812``, ``0.0243``."""
    return _minus(f"{value:.{4 if 0 < abs(value) < 0.1 else 3}f}")


def signed(value: float) -> str:
    """A difference with its sign: ``+0.12``, ``−0.0031``."""
    return _minus(f"{value:+.{4 if 0 < abs(value) < 0.1 else 3}f}")


def count(value: float) -> str:
    """A whole number with thousands separated: ``12,480``."""
    return f"{value:,.0f}"


def plain_value(value: float) -> str:
    """Any number with four significant digits."""
    return _minus(f"{value:,.4g}")


def _minus(text: str) -> str:
    return text.replace("-", "−")


def named(labels: Sequence[str]) -> str:
    """The first six labels, and how many others there are."""
    more = f" and {len(labels) - 6} others" if len(labels) > 6 else ""
    return f"{', '.join(labels[:6])}{more}"


def together(names: Sequence[str]) -> str:
    """“PREVENT”, “PREVENT and SCORE2”, “PREVENT, SCORE2 and PCE”."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def people(n: int) -> str:
    """“1 row”, “12,480 rows”."""
    return f"{n:,} row{'' if n == 1 else 's'}"


FORMATS: dict[str, Callable[[float], str]] = {
    "percent": percent,
    "decimal": decimal,
    "signed": signed,
    "count": count,
    "value": plain_value,
}
