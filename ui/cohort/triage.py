"""Whom to look at first: a share of the cohort or a threshold of risk, and who is flagged by it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from riskmodels.cohort_report import Rule
from riskmodels.scoring.cohort import top_share
from ui.text import count
from ui.text import risk as risk_text

SHARE, THRESHOLD = "Highest share", "Risk threshold"
_NICE = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


@dataclass(frozen=True)
class Triage:
    """A rule and whom it flags.

    Args:
        rule: in words.
        flagged: bool, index of the cohort.
        as_rule: the same for the report.
    """

    rule: str
    flagged: pd.Series
    as_rule: Rule


def draw_triage(risk: pd.Series, outcome: str) -> Triage:
    """Ask for the rule and say how many it flags.

    Args:
        risk: probabilities, NaN = not estimated.
        outcome: name of the outcome; each keeps its own threshold.
    """
    mode = st.segmented_control(
        "Flag by",
        (SHARE, THRESHOLD),
        default=SHARE,
        required=True,
        key="cohort_mode",
        persist_state="session",
    )
    triage = _by_threshold(risk, outcome) if mode == THRESHOLD else _by_share(risk)
    known = int(risk.notna().sum())
    flagged = int(triage.flagged.sum())
    least = risk[triage.flagged].min()
    reach = f", each with {risk_text(float(least))} or more" if flagged else ""
    st.markdown(f"**{flagged:,} of {count(known, 'estimate')} flagged**{reach}")
    return triage


def _by_share(risk: pd.Series) -> Triage:
    percent = st.slider("Flag the highest", 1, 50, 10, format="%d %%", key="cohort_share", persist_state="session")
    return Triage(f"highest {percent} %", top_share(risk, percent / 100), Rule(share=percent / 100))


def _by_threshold(risk: pd.Series, outcome: str) -> Triage:
    top, step, default = threshold_scale(risk)
    percent = st.slider(
        "Flag a risk of at least",
        0.0,
        top,
        default,
        step,
        format=f"%.{2 if step < 0.1 else int(step < 1)}f %%",
        key=f"cohort_threshold_{outcome}_{top:g}",
        persist_state="session",
    )
    return Triage(f"risk of {percent:g} % or more", (risk >= percent / 100).fillna(False), _threshold_rule(percent))


def _threshold_rule(percent: float) -> Rule:
    return Rule(threshold=min(max(percent / 100, 1e-6), 1 - 1e-6))


def threshold_scale(risk: pd.Series) -> tuple[float, float, float]:
    """Upper end, step and first position of a threshold slider that fits the risks found, all in percent."""
    known = 100 * risk.dropna()
    highest = float(known.max()) if len(known) else 100.0
    step = next((s for s in _NICE if highest / s <= 200), _NICE[-1])
    top = max(step, min(100.0, step * float(np.ceil(highest / step))))
    tenth = float(known.quantile(0.9)) if len(known) else 50.0
    return top, step, min(top, round(step * round(tenth / step), 2))
