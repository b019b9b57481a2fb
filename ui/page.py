"""What every page begins with: configuration, gate, menu, the models in use and the style sheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from riskmodels.errors import CareRiskError
from ui.models import MODEL_LABEL, shipped_models, version_text

CARE, ANALYST = "care team", "analyst"


@dataclass(frozen=True)
class PageLink:
    """One door of the menu: script, label, Material icon, the roles that may open it, and what is behind it."""

    script: str
    label: str
    icon: str
    roles: tuple[str, ...]
    about: str = ""


PAGES = (
    PageLink("home.py", "Home", ":material/home:", (CARE, ANALYST)),
    PageLink(
        "pages/1_Patient.py",
        "Assess a patient",
        ":material/person_search:",
        (CARE, ANALYST),
        "Enter what you know of one patient. Every field may stay unknown; the answer follows each value.",
    ),
    PageLink(
        "pages/2_Cohort.py",
        "Score a cohort",
        ":material/groups:",
        (ANALYST,),
        "Upload a table of patients, or take the demo cohort, and download it with risks and reasons.",
    ),
    PageLink(
        "pages/3_Image.py",
        "Read an image",
        ":material/ophthalmology:",
        (CARE, ANALYST),
        "Check a photo of the retina or a chest film, and see what a network reads in it, where, and its limits.",
    ),
)

_FOLDER = Path(__file__).parent
#: pixels
_SIDEBAR_WIDTH = 220


def current_roles() -> tuple[str, ...]:
    """Roles of the person at the screen.

    There is no sign-in: the app answers on the loopback address only (.streamlit/config.toml), so the person at
    the machine has every role.
    """
    return (CARE, ANALYST)


def theme() -> str:
    """The theme in use: "light" or "dark"."""
    return "dark" if st.context.theme.type == "dark" else "light"


def start_page(title: str, roles: tuple[str, ...] = (CARE, ANALYST), models: Callable[[], None] | None = None) -> None:
    """The first call of every page: page configuration, role gate, menu, style, title.

    Args:
        title: verb phrase shown as the page's heading, e.g. ``Assess a patient``.
        roles: who may open the page.
        models: draws the models in use under the menu; those of patients when absent.

    Stops the page when the person has none of the roles.
    """
    st.set_page_config(
        page_title=f"{title} · CareRisk",
        page_icon=str(_FOLDER / "favicon.svg"),
        layout="wide",
        initial_sidebar_state=_SIDEBAR_WIDTH,
        menu_items={},
    )
    for name in ("style.css", "scale.css", "tables.css"):
        st.html(_FOLDER / name)
    _draw_sidebar(models or _draw_models)
    st.title(title, anchor=False)
    if not set(roles) & set(current_roles()):
        st.error("Your role does not open this page.")
        st.stop()


def open_pages() -> list[PageLink]:
    """The pages that the person at the screen may open, in the order of the menu."""
    return [page for page in PAGES if set(page.roles) & set(current_roles())]


def _draw_sidebar(draw_models: Callable[[], None]) -> None:
    with st.sidebar:
        for page in open_pages():
            st.page_link(page.script, label=page.label, icon=page.icon, width="stretch")
        draw_models()


def _draw_models() -> None:
    try:
        models = shipped_models()
    except CareRiskError as error:
        st.caption(f"Models not available. {error}")
        return
    for name, model in models.items():
        st.caption(
            f"{MODEL_LABEL.get(name, name)}  \n{version_text(model).removeprefix('version ').replace(' of ', ' · ')}"
        )
    devices = sorted({str(model.device) for model in models.values()})
    st.caption(f"Computes on {', '.join(devices).upper()}")
