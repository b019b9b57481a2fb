"""Pictures come in: dropped files, or the sample of the model; read at once when one, in the background when many."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from riskmodels import ROOT
from riskmodels.imaging.picture import MAX_BYTES
from riskmodels.imaging.reading import read_item
from riskmodels.imaging.registry import Found
from ui.image import job as image_job
from ui.image import state
from ui.image.models import load, model_key
from ui.image.state import MOST_FILES, SHOWN, Batch, File
from ui.memo import remembered
from ui.text import count

SAMPLES = ROOT / "data" / "samples"
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
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        _draw_sample_button(found, made)
        if made is not None:
            st.button("Clear", icon=":material/delete:", on_click=_clear, key="image.clear")
        elif state.undo_available():
            st.button("Undo clear", icon=":material/undo:", on_click=state.undo, key="image.undo_clear")
        st.caption(
            "Read in memory for this session only. Nothing is stored or logged unless you keep it in a record.",
            width="content",
        )


def _clear() -> None:
    image_job.discard()
    state.clear()


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
        image_job.discard()
        state.empty_uploader()
        _read_one(found, SAMPLE_NAME, path.read_bytes(), ("sample",))
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
    files = state.uploaded()
    signature = tuple(file.file_id for file in files[:MOST_FILES])
    job = image_job.current()
    if job is not None and job.model == model_key(found) and (not files or job.signature == signature):
        return _finish(job)
    if not files or (made is not None and made.signature == signature):
        return made
    _read_files(found, files, signature, made)
    return None


def _finish(job: image_job.Job) -> Batch | None:
    """What a job has read once it has ended; None while it runs."""
    if job.running:
        return None
    made = job.batch()
    image_job.discard()
    state.keep(made)
    st.rerun()


def _read_files(found: Found, files: Sequence[File], signature: tuple[str, ...], made: Batch | None) -> None:
    image_job.discard()
    if len(files) == 1:
        _read_one(found, files[0].name, files[0].handle.getvalue(), signature)
        st.rerun()
    known = {item.sha256: item for item in made.items} if made else {}
    image_job.start(image_job.Job(files[:MOST_FILES], max(0, len(files) - MOST_FILES), load(found), known))


def _read_one(found: Found, name: str, data: bytes, signature: tuple[str, ...]) -> None:
    loaded = load(found)
    with st.spinner("Checking and reading the picture"):
        item, shown = read_item(1, name, data, loaded)
    made = Batch(signature, (item,), model_key(found))
    state.keep(made)
    state.keep_bytes(item.sha256, data)
    if shown is not None:
        remembered(SHOWN, (item.sha256, made.model), lambda: shown)


@st.fragment(run_every="0.7s")
def draw_progress(job: image_job.Job) -> None:
    """How far the reading is, and a way to stop it."""
    if not job.running:
        st.rerun()
    st.progress(job.done / job.total, text=f"{job.done} of {count(job.total, 'picture')} read")
    if st.button("Cancel", icon=":material/stop_circle:", key="image.cancel"):
        job.cancel()
        st.rerun()
