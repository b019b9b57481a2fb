"""Subgroups: for whom the estimates are too low or too high, by sex, age, origin and cycle."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from riskmodels.evaluation.evidence import Group, OutcomeEvidence, Share
from ui import text
from ui.inspect import figures
from ui.inspect.figures import Dot
from ui.inspect.show import draw_figure, draw_table, log_odds, share
from ui.page import theme

_BY, _WEIGHTED = "inspect.by", "inspect.weighted"
COUNTED, WEIGHTED = "People as counted", "Weighted to the population"
#: parts of the people that the model knows
SEEN = ("fit", "tune")
#: ratios of observed to expected outside of which a group is named
_FAR = (0.8, 1.25)


def draw_subgroups(found: OutcomeEvidence) -> None:
    """Observed against expected in every group.

    Args:
        found: what was measured of an outcome.
    """
    groups = found["groups"]
    if not groups:
        st.caption("Nothing was measured by group: there is no outcome that happened to compare with.")
        return
    divisions = list(dict.fromkeys(group["by"] for group in groups if group["by"] != "all"))
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        by = _choose_division(divisions)
        weighted = _choose_weight(groups)
    shown = [group for group in groups if group["by"] in (by, "all")]
    _draw(shown, by, weighted)
    if any(group["part"] in SEEN for group in shown):
        st.caption("Hollow: people the model was fitted or calibrated on, so it says less of them.")
    if found["weights"]:
        st.caption(found["weights"])


def _draw(shown: Sequence[Group], by: str, weighted: bool) -> None:
    """One division: dot plot and table."""
    happened = any(group["events"] is not None for group in shown)
    observed = "observed" if happened else "by the equation"
    ratio = f"{observed} / expected"
    counts = ["people", "with it"] if happened and not weighted else ["people"]
    head = ["group", *counts, observed, "expected", ratio, "in the large, log-odds"]
    rows = [_row(group, weighted, len(counts) > 1) for group in shown]
    drawn = figures.dots([_dot(group, weighted) for group in shown], ratio, theme(), mark=1.0, logarithmic=True)
    draw_figure(drawn, group_finding(shown, weighted), f"{capital(ratio)}, by {by}", head, rows, "inspect.groups")
    draw_table(f"Calibration by {by}", head, rows)


def _choose_division(divisions: Sequence[str]) -> str:
    if st.session_state.get(_BY) not in divisions:
        st.session_state[_BY] = divisions[0] if divisions else None
    label = "By"
    return str(st.segmented_control(label, divisions, format_func=capital, key=_BY, required=True, wrap=True) or "all")


def capital(words: str) -> str:
    """With a capital: ``Sex × age``."""
    return f"{words[:1].upper()}{words[1:]}"


def _choose_weight(groups: Sequence[Group]) -> bool:
    if all(group["weighted"] is None for group in groups):
        return False
    told = st.segmented_control("Count", [WEIGHTED, COUNTED], default=WEIGHTED, key=_WEIGHTED, required=True, wrap=True)
    return bool(told != COUNTED)


def _share_of(group: Group, weighted: bool) -> Share:
    return group["weighted"] if weighted and group["weighted"] is not None else group["unweighted"]


def _label(group: Group) -> str:
    return "Everybody" if group["by"] == "all" else capital(group["level"])


def _people(group: Group, weighted: bool) -> int:
    return group["n_weighted"] if weighted and group["weighted"] is not None else group["n"]


def _row(group: Group, weighted: bool, counted: bool) -> list[str]:
    told = _share_of(group, weighted)
    events = [f"{group['events'] or 0:,}"] if counted else []
    shares = [share(told["observed"]), share(told["expected"]), ratio_words(told), log_odds(told["in_the_large"])]
    return [_label(group), f"{_people(group, weighted):,}", *events, *shares]


def ratio_words(told: Share) -> str:
    """``1.24 (1.05–1.46)``."""
    value, low, high = told["ratio"]
    if value is None:
        return "not estimable"
    return f"{value:.2f}" + ("" if low is None or high is None else f" ({low:.2f}–{high:.2f})")


def _dot(group: Group, weighted: bool) -> Dot:
    told = _share_of(group, weighted)
    hover = (
        f"{_label(group)}: {share(told['observed'])} observed, {share(told['expected'])} expected; {ratio_words(told)}."
    )
    label = f"{_label(group)} ({_people(group, weighted):,})"
    return Dot(label, told["ratio"], hover, hollow=group["part"] in SEEN)


def group_finding(groups: Sequence[Group], weighted: bool) -> str:
    """The groups for whom the estimate is clearly too low or too high, on people the model has not seen."""
    judged = [(group, _share_of(group, weighted)["ratio"]) for group in groups if group["part"] not in SEEN]
    named = [(group, ratio) for group, ratio in judged if group["by"] != "all"]
    low = [_named(group, r) for group, r in named if r[0] and r[1] and r[0] > _FAR[1] and r[1] > 1]
    high = [_named(group, r) for group, r in named if r[0] and r[2] and r[0] < _FAR[0] and r[2] < 1]
    parts = [f"Too low for {text.listed(low)}." if low else "", f"Too high for {text.listed(high)}." if high else ""]
    told = " ".join(part for part in parts if part)
    if not told:
        return "In no group is the estimate clearly off by a fifth. Right of 1 it is too low, left of it too high."
    return f"{told} In brackets how many times as many had it as estimated."


def _named(group: Group, ratio: Sequence[float | None]) -> str:
    return f"{group['level']} ({ratio[0]:.2g})"
