"""Validation: discrimination, calibration and net benefit of one outcome, with some inputs known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from riskmodels.evaluation.evidence import Decision, OutcomeEvidence, Validation
from riskmodels.evaluation.metrics import METRICS
from riskmodels.vocabulary import VOCABULARY
from ui import text
from ui.inspect import figures
from ui.inspect.show import draw_figure, draw_table, estimate, share
from ui.page import theme

_SUBSET = "inspect.subset"
#: share of those with the outcome that the sentence on the flagged is about
_FOUND = 0.8
#: rows of the table behind a curve
_ROWS = 12


def draw_validation(found: OutcomeEvidence, notes: Sequence[str] = ()) -> None:
    """Everything measured of an outcome on held-out people.

    Args:
        found: what was measured.
        notes: what holds for all that was measured of the model.
    """
    judged = found["validation"]
    if not judged:
        _draw_agreement(found["agreement"] or {})
        return
    chosen = judged[_choose_subset(judged)]
    st.caption(_people_words(chosen, found))
    with st.expander(f"Known here: {text.count(len(chosen['inputs']), 'input')}"):
        st.markdown(text.sentence_list([VOCABULARY[name].label for name in chosen["inputs"]]))
    left, right = st.columns(2, gap="large")
    with left:
        _draw_roc(chosen)
        _draw_calibration(chosen)
    with right:
        _draw_precision(chosen)
        if chosen["decision"]:
            _draw_decision(chosen["decision"])
    rows = [[METRICS[name].label, estimate(values)] for name, values in chosen["metrics"].items() if name in METRICS]
    draw_table("Metrics", ["metric", "value (95 % interval)"], rows)
    st.caption(" ".join(notes))


def _choose_subset(judged: Mapping[str, Validation]) -> str:
    names = list(judged)
    if st.session_state.get(_SUBSET) not in names:
        st.session_state[_SUBSET] = names[0]
    label = "Known of each person"
    chosen = st.selectbox(label, names, format_func=lambda name: judged[name]["label"], key=_SUBSET)
    return str(chosen or names[0])


def _people_words(chosen: Validation, found: OutcomeEvidence) -> str:
    people = f": {found['people']}" if found["people"] else ""
    return f"{chosen['n']:,} people, {chosen['events']:,} with it{people}."


def roc_finding(judged: Validation) -> str:
    """What the curve shows, as pairs of people."""
    value, low, high = judged["metrics"]["auroc"]
    if value is None or low is None or high is None:
        return "It could not be estimated how well it tells apart."
    return (
        f"Of a person with it and one without, the one with it has the higher estimate in {100 * value:.0f} of 100 "
        f"pairs (95 % interval {100 * low:.0f}–{100 * high:.0f})."
    )


def _draw_roc(judged: Validation) -> None:
    st.subheader("Telling apart (ROC)", anchor=False)
    rows = [[text.risk(b) if b else "0 %", text.risk(a) if a else "0 %"] for a, b in _some(judged["roc"])]
    head = ["found of those with it", "flagged of those without"]
    draw_figure(figures.roc(judged, theme()), roc_finding(judged), "ROC curve", head, rows, "inspect.roc")


def _some(points: list[list[float]]) -> list[list[float]]:
    return points[:: max(1, len(points) // _ROWS)]


def precision_finding(judged: Validation) -> str:
    """What the curve shows at one place: how many of the flagged have it when most are found."""
    reached = [point for point in judged["pr"] if point[0] >= _FOUND]
    if not reached:
        return "There is no threshold that finds eight in ten."
    found, right = min(reached, key=lambda point: (point[0], -point[1]))
    prevalence = judged["events"] / judged["n"]
    return (
        f"Where {100 * found:.0f} % of those with it are found, {text.risk(right)} of the flagged have it; "
        f"among everybody it is {text.risk(prevalence)}."
    )


def _draw_precision(judged: Validation) -> None:
    st.subheader("Right among the flagged (PR)", anchor=False)
    rows = [[text.risk(a) if a else "0 %", text.risk(b) if b else "0 %"] for a, b in _some(judged["pr"])]
    drawn, finding = figures.precision_recall(judged, theme()), precision_finding(judged)
    head = ["found of those with it", "with it among the flagged"]
    draw_figure(drawn, finding, "Precision-recall curve", head, rows, "inspect.pr")


def calibration_finding(judged: Validation) -> str:
    """How the estimates stand to what was observed."""
    groups = judged["deciles"]
    inside = sum(group["low"] <= group["predicted"] <= group["high"] for group in groups)
    slope = judged["metrics"].get("calibration_slope", [None, None, None])
    events, expected = judged["events"], sum(group["n"] * group["predicted"] for group in groups)
    told = f" Slope {estimate(slope)}." if slope[0] is not None else ""
    return (
        f"{events:,} had it where {expected:,.0f} were expected. In {inside} of {len(groups)} groups of equal size the "
        f"interval of what was observed holds the estimate.{told}"
    )


def _draw_calibration(judged: Validation) -> None:
    st.subheader("Calibration", anchor=False)
    rows = [
        [text.risk(g["predicted"]), f"{share(g['observed'])} ({text.interval(g['low'], g['high'])})", f"{g['n']:,}"]
        for g in judged["deciles"]
    ]
    drawn = figures.calibration(judged["deciles"], judged["curve"], theme())
    head = ["estimated", "observed", "people"]
    draw_figure(drawn, calibration_finding(judged), "Calibration", head, rows, "inspect.calibration")


def decision_finding(decided: Decision) -> str:
    """From where to where acting on the estimate is worth more than acting on everybody and on nobody."""
    (_, ours), *published = decided["scores"].items()
    better = [
        threshold
        for threshold, row, everybody in zip(decided["thresholds"], ours, decided["treat_all"], strict=True)
        if row[0] is not None and row[0] > max(everybody or 0.0, 0.0)
    ]
    if not better:
        return "At no threshold is acting on the estimate worth more than acting on everybody or on nobody."
    worth = f"Acting on the estimate is worth more than acting on everybody or on nobody from {_whole(better[0])} "
    worth += f"to {_whole(better[-1])} %."
    return " ".join([worth, *(_beside(name, rows, decided) for name, rows in published)])


def _whole(threshold: float) -> str:
    return f"{100 * threshold:.3g}"


def _beside(name: str, rows: list[list[float | None]], decided: Decision) -> str:
    ours = next(iter(decided["scores"].values()))
    pairs = [(a[0], b[0]) for a, b in zip(ours, rows, strict=True) if a[0] is not None and b[0] is not None]
    more = sum(a > b for a, b in pairs)
    note = decided["notes"].get(name, "")
    return f"At {more} of {len(pairs)} thresholds it is worth more than {name}{f' ({note})' if note else ''}."


def _draw_decision(decided: Decision) -> None:
    st.subheader("Worth of acting on it", anchor=False)
    names = list(decided["scores"])
    step = max(1, len(decided["thresholds"]) // _ROWS)
    rows = [
        [f"{100 * threshold:g} %", *(_benefit(decided["scores"][name][k][0]) for name in names), _benefit(everybody)]
        for k, (threshold, everybody) in enumerate(zip(decided["thresholds"], decided["treat_all"], strict=True))
        if k % step == 0
    ]
    head = ["threshold", *names, "everybody"]
    drawn = figures.decision(decided, theme())
    draw_figure(drawn, decision_finding(decided), "Net benefit", head, rows, "inspect.decision")


def _benefit(value: float | None) -> str:
    return "not estimable" if value is None else f"{value:.4f}".replace("-", "−")


def _draw_agreement(told: Mapping[str, Any]) -> None:
    """An outcome learnt from an equation is judged by how near it comes to it."""
    st.markdown("It was learnt from a published equation, so it is judged by how near it comes to that equation.")
    rows = [
        [
            name,
            _points(part.get("mean_absolute_points")),
            _points(part.get("mean_points")),
            _points([part["p99_absolute_points"]]),
        ]
        for name, part in told.items()
        if isinstance(part, Mapping) and "p99_absolute_points" in part
    ]
    head = ["known of each person", "mean distance", "mean difference", "99 of 100 nearer than"]
    n = told.get("n")
    draw_table("Agreement", head, rows, f"{n:,} people; percentage points" if n else "Percentage points")


def _points(values: Any) -> str:
    if not values or values[0] is None:
        return "not estimable"
    told = [f"{value:.2f}".replace("-", "−") for value in values]
    return told[0] if len(told) < 3 else f"{told[0]} ({told[1]} to {told[2]})"
