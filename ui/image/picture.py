"""The picture at the left: with what speaks for a finding, with lesion candidates, or with the heart measured on it."""

from __future__ import annotations

import streamlit as st

from riskmodels.errors import CareRiskError
from riskmodels.imaging.lesions.find import Lesions
from riskmodels.imaging.reading import Item, Shown, show
from riskmodels.imaging.registry import Found
from riskmodels.imaging.results import Finding, Pixels
from ui.image import candidates, evidence, maps, overlay, state
from ui.image.models import load, model_key
from ui.image.state import SHOWN, Batch, shown_key
from ui.memo import remembered

EVIDENCE, CANDIDATES, HIDDEN = "Evidence", "Lesion candidates", "Hidden parts"
OUTLINED, ALONE = "Outline and widths", "Film alone"
#: what a heart-size model is asked for
HEART = "heart"
#: the card's checks of models that read retinal photos
_RETINA = "retina"
_METHOD, _VIEW, _FINDING, _OPACITY = "image.method", "image.view", "image.finding", "image.opacity"
_FINDING_OF = "image.finding_of"
_SLOW = "Hidden parts: one part after another is hidden, which takes up to a minute."


@st.fragment
def draw_picture(made: Batch, item: Item, found: Found) -> None:
    """The picture of an item that was read; reruns by itself when its controls are moved."""
    data = _bytes(made, item)
    if data is None:
        st.image(item.thumbnail, alt=f"The picture, small: {item.facts}")
        st.caption("Only the picture looked at last is kept in full. Upload this one again to see it large.")
        return
    key = shown_key(item, model_key(found), made.adult)
    shown = remembered(SHOWN, key, lambda: show(data, item, load(found)))
    if item.reading.heart_size is not None:
        _draw_film(data, item, found, shown)
    else:
        _draw_photo(data, item, found, shown)


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
    view = _control("Film with", [OUTLINED, ALONE, HIDDEN], _VIEW)
    heart = shown.heart_size
    if view == HIDDEN:
        _draw_hidden(data, item, found, shown, (HEART, "Heart width by chest width"))
        return
    if heart is None or view == ALONE:
        _image(st.container(), shown.pixels, "The film without a drawing")
        st.caption("Contrast stretched for the screen.")
        return
    words = overlay.heart_words(heart)
    _image(st.container(), overlay.draw_heart(shown.pixels, heart, shown.scale), f"The film. {words}")
    st.caption(words)


def _draw_photo(data: bytes, item: Item, found: Found, shown: Shown) -> None:
    """A picture that was classified; a retinal photo with its lesion candidates."""
    retinal = found.card.get("checks") == _RETINA
    views = [*([EVIDENCE] if maps.adds_up(found) else []), *([CANDIDATES] if retinal else []), HIDDEN]
    view = _control("Picture with", views, _METHOD)
    if view == CANDIDATES:
        _draw_candidates(data, item, shown)
    else:
        finding = _finding(item)
        if view == EVIDENCE:
            _draw_evidence(data, item, found, shown, finding)
        else:
            _draw_hidden(data, item, found, shown, (finding.name, finding.label))
    if retinal:
        _draw_severity(data, item)


def _control(label: str, views: list[str], key: str) -> str:
    """Which view; the first one where the one chosen before is not to be had for this picture."""
    if st.session_state.get(key) not in views:
        st.session_state[key] = views[0]
    chosen = st.segmented_control(
        label, views, required=True, key=key, persist_state="session", label_visibility="collapsed", help=_SLOW
    )
    return chosen or views[0]


def _draw_evidence(data: bytes, item: Item, found: Found, shown: Shown, finding: Finding) -> None:
    """What every place adds, for in one colour and against in the other."""
    place = st.container()
    try:
        added = maps.evidence_of(data, item.sha256, found, finding.name)
    except CareRiskError as error:
        _image(place, shown.pixels, "The picture, without evidence")
        st.caption(f"No evidence. {error}")
        return
    opacity = _opacity("Opacity of the evidence, %", evidence.legend_html(added))
    words = evidence.evidence_words(added, finding.label, finding.calibrated)
    _image(place, evidence.draw_evidence(shown.pixels, added, opacity), f"The picture with its evidence. {words}")
    st.caption(f"{words} With opacity 0 the picture is as it came.")
    st.html(evidence.evidence_table(added, finding.calibrated))


def _draw_hidden(data: bytes, item: Item, found: Found, shown: Shown, finding: tuple[str, str]) -> None:
    """A heat map of what a finding misses when it is hidden; ``finding`` is its name and label."""
    place = st.container()
    name, label = finding
    try:
        heat = maps.hidden_map(data, item.sha256, found, name)
    except CareRiskError as error:
        _image(place, shown.pixels, "The picture, without a heat map")
        st.caption(f"No heat map. {error}")
        return
    opacity = _opacity("Opacity of the heat map, %", overlay.legend_html())
    words = overlay.heat_words(heat, label)
    _image(place, overlay.blend(shown.pixels, heat, opacity), f"The picture with a heat map. {words}")
    st.caption(f"{words} With opacity 0 the picture is as it came.")
    st.html(overlay.area_table(heat))


def _draw_candidates(data: bytes, item: Item, shown: Shown) -> None:
    lesions = _lesions(data, item)
    if lesions is None:
        _image(st.container(), shown.pixels, "The picture, without candidates")
        return
    words = candidates.candidate_words(lesions)
    pixels = candidates.draw_candidates(shown.pixels, lesions, shown.scale)
    _image(st.container(), pixels, f"The picture with outlines. {words} {candidates.NOTE}")
    st.html(candidates.legend_html())
    st.caption(words)


def _draw_severity(data: bytes, item: Item) -> None:
    lesions = _lesions(data, item)
    if lesions is None:
        st.caption("Location and severity cannot be told: the program failed at the search for lesion candidates.")
    else:
        st.html(candidates.severity_html(lesions))


def _lesions(data: bytes, item: Item) -> Lesions | None:
    """None where the program failed at it."""
    try:
        return maps.lesions_of(data, item.sha256)
    except CareRiskError:
        return None


def _finding(item: Item) -> Finding:
    """The finding that is explained."""
    findings = {finding.name: finding for finding in item.reading.findings}
    if st.session_state.get(_FINDING) not in findings or st.session_state.get(_FINDING_OF) != item.sha256:
        st.session_state[_FINDING], st.session_state[_FINDING_OF] = _first_finding(item), item.sha256
    if len(findings) > 1:
        st.selectbox(
            "Explained finding",
            list(findings),
            format_func=lambda name: findings[name].label,
            key=_FINDING,
            persist_state="session",
            label_visibility="collapsed",
        )
    return findings[st.session_state[_FINDING]]


def _first_finding(item: Item) -> str:
    """The first finding that reaches its threshold; the main one where none does."""
    found = item.reading.findings
    return next((finding.name for finding in found if finding.present), found[0].name)


def _opacity(label: str, legend: str) -> float:
    """The slider beside the legend: 0–1."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        percent: int = st.slider(label, 0, 100, 60, step=5, key=_OPACITY, persist_state="session", width=180)
        st.html(legend, width="content")
    return percent / 100


def _image(place: st.delta_generator.DeltaGenerator, pixels: Pixels, words: str) -> None:
    place.image(pixels, width="stretch", output_format="JPEG", alt=words)
