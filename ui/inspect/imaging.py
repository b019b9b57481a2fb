"""An image model: what its card says of how good it is, of its data and of its limits."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import streamlit as st

from riskmodels.imaging.image_report import LABELS
from riskmodels.imaging.model import HEART_SIZE
from riskmodels.imaging.registry import Found
from riskmodels.shipping.imaging_document import MEASUREMENT
from ui.image.models import version_text
from ui.inspect import figures
from ui.inspect.data import draw_facts
from ui.inspect.figures import Dot
from ui.inspect.show import draw_figure, draw_table, estimate
from ui.page import theme
from ui.text import plain

VALIDATION, DATA, LIMITS = "Validation", "Data", "Limits"
_TAB = "inspect.image_tab"
_COUNTS = {"Pictures": "n", "With it": "events"}
_SHOWN = ("auroc", "sensitivity", "specificity")
Figures = Mapping[str, Any]


def draw_image_model(found: Found) -> None:
    """The card of an image model and its tabs.

    Args:
        found: on disk; its weights are not read.
    """
    card = found.card
    st.markdown(plain(first_sentence(card), 600))
    st.caption(f"{plain(str(card.get('about', '')), 400)} {plain(version_text(card))}")
    drawings = {VALIDATION: _draw_validation, DATA: _draw_data, LIMITS: _draw_limits}
    for tab, drawing in zip(st.tabs(list(drawings), key=_TAB, on_change="rerun"), drawings.values(), strict=True):
        if tab.open:
            with tab:
                drawing(card)


def on_test(card: Figures) -> Figures:
    """What was measured on test pictures."""
    metrics = card.get("metrics") or {}
    told = metrics.get("test", {}) if {"val", "test"} & set(metrics) else metrics
    return told if isinstance(told, Mapping) else {}


def findings(card: Figures) -> dict[str, Figures]:
    """What was measured of each question, by its label."""
    labels = {q["name"]: q["label"] for q in card.get("questions", ())}
    return {
        str(labels.get(name, name)): told
        for name, told in on_test(card).items()
        if isinstance(told, Mapping) and told.get("kind") == "finding"
    }


def first_sentence(card: Figures) -> str:
    """How good it is and where it fails, in a sentence or two."""
    told = on_test(card)
    if card.get("kind") == HEART_SIZE and "ratio_mae" in told:
        films, off = card.get("test", {}).get("films", "the"), told["ratio_mae"][0]
        return (
            f"On {films} test films the ratio was {off:.3f} from the drawn one on average; "
            f"{100 * told['interval_coverage'][0]:.0f} % of the drawn ratios lay in its 90 % interval. It does not "
            "hold for films that are not PA, upright and whole, and nothing is known of it by age or sex."
        )
    judged = findings(card)
    if not judged:
        return "Nothing was measured of this model on pictures apart."
    label, first = next(iter(judged.items()))
    found = first["metrics"]["sensitivity"][0]
    missed = (
        "" if found is None else f"; at its screening threshold it misses {100 * (1 - found):.0f} of 100 that have it"
    )
    auroc = estimate(first["metrics"]["auroc"])
    return f"{label}: on {first['n']:,} test pictures AUROC {auroc}{missed}. {_weakest(card)}".strip()


def _weakest(card: Figures) -> str:
    """The class that is found least."""
    grades = on_test(card).get("grades")
    if not isinstance(grades, Mapping):
        return ""
    known = [c for c in grades["by_class"] if c["sensitivity"][0] is not None]
    if not known:
        return ""
    least = min(known, key=lambda c: c["sensitivity"][0])
    return f"Of single grades it finds “{least['name']}” least: {100 * least['sensitivity'][0]:.0f} % of {least['n']}."


def _draw_validation(card: Figures) -> None:
    judged, others = findings(card), _measurements(card)
    if judged:
        _draw_findings(judged)
    grades = on_test(card).get("grades")
    if isinstance(grades, Mapping) and grades.get("confusion"):
        _draw_grades(grades)
    if others:
        draw_table("On test films", ["", "value (95 % interval)"], others)
    if not judged and not others:
        st.caption("Nothing was measured on pictures apart from those it learnt from.")


def _draw_findings(judged: Mapping[str, Figures]) -> None:
    dots = [
        Dot(
            f"{escape(label.split(' (')[0])}:<br>{LABELS[name]}",
            told["metrics"][name],
            f"{escape(label)}, {LABELS[name]}: {estimate(told['metrics'][name])}.",
        )
        for label, told in judged.items()
        for name in _SHOWN
    ]
    counts = [[word, *(f"{told[key]:,}" for told in judged.values())] for word, key in _COUNTS.items()]
    names = list(next(iter(judged.values()))["metrics"])
    rows = counts + [[LABELS[name], *(estimate(told["metrics"][name]) for told in judged.values())] for name in names]
    head = ["", *judged]
    least = min(judged.items(), key=lambda item: item[1]["metrics"]["auroc"][0] or 0.0)
    finding = f"AUROC is lowest for {plain(least[0])}: {estimate(least[1]['metrics']['auroc'])}. Lines: 95 % intervals."
    draw_figure(
        figures.dots(dots, "share, or AUROC", theme()), finding, "On test pictures", head, rows, "inspect.image_dots"
    )
    draw_table("On test pictures", head, rows)


def _draw_grades(grades: Figures) -> None:
    names, counts = grades["classes"], grades["confusion"]
    right = sum(counts[i][i] for i in range(len(names)))
    finding = (
        f"{right} of {grades['n']} pictures are called by their own grade; weighted kappa "
        f"{estimate(grades['metrics']['quadratic_kappa'])}. Rows: what they are; columns: what they are called."
        if "quadratic_kappa" in grades["metrics"]
        else f"{right} of {grades['n']} pictures are called by their own class."
    )
    st.subheader("Grades", anchor=False)
    rows = [[name, *(str(n) for n in row)] for name, row in zip(names, counts, strict=True)]
    draw_figure(figures.squares(names, counts, theme()), finding, "Grades", ["", *names], rows, "inspect.grades")


def _measurements(card: Figures) -> list[list[str]]:
    """Figures of a measurement, named."""
    told = on_test(card)
    return [[MEASUREMENT[name], estimate(values)] for name, values in told.items() if name in MEASUREMENT]


def _draw_data(card: Figures) -> None:
    draw_facts(card.get("data") or {})
    for title, key in (("Split", "split"), ("Interval", "interval")):
        if card.get(key):
            st.subheader(title, anchor=False)
            st.markdown(plain(str(card[key]), 2000))
    if card.get("defects"):
        st.subheader("Defects found in the data", anchor=False)
        st.markdown("\n".join(f"- {plain(str(defect), 500)}" for defect in card["defects"]))


def _draw_limits(card: Figures) -> None:
    limits = [str(limit) for limit in (*(card.get("limits") or ()), *card.get("cautions", ()))]
    if not limits:
        st.caption("Its card names no limits.")
        return
    st.markdown("\n".join(f"- {plain(limit, 600)}" for limit in limits))
