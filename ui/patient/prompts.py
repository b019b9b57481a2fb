"""Prompts to check that a value or a medicine decides, drawn only where one applies."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from riskmodels.care.guidance import Line


def draw_checks(checks: Sequence[Line]) -> None:
    """Every prompt with the values that call for it and its source; nothing where none applies.

    Args:
        checks: of :class:`riskmodels.care.guidance.CarePlan`.
    """
    if not checks:
        return
    st.subheader("To check", anchor=False)
    st.html(f'<section class="cr-prompts" aria-label="To check">{"".join(map(_check, checks))}</section>')


def _check(line: Line) -> str:
    strength = f"<p>{escape(line.rule.strength)}.</p>"
    return (
        f"<p>{escape(line.what)} <small>{escape(line.why)}.</small></p>"
        f"<details><summary>Source</summary>{strength}{citations(line)}</details>"
    )


def citations(line: Line) -> str:
    """The sources of a line in full, a paragraph each (HTML)."""
    return "".join(f"<p>{escape(source.citation)}.</p>" for source in line.sources)
