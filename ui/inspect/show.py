"""How a figure of this page is shown: itself, its finding under it, and the table behind it for screen readers."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from riskmodels.evaluation.report import NOT_ESTIMABLE, words
from riskmodels.signed import signed
from ui import text
from ui.charts import CONFIG, Figure
from ui.tables import table

Rows = Sequence[Sequence[str]]


def draw_figure(figure: Figure, finding: str, label: str, head: Sequence[str], rows: Rows, key: str) -> None:
    """Draw a figure with its finding.

    Args:
        figure: from :mod:`ui.inspect.figures`.
        finding: what it shows, in a sentence; stands under it.
        label: what it is, for screen readers.
        head, rows: the table behind it.
        key: of the element.
    """
    st.plotly_chart(figure, key=key, config=CONFIG, alt=f"{label}. {finding}")
    st.html(f'<div class="sr-only">{table(label, head, rows)}</div>')
    st.caption(finding.replace("$", "\\$"))


def draw_table(label: str, head: Sequence[str], rows: Rows, caption: str = "") -> None:
    """Draw a table that turns into blocks where there is no room for columns."""
    st.html(table(label, head, rows, caption))


def estimate(values: Sequence[float | None], signed: bool = False) -> str:
    """``0.912 (0.850–0.961)``; what could not be estimated is said."""
    return words(values, signed).replace(" – ", " to " if "−" in words(values, signed) else "–")


def log_odds(values: Sequence[float | None]) -> str:
    """A difference in log-odds with its interval: ``−0.11 (−0.68 to +0.41)``."""
    value, low, high = (None if end is None else signed(end) for end in values)
    if value is None:
        return NOT_ESTIMABLE
    return value + ("" if low is None or high is None else f" ({low} to {high})")


def percent(values: Sequence[float | None]) -> str:
    """A share with its interval: ``89 % (87–91 %)``."""
    value, low, high = values
    if value is None:
        return NOT_ESTIMABLE
    around = "" if low is None or high is None else f" ({text.interval(low, high)})"
    return f"{text.risk(value)}{around}"


def share(value: float | None) -> str:
    """A share: ``3.4 %``; what could not be estimated is said."""
    return NOT_ESTIMABLE if value is None else text.risk(value)
