"""Missing inputs: what hiding does to the estimate and its interval, and whether intervals hold what they should."""

from __future__ import annotations

import streamlit as st

from riskmodels.evaluation.evidence import Cells, Missing, Narrowing, OutcomeEvidence, ShareKnown
from riskmodels.explain.steps import label_text
from riskmodels.vocabulary import VOCABULARY
from ui import text
from ui.inspect import figures
from ui.inspect.figures import Dot
from ui.inspect.show import draw_figure, draw_table, estimate, percent
from ui.page import theme

#: share of people whose estimate with everything known lies in the interval without it, as it should be
PROMISED = 0.9


def draw_missing(found: OutcomeEvidence) -> None:
    """What was measured with inputs hidden.

    Args:
        found: what was measured of an outcome.
    """
    missing, narrowing, cells = found["missing"], found["narrowing"], found["cells"]
    if missing is None and narrowing is None and cells is None:
        st.caption("Nothing was measured with inputs hidden.")
        return
    if missing is not None:
        _draw_shares(missing)
        _draw_subsets(missing)
    if narrowing is not None:
        _draw_narrowing(narrowing)
    if cells is not None:
        _draw_cells(cells)


def _draw_shares(missing: Missing) -> None:
    shares = missing["by_share"]
    if not shares:
        return
    rows = [
        [
            s["known"],
            f"{s['n']:,}",
            estimate(s["auroc"]),
            percent(s["inside"]),
            percent(s["inside_refitted"]),
            percent(s["width"]),
        ]
        for s in shares
    ]
    head = ["inputs known", "people", "AUROC", "interval holds the full estimate", "and that of a model fitted again"]
    head.append("mean width of the interval")
    left, right = st.columns(2, gap="large")
    told = any(s["auroc"][0] is not None for s in shares)
    if told:
        with left:
            _draw_telling_apart(shares, head, rows)
    with right if told else left:
        _draw_holding(shares, head, rows)
    draw_table("By share of inputs known", head, rows)
    one = missing["one_more"]
    if one is not None:
        st.caption(
            f"One more input told to the same {one['n']:,} people changes the interval's width by "
            f"{_points(one['change'][0])} points on average and narrows it for {percent(one['narrower'])}."
        )


def _draw_telling_apart(shares: list[ShareKnown], head: list[str], rows: list[list[str]]) -> None:
    st.subheader("Telling apart", anchor=False)
    dots = [Dot(s["known"], s["auroc"], f"{s['known']} known: AUROC {estimate(s['auroc'])}.") for s in shares]
    drawn, finding = figures.dots(dots, "AUROC", theme()), auroc_finding(shares)
    draw_figure(drawn, finding, "AUROC by share of inputs known", head, rows, "inspect.share_auroc")


def _draw_holding(shares: list[ShareKnown], head: list[str], rows: list[list[str]]) -> None:
    st.subheader("What the 90 % interval holds", anchor=False)
    dots = [_inside_dot(s) for s in shares]
    drawn = figures.dots(
        dots, "people whose full estimate it holds", theme(), mark=100 * PROMISED, suffix=" %", span=(0, 102)
    )
    label = "Coverage by share of inputs known"
    draw_figure(drawn, inside_finding(shares), label, head, rows, "inspect.share_inside")


def _points(value: float | None) -> str:
    return "an unknown number of" if value is None else text.points(value)


def _inside_dot(told: ShareKnown) -> Dot:
    percents = [None if end is None else 100 * end for end in told["inside"]]
    return Dot(told["known"], percents, f"{told['known']} known: {percent(told['inside'])} inside.")


def auroc_finding(shares: list[ShareKnown]) -> str:
    """How much telling apart costs when little is known."""
    known = [s for s in shares if s["auroc"][0] is not None]
    if len(known) < 2:
        return "It was not estimable how well it tells apart with less known."
    least, most = known[0], known[-1]
    few, many = (f"{s['auroc'][0]:.3f} with {s['known']}" for s in (least, most))
    return f"AUROC {few} of the inputs known, {many}."


def inside_finding(shares: list[ShareKnown]) -> str:
    """Whether the interval holds what it promises, however little is known."""
    values = [s["inside"][0] for s in shares if s["inside"][0] is not None]
    if not values:
        return "It was not estimable what the interval holds."
    span = f"{100 * min(values):.0f} to {100 * max(values):.0f}"
    least = min((s for s in shares if s["inside"][0] is not None), key=lambda s: s["inside"][0] or 0.0)
    off = f" It holds least, {percent(least['inside'])}, with {least['known']} known." if min(values) < 0.87 else ""
    return f"It should hold the estimate with everything known for 90 of 100 people; it does for {span}.{off}"


def _draw_subsets(missing: Missing) -> None:
    subsets = missing["subsets"]
    if not subsets:
        return
    with st.expander(f"With inputs known as in real files: {text.count(len(subsets), 'subset')}"):
        rows = [
            [s["name"], f"{len(s['inputs'])}", f"{s['n']:,}", estimate(s["auroc"]), _distance(s["moved"])]
            for s in subsets
        ]
        draw_table(
            "Subsets of inputs", ["subset", "inputs", "people", "AUROC", "mean distance from the full estimate"], rows
        )


def _draw_narrowing(told: Narrowing) -> None:
    st.subheader("Which test would narrow it most", anchor=False)
    named = sorted(told["most_named"].items(), key=lambda item: -item[1])[:3]
    most = text.sentence_list([label_text(name) for name, _ in named if name in VOCABULARY])
    st.markdown(
        f"Telling the test that the page names brings the estimate {_distance(told['named'])} nearer to that with "
        f"everything known; one drawn by chance {_distance(told['random'])} ({told['n']:,} people)."
        + (f" Named most often: {most}." if most else "")
    )
    rows = [
        ["brings nearer", _distance(told["named"]), _distance(told["random"]), _distance(told["difference"])],
        ["moves the estimate", _distance(told["named_moves"]), _distance(told["random_moves"]), ""],
    ]
    draw_table("The named test against one by chance", ["percentage points", "named", "by chance", "difference"], rows)


def _distance(values: list[float | None]) -> str:
    """A mean distance in percentage points."""
    value, low, high = (None if end is None else f"{100 * end:.2f}".replace("-", "−") for end in values)
    if value is None:
        return "not estimable"
    return f"{value} points" + ("" if low is None or high is None else f" ({low} to {high})")


def _draw_cells(told: Cells) -> None:
    cells = told["cells"]
    held = "not estimable" if told["within"] is None else f"{100 * told['within']:.0f} %"
    st.subheader("Whether frequencies lie where they should", anchor=False)
    st.markdown(
        f"In {held} of {len(cells)} clinical groups what was observed lies within the interval of calibration, the "
        "chance of so few people counted in."
    )
    with st.expander("The groups"):
        rows = [
            [
                cell["name"],
                f"{cell['n']:,}",
                text.risk(cell["observed"]),
                f"{text.risk(cell['expected'])} ({text.interval(cell['low'], cell['high'])})",
                "yes" if cell["within"] else "no",
            ]
            for cell in cells
        ]
        draw_table("Clinical groups", ["group", "people", "observed", "expected", "within"], rows)
