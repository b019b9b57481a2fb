"""Data: where the people came from, who was left out and why, and what was unknown of them."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import wrap
from typing import Any

import streamlit as st

from riskmodels.evaluation.evidence import Flow, OutcomeEvidence
from riskmodels.tabular.model import RiskModel
from riskmodels.vocabulary import VOCABULARY
from ui import text
from ui.inspect import figures
from ui.inspect.figures import Dot
from ui.inspect.show import draw_figure, draw_table
from ui.page import theme
from ui.text import plain

_WIDTH = 22
#: share of people from which on an input is drawn among the unknown ones
_OFTEN = 0.01


def draw_data(model: RiskModel, outcome: str, found: OutcomeEvidence | None) -> None:
    """The people of an outcome, from all of the cohort to those it was judged on.

    Args:
        model: in force.
        outcome: one of its outcomes.
        found: what was measured of it; None where nothing was.
    """
    told = model.card.get("data", {})
    st.markdown(plain(str(told.get("source", "")), 400))
    st.caption(plain(f"Split: {model.card.get('split', 'see the model card')}.", 600))
    if found is not None and found["flow"]["people"]:
        st.subheader("People", anchor=False)
        _draw_flow(found["flow"])
    else:
        _draw_parts(model, outcome)
    st.subheader("Unknown of them", anchor=False)
    _draw_unknown(model, outcome)


def flow_rows(flow: Flow) -> list[tuple[str, int, int]]:
    """Label, where the bar starts, and people (negative where they leave), from the top down."""
    rows, left = [("All", 0, flow["people"])], flow["people"]
    for part in flow["left_out"]:
        rows.append((part["reason"], left, -part["n"]))
        left -= part["n"]
    start = 0
    for stage in flow["parts"]:
        rows.append((stage["label"], start, stage["n"]))
        start += stage["n"]
    return rows


def _draw_flow(flow: Flow) -> None:
    rows = flow_rows(flow)
    labels = ["<br>".join(wrap(label, _WIDTH)) for label, _, _ in rows]
    drawn = figures.steps(labels, [start for _, start, _ in rows], [amount for _, _, amount in rows], theme())
    lost, kept = sum(part["n"] for part in flow["left_out"]), sum(part["n"] for part in flow["parts"])
    most = max(flow["left_out"], key=lambda part: part["n"], default=None)
    finding = f"All {kept:,} people serve this outcome."
    if most:
        finding = f"Of {flow['people']:,} people {kept:,} serve this outcome, {lost:,} do not; most of them: "
        finding += f"{most['reason']} ({most['n']:,})."
    events = [f"{part['events']:,} ({part['label']})" for part in flow["parts"] if part["events"] is not None]
    finding += f" With it: {', '.join(events)}." if events else ""
    table = [[label, f"{amount:,}".replace("-", "−")] for label, _, amount in rows]
    draw_figure(drawn, finding, "Flow of people", ["step", "people"], table, "inspect.flow")


def _draw_parts(model: RiskModel, outcome: str) -> None:
    parts = model.card.get("parts", {}).get(outcome, {})
    names = {"fit": "to learn from", "tune": "to calibrate on", "test": "to judge on"}
    rows = [
        [names.get(name, name), f"{part['n']:,.0f}", f"{part['events']:,.0f}", text.risk(part["prevalence"])]
        for name, part in parts.items()
    ]
    if rows:
        draw_table("People by part", ["part", "people", "with it", "share"], rows)


def _draw_unknown(model: RiskModel, outcome: str) -> None:
    shares = {n: model.card["missing"][n] for n in model.inputs_of(outcome) if n in model.card.get("missing", {})}
    unknown = sorted(((name, share) for name, share in shares.items() if share > 0), key=lambda item: -item[1])
    if not unknown:
        st.caption("Every input was known of everybody." if shares else "It was not noted what was unknown.")
        return
    often = [(name, share) for name, share in unknown if share >= _OFTEN]
    dots = [
        Dot(
            VOCABULARY[name].label,
            (100 * share, None, None),
            f"{VOCABULARY[name].label}: unknown of {text.risk(share)}.",
        )
        for name, share in often
    ]
    first, share = unknown[0]
    rare = len(shares) - len(often)
    finding = f"Most often unknown: {text.inside(VOCABULARY[first].label)}, of {text.risk(share)}."
    finding += f" {text.count(rare, 'input')} unknown of fewer than 1 % or of nobody." if rare else ""
    rows = [[VOCABULARY[name].label, text.risk(share)] for name, share in unknown]
    drawn = figures.dots(dots, "unknown of", theme(), mark=0.0, suffix=" %")
    draw_figure(drawn, finding, "Unknown inputs", ["input", "unknown of"], rows, "inspect.unknown")


def draw_facts(told: Mapping[str, Any]) -> None:
    """What a card says of its data, as a table of names and words; its texts are of whoever trained the model."""
    rows = [[_title(str(name)), _words(value)] for name, value in told.items()]
    if rows:
        draw_table("Data", ["", ""], rows)
    else:
        st.caption("The card says nothing of its data.")


def _title(name: str) -> str:
    words = name.replace("sha256", "SHA-256").replace("_", " ")
    return f"{words[:1].upper()}{words[1:]}"


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{str(k).replace('_', ' ')} {_words(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_words(each) for each in value)
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
