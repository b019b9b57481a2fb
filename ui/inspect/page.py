"""The page: which model, which outcome, how good it is in a sentence, and a tab for each thing one asks of a model."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from riskmodels.errors import CareRiskError
from riskmodels.evaluation.evidence import OutcomeEvidence
from riskmodels.imaging.registry import find_models
from riskmodels.outcomes import OUTCOME
from riskmodels.tabular.model import RiskModel
from ui.image.models import in_order
from ui.inspect.curves import draw_curves
from ui.inspect.data import draw_data
from ui.inspect.evidence import draw_standing, standing_of
from ui.inspect.imaging import draw_image_model
from ui.inspect.missing import draw_missing
from ui.inspect.peers import draw_peers
from ui.inspect.subgroups import draw_subgroups
from ui.inspect.tripod import draw_items
from ui.inspect.validation import draw_validation
from ui.inspect.versions import draw_versions
from ui.models import MODEL_LABEL, shipped_models, version_text
from ui.tables import STYLE
from ui.text import plain

_MODEL, _OUTCOME, _TAB = "inspect.model", "inspect.outcome", "inspect.tab"
_MOST_BUTTONS = 6


def draw_page() -> None:
    """Everything below the title."""
    st.html(STYLE)
    models, images = _risk_models(), find_models()
    titles = {name: MODEL_LABEL.get(name, name) for name in models}
    titles |= {f"image:{name}": images[name].title for name in in_order(images)}
    if not titles:
        st.caption("There is no model to inspect.")
        return
    chosen = _choose("Model", titles, _MODEL)
    if chosen in models:
        _draw_risk_model(models[chosen])
    else:
        draw_image_model(images[chosen.removeprefix("image:")])


def _risk_models() -> dict[str, RiskModel]:
    """The models in use; where they cannot be, it is said and the image models remain."""
    try:
        return shipped_models()
    except CareRiskError as error:
        st.error(f"The risk models cannot be inspected. {error}")
        return {}


def _choose(label: str, titles: dict[str, str], key: str) -> str:
    names = list(titles)
    if st.session_state.get(key) not in titles:
        st.session_state[key] = names[0]

    def title(name: str) -> str:
        return plain(titles[name])

    if len(names) > _MOST_BUTTONS:
        return str(st.selectbox(label, names, format_func=title, key=key) or names[0])
    return str(st.segmented_control(label, names, format_func=title, key=key, required=True, wrap=True) or names[0])


def _draw_risk_model(model: RiskModel) -> None:
    outcome = model.outcomes[0]
    if len(model.outcomes) > 1:
        outcome = _choose("Outcome", {name: OUTCOME[name].short for name in model.outcomes}, _OUTCOME)
    standing = standing_of(model)
    found = standing.of(outcome)
    told = OUTCOME[outcome]
    sentence = f" {found['sentence']}" if found is not None else ""
    st.markdown(f"**{told.label}.**{sentence}")
    about = f"{told.definition[:1].upper()}{told.definition[1:]}; for {told.population}."
    st.caption(f"{about} {version_text(model).capitalize()}.")
    found = draw_standing(model, outcome, standing)
    _draw_tabs(model, outcome, found, standing.evidence["notes"] if standing.evidence else [])


def _draw_tabs(model: RiskModel, outcome: str, found: OutcomeEvidence | None, notes: list[str]) -> None:
    """Only the open tab is computed and drawn."""
    drawings: dict[str, Callable[[], None]] = {
        "Validation": lambda: _of(found, lambda told: draw_validation(told, notes)),
        "Curves": lambda: draw_curves(model, outcome),
        "Subgroups": lambda: _of(found, draw_subgroups),
        "Peers": lambda: _of(found, lambda told: draw_peers(told, outcome, model.version)),
        "Missing inputs": lambda: _of(found, draw_missing),
        "Data": lambda: draw_data(model, outcome, found),
        "Versions": lambda: draw_versions(model.name),
        "TRIPOD+AI": lambda: draw_items(model, outcome, found),
    }
    for tab, drawing in zip(st.tabs(list(drawings), key=_TAB, on_change="rerun"), drawings.values(), strict=True):
        if tab.open:
            with tab:
                drawing()


def _of(found: OutcomeEvidence | None, drawing: Callable[[OutcomeEvidence], None]) -> None:
    if found is None:
        st.caption("Nothing was measured yet; what is needed stands above.")
    else:
        drawing(found)
