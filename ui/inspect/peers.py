"""Peers: other ways to predict the same, fitted on the same people, and how far the model is from each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from riskmodels.evaluation.accuracy import NAMES, read_reports
from riskmodels.evaluation.evidence import OutcomeEvidence
from riskmodels.evaluation.metrics import METRICS
from ui import text
from ui.inspect import figures
from ui.inspect.figures import Dot
from ui.inspect.show import draw_figure, draw_table, estimate
from ui.page import theme
from ui.text import plain

_SET, _METRIC = "inspect.peers", "inspect.peer_metric"
#: of the table; the others stand in docs/model_card.md
_SHOWN = ("auroc", "auprc", "brier", "calibration_slope", "calibration_in_the_large")
Report = Mapping[str, Any]


def draw_peers(found: OutcomeEvidence, outcome: str, version: str) -> None:
    """The model beside its peers.

    Args:
        found: what was measured of an outcome.
        outcome: its name.
        version: of the model.
    """
    sets = peer_sets({**(found["peers"] or {}), **read_reports(outcome, version)})
    if not sets:
        st.caption("It was compared with no other way to predict the same.")
        return
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        told = sets[_choose("Known of each person", list(sets), _SET)]
        metric = _choose("Measure", list(told["differences"]), _METRIC)
    st.caption(f"{told['n']:,} people: {found['people']}. Peers were tuned and fitted on the people of the model.")
    difference = told["differences"][metric]["model_minus_peer"]
    dots = [
        Dot(_name(peer), values, f"This model − {_name(peer)}: {estimate(values, signed=True)}.")
        for peer, values in difference.items()
    ]
    rows = [[_name(peer), estimate(values, signed=True)] for peer, values in difference.items()]
    drawn = figures.dots(dots, f"{METRICS[metric].label}: this model − peer", theme(), mark=0.0)
    label = f"{METRICS[metric].label}, this model − peer"
    draw_figure(drawn, peer_finding(metric, difference), label, ["peer", "difference"], rows, "inspect.peer_chart")
    names = list(told["metrics"])
    metrics = [name for name in _SHOWN if name in told["metrics"][names[0]]]
    rows = [
        [_name(name), *(estimate(told["metrics"][name][m]) for m in metrics if m in told["metrics"][name])]
        for name in names
    ]
    draw_table("Model and peers", ["", *(METRICS[m].label for m in metrics)], rows)


def peer_sets(reports: Mapping[str, Any]) -> dict[str, Report]:
    """Comparisons by what was known of each person; only those with a difference to show."""
    return {
        name: report
        for name, report in reports.items()
        if isinstance(report, Mapping)
        and any(part.get("model_minus_peer") for part in (report.get("differences") or {}).values())
    }


def _choose(label: str, names: list[str], key: str) -> str:
    if st.session_state.get(key) not in names:
        st.session_state[key] = names[0]
    return str(st.selectbox(label, names, format_func=_option, key=key) or names[0])


def _option(name: str) -> str:
    if name in METRICS:
        return METRICS[name].label
    return plain(f"{name[:1].upper()}{name[1:]}")


def _name(name: str) -> str:
    return NAMES.get(name, f"{name[:1].upper()}{name[1:]}")


def peer_finding(metric: str, differences: Mapping[str, list[float | None]]) -> str:
    """Who is better, who is worse, and of whom it cannot be told."""
    sign = -1.0 if METRICS[metric].higher_is_better is False else 1.0
    better: list[str] = []
    worse: list[str] = []
    level: list[str] = []
    for peer, values in differences.items():
        value, low, high = values
        if value is None or low is None or high is None or low <= 0 <= high:
            level.append(_name(peer))
        else:
            (better if sign * value > 0 else worse).append(_name(peer))
    parts = [
        f"Better than {text.listed(better)}." if better else "",
        f"Worse than {text.listed(worse)}." if worse else "",
    ]
    parts.append(f"Not told apart from {text.listed(level)}." if level else "")
    way = "higher" if sign > 0 else "lower"
    return f"{' '.join(part for part in parts if part)} 95 % intervals of paired differences; {way} is better."
