"""Read an image: checks first, then the picture with its reasons beside what was read."""

from __future__ import annotations

import streamlit as st

from riskmodels.errors import CareRiskError
from riskmodels.imaging.model import HINT
from riskmodels.imaging.reading import Item
from riskmodels.imaging.registry import FOLDERS_VARIABLE, Found, find_models
from riskmodels.records import Role
from ui.image import job as image_job
from ui.image import state as image_state
from ui.image.batch import draw_batch
from ui.image.checks import draw_checks, draw_refusal
from ui.image.models import STYLE, choose_model, draw_about, draw_in_sidebar, model_key
from ui.image.picture import draw_picture
from ui.image.record import draw_keep
from ui.image.result import draw_reading, limits_html
from ui.image.site import draw_site
from ui.image.state import Batch
from ui.image.upload import draw_progress, draw_upload, take_files
from ui.page import start_page
from ui.text import plain


def draw_item(made: Batch, item: Item, found: Found) -> None:
    """One picture in full: its checks, then picture and reading, or why there is none."""
    st.markdown(f"**{plain(item.name)}** {plain(item.facts)}")
    if item.refused:
        draw_refusal(item)
        return
    draw_checks(item)
    left, right = st.columns([5, 6], gap="large")
    with left:
        draw_picture(made, item, found)
    with right:
        draw_keep(item, found)
        draw_reading(item.reading, found)


def draw_results(made: Batch, found: Found) -> None:
    """What the model chosen has read."""
    if not made.items:
        st.caption("Stopped before a picture was read.")
    elif len(made.items) == 1 and not made.stopped:
        draw_item(made, made.items[0], found)
    else:
        item = draw_batch(made, found)
        draw_item(made, item, found)


start_page("Read an image", roles=(Role.CARE, Role.ANALYST), models=draw_in_sidebar)
st.html(STYLE)
models = find_models()
if not models:
    st.error(f"There is no image model, so no picture can be read. {HINT} Own ones: {FOLDERS_VARIABLE}.")
    st.stop()

left, right = st.columns([2, 3], gap="large")
with left:
    found = choose_model(models)
    draw_about(found)
made = image_state.batch(model_key(found))
with right:
    draw_upload(found, made)
try:
    made = take_files(found, made)
    job = image_job.SLOT.current()
    if made is not None:
        draw_results(made, found)
    elif job is not None:
        draw_progress(job)
    else:
        st.html(limits_html(found.card))
except CareRiskError as error:
    st.error(f"The model {plain(found.title)} cannot be used, so no picture was read. {error}")
draw_site(found)
