"""The models of signals: their cards for the sidebar, and each loaded once a process at its first use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from riskmodels import ROOT
from riskmodels.errors import ModelFileError
from riskmodels.model_files.folder import read_card
from riskmodels.tabular.device import choose_device
from ui.image.models import version_text

if TYPE_CHECKING:
    from riskmodels.signals.forecast.model import ForecastModel

#: style sheet of the page
STYLE = Path(__file__).parent / "signal.css"
FOLDERS = ROOT / "data" / "signal_models"
FORECAST = "glucose_forecast"
_HINT = "Restore the folder from the repository, or train it again with make train-signals."


def find_cards() -> list[dict[str, Any]]:
    """Cards of the signal models on disk, without touching their weights; a folder without one is left out."""
    cards = []
    for folder in sorted(FOLDERS.iterdir()) if FOLDERS.is_dir() else ():
        try:
            cards.append(read_card(folder, _HINT))
        except ModelFileError:
            continue
    return cards


def forecast_model() -> ForecastModel:
    """The forecast of glucose in the version on disk.

    Raises:
        ModelFileError: when there is none, or it is damaged.
    """
    return _forecast(str(read_card(FOLDERS / FORECAST, _HINT).get("version", "")))


@st.cache_resource(show_spinner="Loading the model", max_entries=2)
def _forecast(version: str) -> ForecastModel:
    from riskmodels.signals.forecast.model import ForecastModel  # torch takes a second to import

    return ForecastModel.load(FOLDERS / FORECAST)


def draw_in_sidebar() -> None:
    """Names and versions of the signal models; reads their cards only."""
    cards = find_cards()
    for card in cards:
        st.caption(f"{card.get('title', card.get('name', ''))}  \n{version_text(card)}")
    if cards:
        st.caption(f"Computes on {str(choose_device()).upper()}")
    else:
        st.caption("No signal model")
