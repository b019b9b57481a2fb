"""What every page begins with: configuration, gate, menu, the models in use and the style sheet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from riskmodels.errors import CareRiskError
from ui.models import MODEL_LABEL, shipped_models

CARE, ANALYST = "care team", "analyst"


@dataclass(frozen=True)
class PageLink:
    """One door of the menu: script, label, Material icon, and the roles that may open it."""

    script: str
    label: str
    icon: str
    roles: tuple[str, ...]


PAGES = (
    PageLink("app.py", "Home", ":material/home:", (CARE, ANALYST)),
    PageLink("pages/1_Patient.py", "Assess a patient", ":material/person_search:", (CARE, ANALYST)),
    PageLink("pages/2_Cohort.py", "Score a cohort", ":material/groups:", (ANALYST,)),
)

_STYLE = """
<style>
[data-testid="stHeader"] { background: transparent; height: 2.5rem; }
[data-testid="stMainBlockContainer"] { padding: 1.75rem 2rem 4rem; max-width: 1500px; }
[data-testid="stSidebarHeader"] { height: 2.5rem; padding-bottom: 0; }
@media (max-width: 640px) {
  [data-testid="stMainBlockContainer"] { padding: 2.5rem 0.9rem 3rem; }
}
@media print {
  [data-testid="stSidebar"], [data-testid="stHeader"] { display: none; }
}
</style>
"""


def current_roles() -> tuple[str, ...]:
    """Roles of the person at the screen.

    There is no sign-in: the app answers on the loopback address only (.streamlit/config.toml), so the person at
    the machine has every role.
    """
    return (CARE, ANALYST)


def start_page(title: str, roles: tuple[str, ...] = (CARE, ANALYST)) -> None:
    """The first call of every page: page configuration, role gate, menu, style, title.

    Args:
        title: verb phrase shown as the page's heading, e.g. ``Assess a patient``.
        roles: who may open the page.

    Stops the page when the person has none of the roles.
    """
    st.set_page_config(
        page_title=f"{title} · CareRisk", page_icon=":material/cardiology:", layout="wide", menu_items={}
    )
    st.html(_STYLE)
    _draw_sidebar()
    st.title(title, anchor=False)
    if not set(roles) & set(current_roles()):
        st.error("Your role does not open this page.")
        st.stop()


def _draw_sidebar() -> None:
    with st.sidebar:
        for page in PAGES:
            if (Path(__file__).parent.parent / page.script).exists() and set(page.roles) & set(current_roles()):
                st.page_link(page.script, label=page.label, icon=page.icon, width="stretch")
        _draw_models()


def _draw_models() -> None:
    try:
        models = shipped_models()
    except (CareRiskError, ImportError) as error:  # ImportError: until the model package stands
        st.caption(f"Models not available. {error}")
        return
    for name, model in models.items():
        st.caption(f"{MODEL_LABEL.get(name, name)}  \nversion {model.version} · {model.created[:10]}")
    devices = sorted({str(model.device) for model in models.values()})
    st.caption(f"Computes on {', '.join(devices).upper()}")
