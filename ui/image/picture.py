"""The picture at the left: with a heat map and its controls, or with the heart measured on it."""

from __future__ import annotations

import logging
from threading import Lock

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from riskmodels.errors import CareRiskError
from riskmodels.imaging.reading import Item, Shown, open_bytes, show, small_map
from riskmodels.imaging.registry import Found
from ui.image import overlay, state
from ui.image.models import load, model_key
from ui.image.state import SHOWN, Batch
from ui.memo import remembered

_LOG = logging.getLogger(__name__)
LOOKED, HIDDEN = "Where it looked (Grad-CAM)", "What matters when hidden (occlusion)"
OUTLINED, ALONE = "Outline and widths", "Film alone"
#: what a heart-size model is asked for
HEART = "heart"
_METHOD, _VIEW, _FINDING, _OPACITY = "image.method", "image.view", "image.finding", "image.opacity"
_FINDING_OF = "image.finding_of"


@st.fragment
def draw_picture(made: Batch, item: Item, found: Found) -> None:
    """The picture of an item that was read; reruns by itself when its controls are moved."""
    data = _bytes(made, item)
    if data is None:
        st.image(item.thumbnail, alt=f"The picture, small: {item.facts}")
        st.caption("Only the picture looked at last is kept in full. Upload this one again to see it large.")
        return
    shown = remembered(SHOWN, (item.sha256, model_key(found)), lambda: show(data, item, load(found)))
    if item.reading.heart_size is not None:
        _draw_film(data, item, found, shown)
    else:
        method, finding = _draw_choices(item)
        _draw_heat(data, item, found, shown, finding, method)


def _bytes(made: Batch, item: Item) -> bytes | None:
    """The file of the item, which becomes the one that is kept."""
    data = state.bytes_of(item.sha256)
    if data is None:
        file = state.file_of(made, item)
        data = file.handle.getvalue() if file is not None else None
        if data is not None:
            state.keep_bytes(item.sha256, data)
    return data


def _draw_film(data: bytes, item: Item, found: Found, shown: Shown) -> None:
    view = st.segmented_control(
        "Film with",
        [OUTLINED, ALONE, HIDDEN],
        default=OUTLINED,
        required=True,
        key=_VIEW,
        persist_state="session",
        label_visibility="collapsed",
        help="Occlusion hides one part after another and takes up to a minute.",
    )
    heart = shown.heart_size
    if view == HIDDEN:
        _draw_heat(data, item, found, shown, (HEART, "Heart width by chest width"), HIDDEN)
        return
    if heart is None or view == ALONE:
        st.image(shown.pixels, width="stretch", output_format="JPEG", alt="The film without a drawing")
        st.caption("Contrast stretched for the screen.")
        return
    words = overlay.heart_words(heart)
    pixels = overlay.draw_heart(shown.pixels, heart, shown.scale)
    st.image(pixels, width="stretch", output_format="JPEG", alt=f"The film. {words}")
    st.caption(words)


def _draw_heat(data: bytes, item: Item, found: Found, shown: Shown, finding: tuple[str, str], method: str) -> None:
    """A heat map over the picture; ``finding`` is its name and label."""
    place = st.container()
    name, label = finding
    try:
        heat = _heat(data, item, found, name, method)
    except CareRiskError as error:
        place.image(shown.pixels, width="stretch", output_format="JPEG", alt="The picture, without a heat map")
        st.caption(f"No heat map. {error}")
        return
    opacity = _draw_opacity()
    words = overlay.heat_words(heat, label, method == HIDDEN)
    pixels = overlay.blend(shown.pixels, heat, opacity / 100)
    place.image(pixels, width="stretch", output_format="JPEG", alt=f"The picture with a heat map. {words}")
    st.caption(f"{words} With opacity 0 the picture is as it came.")
    st.html(overlay.area_table(heat))


def _draw_choices(item: Item) -> tuple[str, tuple[str, str]]:
    """Which map, and name and label of which finding."""
    findings = {finding.name: finding for finding in item.reading.findings}
    if st.session_state.get(_FINDING) not in findings or st.session_state.get(_FINDING_OF) != item.sha256:
        st.session_state[_FINDING], st.session_state[_FINDING_OF] = _first_finding(item), item.sha256
    method = st.segmented_control(
        "Heat map",
        [LOOKED, HIDDEN],
        default=LOOKED,
        required=True,
        key=_METHOD,
        persist_state="session",
        label_visibility="collapsed",
        help="Occlusion hides one part after another and takes up to a minute.",
    )
    if len(findings) > 1:
        st.selectbox(
            "Heat map of",
            list(findings),
            format_func=lambda name: findings[name].label,
            key=_FINDING,
            persist_state="session",
            label_visibility="collapsed",
        )
    chosen = findings[st.session_state[_FINDING]]
    return method or LOOKED, (chosen.name, chosen.label)


def _first_finding(item: Item) -> str:
    """The first finding that reaches its threshold; the main one where none does."""
    found = item.reading.findings
    return next((finding.name for finding in found if finding.present), found[0].name)


def _draw_opacity() -> int:
    """The slider beside the legend from cold to hot."""
    stops = ", ".join(f"rgb({r},{g},{b})" for r, g, b in overlay.heat_colours()[::51])
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        opacity: int = st.slider(
            "Opacity of the heat map, %", 0, 100, 60, step=5, key=_OPACITY, persist_state="session", width=220
        )
        st.html(
            f'<p class="cr-heat">cold <i style="background:linear-gradient(to right, {stops})"></i> hot</p>',
            width="content",
        )
    return opacity


def _heat(data: bytes, item: Item, found: Found, finding: str, method: str) -> NDArray[np.uint8]:
    """The map, from this session's shelf where it was made before.

    Raises:
        CareRiskError: when it cannot be made.
    """
    key = "|".join((item.sha256, model_key(found), finding, method))
    known = state.maps().get(key)
    if known is None:
        known = _computed(data, found, finding, method == HIDDEN)
        state.maps().put(key, known)
    return known


def _computed(data: bytes, found: Found, finding: str, hidden: bool) -> NDArray[np.uint8]:
    loaded, picture = load(found), open_bytes(data)
    try:
        if hidden:
            bar = st.progress(0.0, text="Hiding one part of the picture after another")
            with loaded.lock:
                heat = loaded.model.occlusion(picture, finding, lambda done: _tell(bar, loaded.lock, done))
            bar.empty()
        else:
            with st.spinner("Drawing the heat map"), loaded.lock:
                heat = loaded.model.heatmap(picture, finding)
    except (ValueError, RuntimeError) as error:
        _LOG.error("A heat map failed: %s", type(error).__name__)
        raise CareRiskError("The program failed at the heat map of this picture.") from error
    return small_map(heat)


def _tell(bar: st.delta_generator.DeltaGenerator, lock: Lock, done: float) -> None:
    """How far it is; between two of its many steps it is the turn of other people's pictures."""
    lock.release()
    try:
        bar.progress(min(max(done, 0.0), 1.0), text="Hiding one part of the picture after another")
    finally:
        lock.acquire()
