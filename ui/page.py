"""What every page begins with: configuration, sign-in and role, menu, the models in use and the style sheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from riskmodels.errors import CareRiskError
from riskmodels.records import Actor, Role
from ui.models import MODEL_LABEL, shipped_models, version_text
from ui.sign_in import screens as sign_in_screens
from ui.sign_in.account import current_actor

EVERYBODY = tuple(Role)


@dataclass(frozen=True)
class PageLink:
    """One door of the menu.

    Args:
        script, label, icon: of the page; the icon is a Material one.
        roles: that may open it.
        about: what is behind it.
        section: heading that it stands under, apart from the pages of care; empty for those.
    """

    script: str
    label: str
    icon: str
    roles: tuple[Role, ...]
    about: str = ""
    section: str = ""


PAGES = (
    PageLink("home.py", "Home", ":material/home:", EVERYBODY),
    PageLink(
        "pages/1_Patient.py",
        "Assess a patient",
        ":material/person_search:",
        (Role.CARE,),
        "Enter what you know of one patient. Every field may stay unknown; the answer follows each value.",
    ),
    PageLink(
        "pages/4_Records.py",
        "Find a record",
        ":material/folder_shared:",
        (Role.CARE,),
        "Search the patients that were saved, and open one with all its visits.",
    ),
    PageLink(
        "pages/2_Cohort.py",
        "Score a cohort",
        ":material/groups:",
        (Role.ANALYST,),
        "Upload a table of patients, or take the demo cohort, and download it with risks and reasons.",
    ),
    PageLink(
        "pages/3_Image.py",
        "Read an image",
        ":material/ophthalmology:",
        (Role.CARE, Role.ANALYST),
        "Check a photo of the retina or a chest film, and see what a network reads in it, where, and its limits.",
    ),
    PageLink(
        "pages/7_Signal.py",
        "Read a signal",
        ":material/monitor_heart:",
        (Role.CARE, Role.ANALYST),
        "Check a glucose sensor's file, an ECG or a blood pressure record, and see what is found on the trace.",
    ),
    PageLink(
        "pages/6_Models.py",
        "Inspect the models",
        ":material/insights:",
        EVERYBODY,
        "See how good each model is and where it fails, what each input does in it, and on whom it was judged.",
    ),
    PageLink(
        "pages/5_Audit.py",
        "Review the audit trail",
        ":material/fact_check:",
        (Role.ADMIN,),
        "See who did what when to which record, and whether anything was taken out.",
    ),
    PageLink(
        "pages/8_Generate.py",
        "Make invented patients",
        ":material/group_add:",
        (Role.ANALYST,),
        "Invent people that behave like yours, to share, to teach and to test with; see what they give away.",
        "Research",
    ),
    PageLink(
        "pages/9_Compound.py",
        "Screen a compound",
        ":material/science:",
        (Role.ANALYST,),
        "Estimate what a molecule does to the heart's hERG channel and to targets of these diseases, atom by atom.",
        "Research",
    ),
)

_FOLDER = Path(__file__).parent
#: pixels
_SIDEBAR_WIDTH = 236
#: their labels fit on one line
_DOORS_A_ROW = 4


def theme() -> str:
    """The theme in use: "light" or "dark"."""
    return "dark" if st.context.theme.type == "dark" else "light"


def start_page(title: str, roles: tuple[Role, ...], models: Callable[[], None] | None = None) -> None:
    """The first call of every page: page configuration, sign-in, role gate, menu, style, title.

    Args:
        title: verb phrase shown as the page's heading, e.g. ``Assess a patient``.
        roles: who may open the page.
        models: draws the models in use under the menu; those of patients when absent.

    Stops the page where nobody is signed in, the sign-in is over, or the person has none of the roles.
    """
    st.set_page_config(
        page_title=f"{title} · CareRisk",
        page_icon=str(_FOLDER / "favicon.svg"),
        layout="wide",
        initial_sidebar_state=_SIDEBAR_WIDTH,
        menu_items={},
    )
    for name in ("style.css", "scale.css", "tables.css", "checks.css", "sign_in/sign_in.css", "patient/strip.css"):
        st.html(_FOLDER / name)
    actor = sign_in_screens.person_at_the_gate()
    allowed = actor.may(*roles)
    _draw_sidebar(actor, (models or _draw_models) if allowed else None)
    st.title(title, anchor=False)
    if not allowed:
        sign_in_screens.refuse_page(title, roles, actor)
    sign_in_screens.page_opened()


def open_pages(actor: Actor | None = None) -> list[PageLink]:
    """The pages that a person (the one at the screen when absent) may open, in the order of the menu."""
    person = actor or current_actor()
    return [page for page in PAGES if person.may(*page.roles)]


def draw_doors() -> None:
    """A link to each page with a sentence on what is behind it."""
    doors = [page for page in open_pages() if page.about]
    for first in range(0, len(doors), _DOORS_A_ROW):
        for column, page in zip(
            st.columns(_DOORS_A_ROW, gap="large"), doors[first : first + _DOORS_A_ROW], strict=False
        ):
            with column, st.container(key=f"door.{page.label}"):
                st.page_link(page.script, label=f"**{page.label}**", icon=page.icon)
                st.caption(page.about)


def _draw_sidebar(actor: Actor, draw_models: Callable[[], None] | None) -> None:
    with st.sidebar:
        pages = open_pages(actor)
        for before, page in zip([None, *pages], pages, strict=False):
            if page.section and (before is None or before.section != page.section):
                st.caption(f"**{page.section}**")
            st.page_link(page.script, label=page.label, icon=page.icon, width="stretch")
        if draw_models:
            draw_models()
        sign_in_screens.draw_person(actor)


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
