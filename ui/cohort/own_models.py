"""Models of one's own for this file: train one, look at it, keep it, estimate with it, delete it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from riskmodels.errors import CareRiskError
from riskmodels.interop.columns.mapping import Asks
from riskmodels.own_models import audit
from riskmodels.own_models.store import OwnModel, OwnModels
from riskmodels.own_models.task import LIMITS, UploadedTable, model_of, score_task, train_task
from riskmodels.records import Role
from riskmodels.records.access import require
from riskmodels.tasks import shared_room
from ui import tasks
from ui.cohort import state
from ui.cohort.own_card import draw_card
from ui.cohort.own_request import draw_request
from ui.cohort.state import Upload
from ui.database import database
from ui.sign_in.account import current_actor
from ui.text import count, plain

TRAIN, SCORE = "own_model_training", "own_model_scoring"
_ASKED = "own_model_asked"


def draw_own_models(upload: Upload) -> None:
    """The kept models that this file can be scored with, and the training of another one.

    Args:
        upload: the file.
    """
    kept = OwnModels().fitting(upload.source.headers)
    label = f"**Models of your own** · {count(len(kept), 'model')} for these columns"
    with st.expander(label, expanded=False, icon=":material/model_training:"):
        for model in kept:
            _draw_kept(upload, model)
        _draw_training(upload)


def _table(upload: Upload) -> UploadedTable:
    return UploadedTable(upload.name, upload.data, upload.format)


def _draw_training(upload: Upload) -> None:
    st.subheader("Train a model of your own", anchor=False)
    mapping = state.mapping_of(upload)
    request = draw_request(upload, mapping)
    left = [question for question in mapping.questions() if question.asks is not Asks.NEEDED]
    if left:
        st.caption(f"{count(len(left), 'question')} on the columns must be answered first.")
    key = (upload.key, repr(mapping), repr(request))
    busy = tasks.running(TRAIN, key)
    ready = request is not None and not left
    if st.button("Train", key="own_model_train", icon=":material/model_training:", disabled=busy or not ready):
        tasks.forget(TRAIN)
        st.session_state[_ASKED] = key
    if request is None or st.session_state.get(_ASKED) != key:
        st.caption("It is judged by cross-validation beside logistic regression, XGBoost and EBM. Nothing is kept yet.")
        return
    try:
        files = tasks.awaited(
            TRAIN,
            key,
            lambda: shared_room().start(train_task, _table(upload), mapping, request, limits=LIMITS),
            "Training",
        )
        if files is None:
            return
        model = model_of(files)
    except CareRiskError as error:
        st.error(plain(str(error), 500))
        return
    draw_card(model, "new")
    if st.button("Keep this model", key="own_model_keep", icon=":material/save:"):
        _keep(model)


def _keep(model: Any) -> None:
    actor = current_actor()
    try:
        require(actor, Role.ANALYST)
        kept = audit.keep(model, database(), actor)
    except (CareRiskError, OSError) as error:
        st.error(f"The model was not kept. {error}")
        return
    st.session_state.pop(_ASKED, None)
    tasks.forget(TRAIN)
    st.toast(f"Kept as {kept.name}.")
    st.rerun()


def _draw_kept(upload: Upload, kept: OwnModel) -> None:
    st.subheader(plain(kept.label, 60), anchor=False)
    try:
        model = kept.load()
    except CareRiskError as error:
        st.error(str(error))
        return
    draw_card(model, kept.name)
    with st.container(horizontal=True):
        asked = st.button("Estimate these rows", key=f"own_score.{kept.name}", icon=":material/calculate:")
        if st.button("Delete", key=f"own_delete.{kept.name}", icon=":material/delete:"):
            st.session_state[f"own_deleting.{kept.name}"] = True
    if st.session_state.get(f"own_deleting.{kept.name}"):
        _draw_deleting(kept)
    key = (upload.key, kept.name)
    if asked:
        st.session_state["own_scoring"] = key
    if st.session_state.get("own_scoring") == key:
        _draw_scored(upload, kept, key)


def _draw_deleting(kept: OwnModel) -> None:
    st.warning("The model is deleted for good; what was estimated with it stays where it is.")
    with st.container(horizontal=True):
        if st.button("Delete for good", key=f"own_delete_now.{kept.name}"):
            actor = current_actor()
            try:
                require(actor, Role.ANALYST)
                audit.delete(kept.name, database(), actor)
            except (CareRiskError, OSError) as error:
                st.error(f"The model was not deleted. {error}")
                return
            st.session_state.pop(f"own_deleting.{kept.name}", None)
            st.rerun()
        if st.button("Keep it", key=f"own_delete_not.{kept.name}"):
            st.session_state.pop(f"own_deleting.{kept.name}", None)
            st.rerun()


def _draw_scored(upload: Upload, kept: OwnModel, key: tuple[str, str]) -> None:
    try:
        found = tasks.awaited(
            SCORE,
            key,
            lambda: shared_room().start(score_task, kept.folder, _table(upload), upload.rows, limits=LIMITS),
            "Estimating",
        )
    except CareRiskError as error:
        st.error(plain(str(error), 500))
        return
    if found is None:
        return
    data, counts = found
    st.caption(
        f"{count(counts.read, 'row')} read, {counts.scored:,} with an estimate, {counts.not_scored:,} without, "
        f"{counts.with_problems:,} with problems."
    )
    st.download_button(
        "Download the estimates",
        data,
        file_name=f"{kept.name}_estimates.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key=f"own_download.{kept.name}",
    )
