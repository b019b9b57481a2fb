"""What was checked before any number, and a refusal that looks like one."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from riskmodels.imaging.reading import Item
from riskmodels.imaging.results import Check

#: checks that may pass with a warning, whose words must be in view
WARNING = ("Writing in the picture", "View")


def checks_html(checks: Sequence[Check], reason: str = "") -> str:
    """Checks as a list with ticks; what was found is one click away, warnings are in view.

    Args:
        checks: in order.
        reason: why there is no reading, which stands above the list and is not repeated.
    """
    items = "".join(_item(check, bool(reason)) for check in checks)
    found = "".join(
        f"<dt>{escape(check.name)}</dt><dd>{escape(check.detail)}</dd>"
        for check in checks
        if check.detail.strip().rstrip(".") not in reason
    )
    details = f"<details><summary>What was found</summary><dl>{found}</dl></details>" if found else ""
    return f'<section class="cr-checks" aria-label="Checks of the picture"><ul>{items}</ul>{details}</section>'


def _item(check: Check, refused: bool) -> str:
    mark, words = ("✓", "passed") if check.passed else ("✗", "not passed")
    detail = f": {escape(check.detail)}" if check.name in WARNING and not refused else ""
    return (
        f'<li class="{"" if check.passed else "cr-failed"}"><span aria-hidden="true">{mark}</span> '
        f'{escape(check.name)}{detail}<span class="sr-only"> ({words})</span></li>'
    )


def draw_checks(item: Item) -> None:
    """The checks of a picture that was read."""
    st.html(checks_html(item.reading.checks))


def draw_refusal(item: Item) -> None:
    """Why there is no reading and what to do, beside the picture and its checks."""
    said = item.reading.refused
    words = (
        '<section class="cr-refusal" aria-label="No reading" role="status"><h3>No reading of this picture</h3>'
        f"<p>{escape(said)}</p></section>{checks_html(item.reading.checks, said)}"
    )
    if not item.thumbnail:
        st.html(words)
        return
    left, right = st.columns([1, 5], gap="medium")
    with left:
        st.image(item.thumbnail, alt=f"The refused picture, small: {item.facts}")
    with right:
        st.html(words)
