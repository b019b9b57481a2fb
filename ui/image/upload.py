"""Pictures come in: dropped files, or the sample of the model; read at once when one, in the background when many."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from riskmodels import SAMPLES
from riskmodels.imaging.picture import MAX_BYTES
from riskmodels.imaging.reading import read_item
from riskmodels.imaging.registry import Found
from ui.image import age, state
from ui.image import job as image_job
from ui.image.models import load, model_key
from ui.image.state import MOST_FILES, SHOWN, Batch, File, shown_key
from ui.memo import remembered
from ui.text import count

SAMPLE_NAME = "Sample picture"
#: of one file; the browser refuses larger ones before they are sent
LARGEST_MB = MAX_BYTES // 1_000_000


def draw_upload(found: Found, made: Batch | None) -> None:
    """The uploader and its buttons."""
    st.file_uploader(
        f"Pictures: PNG, JPEG or DICOM, one or up to {MOST_FILES}, each up to {LARGEST_MB} MB",
        accept_multiple_files=True,
        max_upload_size=LARGEST_MB,
        key=state.uploader_key(),
        on_change=_reopen_age,
    )
    age.draw_age(found)
    with st.container(horizontal=True, vertical_alignment="center"):
        _draw_sample_button(found, made)
        if made is not None:
            st.button("Clear", icon=":material/delete:", on_click=_clear, key="image.clear")
        elif state.undo_available():
            st.button("Undo clear", icon=":material/undo:", on_click=_undo, key="image.undo_clear")
        st.caption(
            "Read in memory for this session only. Nothing is stored or logged unless you keep it in a record.",
            width="content",
        )


def _reopen_age() -> None:
    age.reopen([file.file_id for file in state.uploaded()])


def _clear() -> None:
    image_job.SLOT.discard()
    state.clear()
    age.clear()


def _undo() -> None:
    state.undo()
    age.undo()


def sample_of(found: Found) -> Path | None:
    """The sample picture named on the model's card; None when there is none."""
    name = Path(str(found.card.get("sample") or "")).name
    path = SAMPLES / name
    return path if name and path.is_file() else None


def _draw_sample_button(found: Found, made: Batch | None) -> None:
    path = sample_of(found)
    if path is None:
        return
    kind = "primary" if made is None else "secondary"
    if st.button("Try a sample", icon=":material/science:", type=kind, key="image.sample"):  # type: ignore[arg-type]
        image_job.SLOT.discard()
        state.empty_uploader()
        _read_one(found, SAMPLE_NAME, path.read_bytes(), ("sample",), age.is_adult(found))
        st.rerun()


def take_files(found: Found, made: Batch | None) -> Batch | None:
    """Read the files in the uploader that this model has not read yet.

    Args:
        found: the model chosen.
        made: what it read before.

    Returns:
        What it has read; None when nothing, or while it reads in the background. The page starts again with what is
        new.

    Raises:
        ModelFileError: when the model cannot be loaded.
    """
    files, adult = state.uploaded(), age.is_adult(found)
    signature = tuple(file.file_id for file in files[:MOST_FILES])
    job = image_job.SLOT.current()
    if (
        job is not None
        and (job.model, job.adult) == (model_key(found), adult)
        and (not files or job.signature == signature)
    ):
        return _finish(job)
    made = _answered(found, made, adult, bool(files))
    if not files or (made is not None and made.signature == signature):
        return made
    _read_files(found, files, signature, made, adult)
    return None


def _answered(found: Found, made: Batch | None, adult: bool | None, files: bool) -> Batch | None:
    """What was read with this answer; read again, or not shown, when it was read with another one."""
    if made is None or made.adult == adult:
        return made
    first = made.items[0] if made.items else None
    data = state.bytes_of(first.sha256) if first and len(made.items) == 1 else None
    if first and data is not None and not files:
        _read_one(found, first.name, data, made.signature, adult)
        st.rerun()
    if not files:
        st.info("The answer to the question of age has changed. Upload the films again to have them read with it.")
    return None


def _finish(job: image_job.Job) -> Batch | None:
    """What a job has read once it has ended; None while it runs."""
    if job.running:
        return None
    made = job.batch()
    image_job.SLOT.discard()
    state.keep(made)
    st.rerun()


def _read_files(
    found: Found, files: Sequence[File], signature: tuple[str, ...], made: Batch | None, adult: bool | None
) -> None:
    image_job.SLOT.discard()
    if len(files) == 1:
        _read_one(found, files[0].name, files[0].handle.getvalue(), signature, adult)
        st.rerun()
    known = {item.sha256: item for item in made.items} if made else {}
    left_out = max(0, len(files) - MOST_FILES)
    image_job.SLOT.start(image_job.Job(files[:MOST_FILES], left_out, load(found), known, adult))


def _read_one(found: Found, name: str, data: bytes, signature: tuple[str, ...], adult: bool | None) -> None:
    loaded = load(found)
    with st.spinner("Checking and reading the picture"):
        item, shown = read_item(1, name, data, loaded, adult)
    made = Batch(signature, (item,), model_key(found), adult=adult)
    state.keep(made)
    state.keep_bytes(item.sha256, data)
    if shown is not None:
        remembered(SHOWN, shown_key(item, made.model, adult), lambda: shown)


@st.fragment(run_every="0.7s")
def draw_progress(job: image_job.Job) -> None:
    """How far the reading is, and a way to stop it."""
    if not job.running:
        st.rerun()
    st.progress(job.done / job.total, text=f"{job.done} of {count(job.total, 'picture')} read")
    if st.button("Cancel", icon=":material/stop_circle:", key="image.cancel"):
        job.cancel()
        st.rerun()
