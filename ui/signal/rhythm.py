"""A heart's rhythm on the Signal page: checks, the strip on paper, the whole at a glance, numbers, episodes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import streamlit as st

from riskmodels.records import Role
from riskmodels.signals.rhythm_read import HOUR, RhythmRead
from ui.charts import CONFIG
from ui.checks import cautions_html, checks_html, limits_html, refusal_html
from ui.page import theme
from ui.sign_in.account import current_actor
from ui.signal import rhythm_figure as figure
from ui.signal import rhythm_rows as rows
from ui.signal.beside import Beside, nothing
from ui.signal.rhythm_place import Place
from ui.tables import STYLE, table
from ui.text import count

_LABEL = "Checks of the recording"
_TRACES = Path(__file__).parent / "traces.css"
_TABLE_HEIGHT = 250
#: hours or minutes from which on they are drawn beside each other
_FEWEST_PARTS = 3


@st.fragment
def draw_rhythm(read: RhythmRead, key: str, beside: Beside = nothing) -> None:
    """Everything of a recording; reruns by itself when the strip is moved.

    Args:
        read: the recording.
        key: prefix of the session's keys.
        beside: draws what stands under the checks, e.g. the way into a record.
    """
    place = Place(read, key)
    for style in (STYLE, _TRACES):
        st.html(style)
    if read.refused:
        checks = checks_html(read.checks, _LABEL, reason=read.refused)
        st.html(refusal_html("No reading of this recording", read.refused, checks))
    else:
        st.html(cautions_html(read.checks, _LABEL))
        beside(read)
        st.markdown(f"**{rows.headline(read)}**")
    view = place.view(theme())
    _draw_strip(read, place, view)
    if not read.refused:
        left, right = st.columns([3, 2], gap="large")
        with left:
            st.html(table("Numbers of the rhythm", rows.HEAD, rows.number_rows(read), kind="cr-found"))
            _draw_burden(read, place, view)
            _draw_change()
        with right:
            _draw_beat(read, place, view)
            _draw_episodes(read, place)
    st.html(limits_html(read.limits, "What it does not say", _notes(read)))


def _draw_strip(read: RhythmRead, place: Place, view: figure.View) -> None:
    words = rows.strip_words(read, view.first, view.lead)
    drawn = figure.strip_figure(read, view)
    with st.container(horizontal=True, key=f"{place.key}.paper", gap=None):
        chart = f"{place.key}.strip"
        st.plotly_chart(
            drawn,
            width=drawn["layout"]["width"],
            key=chart,
            config=CONFIG,
            on_select=lambda: _choose_beat(place, chart),
            selection_mode="points",
            alt=f"Strip of the electrocardiogram. {words}",
        )
    behind = table("Beats of the strip", ("Beat", "At", "Called"), rows.beat_table(read, view.first))
    st.html(f'<div class="sr-only">{behind}</div>')
    st.caption(words)
    _draw_controls(read, place)
    if place.last:
        _draw_overview(read, place, view)


def _draw_controls(read: RhythmRead, place: Place) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        if place.last:
            shift, arrows = figure.SECONDS, ("arrow_back", "arrow_forward")
            back, on = (f":material/{name}:" for name in arrows)
            st.button("10 s back", icon=back, key=f"{place.key}.back", on_click=place.shift, args=(-shift,))
            _draw_slider(place)
            st.button("10 s on", icon=on, key=f"{place.key}.on", on_click=place.shift, args=(shift,))
        if len(read.ecg.leads) > 1:
            st.session_state.setdefault(f"{place.key}.lead", read.checked.lead)
            st.selectbox(
                "Lead drawn",
                range(len(read.ecg.leads)),
                format_func=lambda n: read.ecg.leads[n] + (" (read)" if n == read.checked.lead else ""),
                key=f"{place.key}.lead",
                width=150,
            )


def _draw_slider(place: Place) -> None:
    st.session_state.setdefault(place.slider, place.as_time(0))
    st.slider(
        "Strip begins at, h:min:s",
        place.as_time(0),
        place.as_time(place.last),
        step=timedelta(seconds=1),
        format="H:mm:ss",
        key=place.slider,
        width="stretch",
    )


def _draw_overview(read: RhythmRead, place: Place, view: figure.View) -> None:
    chart, whole = f"{place.key}.whole", place.whole()
    irregular = " Bars on top: irregular intervals." if figure.irregular_spans(read) else ""
    below = " Below: ventricular beats." if whole.called.any() else ""
    out = " Hatched: left out." if whole.out.any() else ""
    st.plotly_chart(
        figure.overview_figure(read, whole, view),
        key=chart,
        config=CONFIG,
        on_select=lambda: _jump(place, chart),
        selection_mode="points",
        alt="The whole recording, lowest and highest of each of many columns, with the strip's place in it",
    )
    columns = f"{count(len(whole.low), 'column')} of {len(read.checked.cleaned):,} values"
    st.caption(f"The whole recording in {columns}; click to move the strip.{out}{below}{irregular}")


def _draw_beat(read: RhythmRead, place: Place, view: figure.View) -> None:
    """One beat enlarged, with what spoke for its call."""
    called = place.called
    if view.beat < 0:
        if not read.calls.refused:
            st.caption("No beat is called ventricular.")
        return
    st.markdown(f"**{figure.beat_words(read, view.beat)}**")
    if view.saliency is None:
        st.caption("Nothing can be said of what spoke for it: no lead shows it whole and clean.")
    else:
        chart = figure.beat_figure(read, view)
        words = rows.saliency_words(read, view.beat, view.saliency)
        st.plotly_chart(chart, key=f"{place.key}.beat_chart", config=CONFIG, alt=f"The beat enlarged. {words}")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for label, icon, by in (("Previous", "navigate_before", -1), ("Next", "navigate_next", 1)):
            st.button(
                f"{label} ventricular",
                icon=f":material/{icon}:",
                key=f"{place.key}.{label.lower()}",
                on_click=place.step,
                args=(by,),
            )
        at = int((called <= view.beat).sum())
        st.caption(
            f"{at} of {len(called):,}" if view.beat in called else f"{len(called):,} ventricular", width="content"
        )
    if view.saliency is not None:
        st.caption(words)


def _draw_burden(read: RhythmRead, place: Place, view: figure.View) -> None:
    parts = read.burden()
    if not len(place.called) or len(parts) < _FEWEST_PARTS:
        return
    name, chart = ("hour" if parts[0].length >= HOUR else "minute"), f"{place.key}.burden"
    most = max(parts, key=lambda part: part.ventricular / max(part.beats, 1))
    share = 100 * most.ventricular / max(most.beats, 1)
    words = (
        f"Ventricular beats by {name}, % of those seen. Most in the {name} from {figure.clock(most.start)}: "
        f"{most.ventricular} of {most.beats} ({share:.1f} %)."
    )
    st.plotly_chart(
        figure.burden_figure(parts, view.theme),
        key=chart,
        config=CONFIG,
        on_select=lambda: _jump(place, chart, middle=False),
        selection_mode="points",
        alt=words,
    )
    head = (f"{name.capitalize()} from", "Beats", "Ventricular")
    behind = [(figure.clock(p.start), f"{p.beats:,}", f"{p.ventricular:,}") for p in parts]
    st.html(f'<div class="sr-only">{table(f"Ventricular beats by {name}", head, behind)}</div>')
    st.caption(words)


def _draw_episodes(read: RhythmRead, place: Place) -> None:
    """Runs, couplets and pauses; each leads to its place."""
    episodes = read.episodes()
    if not episodes:
        return
    shown = episodes[: rows.MOST_EPISODES]
    chart = f"{place.key}.episodes"

    def jump() -> None:
        picked = st.session_state[chart]["selection"]["rows"]
        if picked and picked[0] < len(shown):
            place.move(shown[picked[0]].start - 2)

    def go() -> None:
        place.move(shown[st.session_state[f"{chart}.go"]].start - 2)

    st.selectbox(
        "Go to (or click its row)",
        range(len(shown)),
        index=None,
        format_func=lambda n: rows.episode_words(shown[n]),
        key=f"{chart}.go",
        placeholder="a run, a couplet or a pause",
        on_change=go,
    )
    st.dataframe(
        rows.episode_table(shown),
        hide_index=True,
        height=_TABLE_HEIGHT if len(shown) > 6 else "auto",
        key=chart,
        on_select=jump,
        selection_mode="single-row",
        alt=f"{count(len(episodes), 'episode')}: runs, couplets and pauses",
    )
    if len(episodes) > len(shown):
        st.caption(f"The first {len(shown):,} of {len(episodes):,}.")


def _draw_change() -> None:
    """What a finding of a rhythm changes: never entered by itself."""
    st.markdown(
        "If a physician finds atrial fibrillation, tell it where the patient is assessed: it opens CHA₂DS₂-VA and "
        "HAS-BLED there. Nothing is entered from here."
    )
    if current_actor().may(Role.CARE):
        st.page_link("pages/1_Patient.py", label="Assess a patient", icon=":material/person_search:", width="content")


def _choose_beat(place: Place, chart: str) -> None:
    beat = place.clicked(chart)
    if beat is not None:
        place.choose(int(beat))


def _jump(place: Place, chart: str, middle: bool = True) -> None:
    at = place.clicked(chart)
    if at is not None:
        place.move(float(at) - (figure.SECONDS / 2 if middle else 0))


def _notes(read: RhythmRead) -> str:
    ecg = read.ecg
    began = f" Begun {ecg.start:%Y-%m-%d %H:%M}." if ecg.start else ""
    length = f"{figure.clock(ecg.seconds)}, {count(len(ecg.leads), 'lead')}, {ecg.rate:g} Hz"
    model = ""
    if read.model is not None and not read.calls.refused:
        card = read.model.card
        model = f" Model: {card.get('title', card.get('name', ''))}, {card.get('version', card.get('created', ''))}."
    return f"{ecg.source}, {length}.{began} {' '.join(ecg.notes)}{model}"
