"""The card of a model of one's own: how it was judged beside its peers, whom it holds for, its limits and curves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from ui.charts import CONFIG
from ui.inspect.curve_figures import curve
from ui.inspect.figures import calibration
from ui.page import theme
from ui.text import plain

if TYPE_CHECKING:
    from riskmodels.tabular.model import RiskModel

_METRICS = {"auroc": "AUROC", "brier": "Brier score", "calibration_slope": "Calibration slope"}


def draw_card(model: RiskModel, key: str) -> None:
    """Draw the card.

    Args:
        model: trained on a file.
        key: of its widgets.
    """
    (outcome,) = model.outcomes
    card, report = model.card, model.card["evaluation"][outcome]
    part = card["parts"][outcome]["fit"]
    st.caption(
        f"{plain(str(card['outcome_definition']), 200)}. {part['n']:,} rows, {part['events']:,} with the outcome; "
        f"{card['split']}."
    )
    st.dataframe(_figures(report), hide_index=True, alt="Figures of the model and its peers")
    absent = [f"{name}: {told}." for name, told in card["peers"].items() if name not in report["metrics"]]
    st.caption(" ".join([f"It holds for {plain(str(card['holds_for']), 300)}.", *card["limits"], *absent]))
    left, right = st.columns(2)
    with left:
        st.plotly_chart(
            calibration(report["calibration_deciles"], report["calibration_curve"], theme()),
            config=CONFIG,
            key=f"own_calibration.{key}",
            alt="Observed against estimated",
        )
    with right:
        labels = {name: plain(model.variables[name].label, 60) for name in model.inputs}
        name = st.selectbox("Curve of", list(labels), format_func=labels.__getitem__, key=f"own_curve_of.{key}")
        drawn = model.curve(outcome, name)
        st.plotly_chart(
            curve(drawn, model.variables[name], theme(), large=True),
            config=CONFIG,
            key=f"own_curve.{key}.{name}",
            alt=f"What {labels[name]} alone does to the log-odds",
        )


def _figures(report: dict[str, Any]) -> pd.DataFrame:
    rows = []
    for name, found in report["metrics"].items():
        row = {"": name[:1].upper() + name[1:]}
        for metric, words in _METRICS.items():
            value, low, high = found[metric]
            row[words] = "not estimable" if value is None else f"{value:.3f} ({low:.3f} to {high:.3f})"
        rows.append(row)
    return pd.DataFrame(rows)
