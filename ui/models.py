"""The models in use, loaded once a process and shared: they are immutable.

Which versions are in force stands in the folder of the versions, which all processes share: one that was put in force
by another process is used from the next look on.
"""

from __future__ import annotations

import gc
from collections.abc import Mapping
from html import escape

import pandas as pd
import streamlit as st

from riskmodels.assessment import Assessment, assess
from riskmodels.measured import TESTS
from riskmodels.outcomes import OUTCOME
from riskmodels.tabular.called import MODEL_LABEL as MODEL_LABEL
from riskmodels.tabular.called import version_text as version_text
from riskmodels.tabular.derived import notes
from riskmodels.tabular.model import RiskModel, load_shipped
from riskmodels.tabular.versions import VersionStore
from riskmodels.units import Unit
from ui import text
from ui.memo import remembered, row_key


@st.cache_resource(show_spinner="Loading the models", validate=lambda models: VersionStore().holds(models))
def shipped_models() -> dict[str, RiskModel]:
    """All shipped models by name, the main one first, each in the version in force.

    Raises:
        ModelFileError: when a model folder is missing, damaged or of another version.
    """
    models = VersionStore().in_force(load_shipped())
    gc.freeze()  # what is loaded by now stays: no later collection need walk through it
    return {name: models[name] for name in sorted(models, key=_place)}


def answer_to(
    frame: pd.DataFrame, units: Mapping[str, Unit] | None = None, old: Mapping[str, str] | None = None
) -> Assessment:
    """What the models in use answer to one patient, computed once a change.

    Args:
        frame: PatientFrame of one row.
        units: unit a measurement is worded in; canonical where absent.
        old: date of the tests too old to answer an outcome, by variable.
    """
    models = shipped_models()
    versions = tuple(model.version for model in models.values())
    worded = tuple((name, unit.symbol) for name, unit in (units or {}).items() if name in TESTS)
    key = (row_key(frame.iloc[0]), versions, worded, tuple((old or {}).items()))
    return remembered("assessment", key, lambda: assess(frame, models, units=units, old=old))


def _place(name: str) -> tuple[int, str]:
    """Models in the order of :data:`MODEL_LABEL`, unlabelled ones after them."""
    known = list(MODEL_LABEL)
    return (known.index(name) if name in known else len(known), name)


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
    changes = [f"{o.short}: {' '.join(notes(model.card, o.name))}" for o in outcomes if notes(model.card, o.name)]
    return [
        ("Version", version_text(model).removeprefix("version ")),
        ("Estimates", text.sentence_list([outcome.label for outcome in outcomes])),
        ("Holds for", "; ".join(dict.fromkeys(outcome.population for outcome in outcomes))),
        ("Learnt from", _data_text(model)),
        *([("Changed here", " ".join(changes))] if changes else []),
        ("Computes on", str(model.device).upper()),
    ]


def _data_text(model: RiskModel) -> str:
    """``UCI Heart Disease, four hospitals …; 920 people``, from the model's card."""
    source = str(model.card.get("data", {}).get("source", "see the model card"))
    return f"{source}; {model.card['training_rows']:,} people in training"
