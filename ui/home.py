"""What Home shows: three sentences, doors to the pages, the state of the models."""

from __future__ import annotations

from html import escape

import streamlit as st

from riskmodels.outcomes import OUTCOME
from riskmodels.tabular.model import RiskModel
from ui import text
from ui.models import MODEL_LABEL, shipped_models, version_text
from ui.page import open_pages

INTRODUCTION = (
    "CareRisk estimates the risk of diabetes and of heart and vessel disease from whatever is known of a patient: "
    "history, examination, and the labs that were measured. Every estimate comes with an interval, with what each "
    "fact adds to it, and with the people it holds for; outside them it is refused. "
    "It informs care teams and analysts and makes no diagnosis."
)


def draw_doors() -> None:
    """A link to each page with a sentence on what is behind it."""
    doors = [page for page in open_pages() if page.about]
    for column, page in zip(st.columns(len(doors), gap="large"), doors, strict=True):
        with column, st.container(key=f"door.{page.label}"):
            st.page_link(page.script, label=f"**{page.label}**", icon=page.icon)
            st.caption(page.about)


def draw_models() -> None:
    """One block a shipped model: version, date, device, what it estimates and from what.

    Raises:
        ModelFileError: when a model folder is missing, damaged or of another version.
    """
    for name, model in shipped_models().items():
        rows = "".join(f"<dt>{escape(term)}</dt><dd>{escape(told)}</dd>" for term, told in model_facts(model))
        st.html(f'<section class="cr-validity"><h3>{escape(MODEL_LABEL.get(name, name))}</h3><dl>{rows}</dl></section>')


def model_facts(model: RiskModel) -> list[tuple[str, str]]:
    """What there is to know of a model at a glance, as (term, words)."""
    outcomes = [OUTCOME[name] for name in model.outcomes]
    return [
        ("Version", version_text(model).removeprefix("version ")),
        ("Estimates", text.sentence_list([outcome.label for outcome in outcomes])),
        ("Holds for", "; ".join(dict.fromkeys(outcome.population for outcome in outcomes))),
        ("Learnt from", _data_text(model)),
        ("Computes on", str(model.device).upper()),
    ]


def _data_text(model: RiskModel) -> str:
    """``UCI Heart Disease, four hospitals …; 920 people``, from the model's card."""
    source = str(model.card.get("data", {}).get("source", "see the model card"))
    return f"{source}; {model.card['training_rows']:,} people in training"
