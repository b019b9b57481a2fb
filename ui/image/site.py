"""Calibrating a model for this site's camera: photos and labels in; figures before and after, and its versions, out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import streamlit as st

from riskmodels.errors import CareRiskError
from riskmodels.imaging.calibration import Made
from riskmodels.imaging.model import CLASSIFIER
from riskmodels.imaging.picture import MAX_BYTES
from riskmodels.imaging.registry import Found
from riskmodels.imaging.site.store import SiteStore, SiteVersion
from riskmodels.imaging.site.words import better, figure_rows, verdict
from riskmodels.records import Role, audit
from riskmodels.records.access import require
from riskmodels.records.audit import Action
from ui.charts import CONFIG
from ui.database import database
from ui.image import site_job
from ui.image.models import load
from ui.image.site_figure import reliability
from ui.page import theme
from ui.sign_in.account import current_actor
from ui.tables import STYLE, table
from ui.text import plain

#: kind of record in the trail
KIND = "site calibration"
_MADE, _FILES, _NAME = "image.site.made", "image.site.files", "image.site.name"
_ABOUT = (
    "For a camera that the model was not calibrated on: 30 to 200 of your own labelled photos, taken one after the "
    "other and not chosen, give thresholds for it. Cross-validation decides whether the probabilities stay as shipped "
    "or take a slope and an intercept or, from 100 photos on, a new head. "
    "Photos are read in memory and not kept; the calibration is a few numbers."
)
_READ = (
    "In brackets: 95 % intervals. Each photo is judged by a fit without it. On the dotted line, what is told is "
    "what is found; each point is a fifth of the photos."
)
_LABELS = (
    "One CSV with the columns file and grade (0–4), or file and the name of one finding with 0 or 1 in it, for example "
    "file,referable. Photos that the checks refuse are left out and counted."
)


def draw_site(found: Found) -> None:
    """The section for an analyst; nothing for others, and for models that give no ordered probabilities.

    Args:
        found: the model chosen.
    """
    if not current_actor().may(Role.ANALYST) or not _fits(found):
        return
    if not st.toggle("Calibrate for this site's camera", key="image.site.open", persist_state="session"):
        return
    st.html(STYLE)  # of narrow tables, whose values carry their headings
    st.caption(_ABOUT)
    job, made = site_job.SLOT.current(), _made(found)
    if job is not None:
        _follow(job, found)
    elif made is not None:
        _draw_made(made)
    else:
        _draw_form(found)
    _draw_versions(found)


def _fits(found: Found) -> bool:
    targets = found.card.get("targets") or [{}]
    return found.kind == CLASSIFIER and bool(targets[0].get("ordered") or len(targets[0].get("classes", ())) == 2)


def _made(found: Found) -> Made | None:
    """What was made and is not kept yet, of these weights."""
    made: Made | None = st.session_state.get(_MADE)
    wanted = str(found.card["name"]), str(found.card.get("version", ""))
    return made if made is not None and (made.card["name"], made.card["model_version"]) == wanted else None


def _draw_form(found: Found) -> None:
    site = st.text_input("Name of the site or camera", key=_NAME, max_chars=60, persist_state="session", width=420)
    files = st.file_uploader(
        "Photos and the CSV with their labels",
        accept_multiple_files=True,
        max_upload_size=MAX_BYTES // 1_000_000,
        key=_FILES,
    )
    st.caption(_LABELS)
    tables = [file for file in files if file.name.lower().endswith(".csv")]
    photos = [file for file in files if file not in tables]
    if files and len(tables) != 1:
        st.caption(f"{len(photos)} photos and {len(tables)} CSV files: exactly one CSV is needed.")
    twice = len(photos) - len({file.name for file in photos})
    if twice:
        st.caption(f"{twice} photos have the name of another one: rename them, so that each row means one photo.")
    ready = bool(site.strip()) and len(tables) == 1 and bool(photos) and not twice
    if st.button("Calibrate", key="image.site.start", type="primary", disabled=not ready):
        try:
            require(current_actor(), Role.ANALYST)
            given = {file.name: file.getvalue() for file in photos}
            site_job.SLOT.start(
                site_job.SiteJob(load(found), tables[0].getvalue(), given, site.strip(), current_actor().id)
            )
        except CareRiskError as error:
            st.error(str(error))
            return
        st.rerun()


def _follow(job: site_job.SiteJob, found: Found) -> None:
    """Progress while it runs; then its result, or what went wrong."""
    if job.running:
        _draw_progress()
        return
    stopped = job.stopped  # asked before it is let go of, which stops it
    site_job.SLOT.discard()
    try:
        if not stopped:
            st.session_state[_MADE] = job.result()
            st.rerun()
        st.caption("Stopped. Nothing was changed.")
    except CareRiskError as error:
        st.error(str(error))
    _draw_form(found)


@st.fragment(run_every="0.7s")
def _draw_progress() -> None:
    job = site_job.SLOT.current()
    if job is None or not job.running:
        st.rerun()
    st.progress(job.share, text="Reading and calibrating")
    if st.button("Cancel", icon=":material/stop_circle:", key="image.site.cancel"):
        job.cancel()
        st.rerun()


def _draw_made(made: Made) -> None:
    """Before and after, and the choice to use it."""
    card = made.card
    st.markdown(f"**{plain(card['site'])}**: {card['method']}, cross-validated on {card['photos']} photos.")
    st.caption(plain(card["why"], 600))
    for told in card["report"].values():
        left, right = st.columns(2, gap="large")
        with left:
            st.markdown(plain(verdict(told), 400))
            rows = figure_rows(told)
            st.html(table("Before and after", ("", "As shipped", "Calibrated"), rows, kind="cr-whole"))
        with right:
            figure = reliability(told, theme())
            st.plotly_chart(figure, config=CONFIG, key=f"image.site.{told['label']}", alt=verdict(told))
    st.caption(" ".join([_READ, *card["notes"]]))
    for words in {q["missing"] for q in card["questions"] if q["missing"]}:
        st.caption(plain(words, 400))
    with st.container(horizontal=True):
        main = next(iter(card["report"].values()))
        kind: Literal["primary", "secondary"] = "primary" if better(main) else "secondary"
        st.button("Use from now on", key="image.site.keep", type=kind, on_click=_keep, args=(made,))
        st.button("Discard", key="image.site.discard", on_click=lambda: st.session_state.pop(_MADE, None))


def _keep(made: Made) -> None:
    """Callback: keep the calibration, which is then in force for everybody here."""
    name = str(made.card["name"])

    def save(_: SiteStore, by: str) -> str:
        return SiteStore().save(made)

    if _done(Action.SAVE, name, save):
        st.session_state.pop(_MADE, None)


def _draw_versions(found: Found) -> None:
    """What was kept, and the way to take it back."""
    name, store = str(found.card["name"]), SiteStore()
    try:
        versions = store.versions(name)
        now = {version.version for version in store.in_force(name, str(found.card.get("version", "")))}
    except CareRiskError as error:
        st.error(str(error))
        return
    if not versions:
        st.caption("No calibration is kept: the model is used as shipped.")
        return
    st.html(table("Calibrations", ("Site", "Made", "Photos", "Method", "State"), [_row(v, now) for v in versions]))
    for version in versions:
        words = f"{plain(version.site)}, {version.card['created']}, {version.version[-6:]}"
        given: dict[str, Any] = {"key": f"image.site.{version.version}", "args": (name, version.version)}
        if version.taken_back:
            st.button(f"Use again: {words}", on_click=_use_again, **given)
        elif version.version in now:
            st.button(f"Take back: {words}", icon=":material/undo:", on_click=_take_back, **given)


def _row(version: SiteVersion, now: set[str]) -> list[str]:
    state = "in force" if version.version in now else "taken back" if version.taken_back else "not in force"
    card = version.card
    return [version.site, str(card["created"]), str(card["photos"]), str(card["method"]), state]


def _take_back(name: str, version: str) -> None:
    def act(store: SiteStore, by: str) -> str:
        store.take_back(name, version, by)
        return version

    _done(Action.ROLL_BACK, name, act)


def _use_again(name: str, version: str) -> None:
    def act(store: SiteStore, by: str) -> str:
        store.use_again(name, version, by)
        return version

    _done(Action.IN_FORCE, name, act)


def _done(action: Action, name: str, act: Callable[[SiteStore, str], str]) -> bool:
    """Do it with the role asked at that moment, and tell the trail; what goes wrong is said."""
    actor = current_actor()
    try:
        require(actor, Role.ANALYST)
        audit.record(database(), actor, action, KIND, name, {"version": act(SiteStore(), actor.id)})
    except (CareRiskError, OSError) as error:
        st.error(str(error))
        return False
    return True
