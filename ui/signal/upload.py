"""Signals come in: dropped files or an invented or given sample of each kind; what kind they are can be changed."""

from __future__ import annotations

import streamlit as st

from riskmodels import SAMPLES
from riskmodels.signals.kinds import MAX_BYTES, Kind, find_kind
from ui.signal import state
from ui.signal.state import Given

#: of one file; the browser refuses larger ones before they are sent
LARGEST_MB = MAX_BYTES // 1_000_000
MOST_FILES = 20
KIND_LABEL = {Kind.GLUCOSE: "Glucose", Kind.RHYTHM: "Heart rhythm", Kind.PRESSURE: "Blood pressure"}


class Sample:
    """Files to try the page with.

    Args:
        button: what its button says.
        title: what it is, for people.
        files: names in :data:`SAMPLES`.
    """

    def __init__(self, button: str, title: str, *files: str) -> None:
        self.button, self.title = button, title
        self._files = files

    @property
    def there(self) -> bool:
        """Whether it came with the program."""
        return all((SAMPLES / name).is_file() for name in self._files)

    def give(self) -> None:
        """Callback: work on it."""
        state.empty_uploader()
        state.give(Given((self.title,), {name: (SAMPLES / name).read_bytes() for name in self._files}, self.title))


SAMPLE_OF = {
    Kind.GLUCOSE: Sample("Try a glucose fortnight", "Sample: a glucose fortnight", "glucose_fortnight.csv"),
    Kind.RHYTHM: Sample("Try a rhythm strip", "Sample: a rhythm strip", "rhythm_strip.csv"),
    Kind.PRESSURE: Sample(
        "Try an invented blood pressure day", "Sample: an invented blood pressure day", "pressure_24h_invented.csv"
    ),
}


def draw_upload(given: Given | None) -> None:
    """The uploader and its buttons."""
    st.file_uploader(
        f"A glucose sensor's file, an ECG or a series of blood pressures, up to {LARGEST_MB} MB."
        " Files of one ECG (.hea, .dat) together",
        accept_multiple_files=True,
        max_upload_size=LARGEST_MB,
        key=state.uploader_key(),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        for kind, sample in SAMPLE_OF.items():
            if given is None and sample.there:
                key, icon = f"signal.sample.{kind}", ":material/science:"
                st.button(sample.button, icon=icon, key=key, on_click=sample.give)
        if given is not None:
            st.button("Clear", icon=":material/delete:", on_click=state.clear, key="signal.clear")
        elif state.undo_available():
            st.button("Undo clear", icon=":material/undo:", on_click=state.undo, key="signal.undo_clear")
        st.caption(
            "Read in memory for this session only. Nothing is stored or logged unless you keep it in a record.",
            width="content",
        )


def take_files() -> Given | None:
    """What the session works on: the files in the uploader where they are others than before."""
    before = state.given()
    files = state.uploaded()[:MOST_FILES]
    signature = tuple(file.file_id for file in files)
    if not files or (before is not None and before.signature == signature):
        return before
    taken = {file.name: file.getvalue() for file in files}
    new = Given(signature, taken, ", ".join(taken))
    state.give(new)
    return new


def draw_kind(given: Given) -> Kind | None:
    """What kind the files are, as found, and a way to say otherwise; None while nobody knows.

    Raises:
        SignalError: when they are no signal.
    """
    if not state.kind_is_known():
        state.keep_kind(find_kind(given.files))
    found = state.kind()
    st.session_state["signal.kind_chosen"] = found
    st.segmented_control(
        "Read as" if found else "What is it? The file does not tell",
        list(KIND_LABEL),
        label_visibility="collapsed" if found else "visible",
        format_func=KIND_LABEL.__getitem__,
        key="signal.kind_chosen",
        on_change=_take_kind,
        wrap=True,
    )
    return found


def _take_kind() -> None:
    chosen = st.session_state["signal.kind_chosen"]
    if chosen is not None:
        state.keep_kind(chosen)
