"""The pictures a session works on: results and thumbnails of all, the bytes of the one that is looked at.

Everything stays in session state, so nothing of a picture is shared between people, and it is gone with the session.
Results are kept by model, so that they survive a look at another model or another page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from riskmodels.imaging.reading import Item
from riskmodels.imaging.results import Evidence
from ui.memo import forget
from ui.uploads import Shelf, UploadedFile

MOST_FILES = 100
#: slot of the picture in view
SHOWN = "image_shown"
#: slot of its lesion candidates
LESIONS = "image_lesions"
_BATCHES, _BYTES, _MAPS, _UNDO, _NONCE = "image.batches", "image.bytes", "image.maps", "image.undo", "image.nonce"
_MOST_MAPS = 12
_EVIDENCE, _MOST_EVIDENCE = "image.evidence", 6


@dataclass(frozen=True, eq=False)
class Batch:
    """Pictures read by one model.

    Args:
        signature: of the files it was made from.
        items: in the order of the files.
        model: name and version of the model that read them.
        left_out: files above the limit, which were not read.
        stopped: files that were not read because the reading was stopped.
        adult: the answer to the question of age that they were read with; None where not asked or not answered.
    """

    signature: tuple[str, ...]
    items: tuple[Item, ...]
    model: str
    left_out: int = 0
    stopped: int = 0
    adult: bool | None = None


@dataclass(frozen=True)
class File:
    """A file to be read: its handle and name."""

    file_id: str
    name: str
    handle: UploadedFile


def shown_key(item: Item, model: str, adult: bool | None) -> tuple[str, str, bool | None]:
    """What the picture in view depends on: a film refused for want of an answer has no outline yet.

    Args:
        item: the picture.
        model: from :func:`ui.image.models.model_key`.
        adult: the answer that it was read with.
    """
    return item.sha256, model, adult


def _batches() -> dict[str, Batch]:
    batches: dict[str, Batch] = st.session_state.setdefault(_BATCHES, {})
    return batches


def batch(model: str) -> Batch | None:
    """What the model has read in this session; None when nothing.

    Args:
        model: from :func:`ui.image.models.model_key`.
    """
    return _batches().get(model)


def keep(new: Batch) -> None:
    """Keep what was read, in place of what that model had read before."""
    st.session_state.pop(_UNDO, None)
    _batches()[new.model] = new


def uploader_key() -> str:
    """Session-state key of the uploader; a new one empties it."""
    return f"image.files.{st.session_state.get(_NONCE, 0)}"


def uploaded() -> list[File]:
    """The files in the uploader, in the order they were chosen."""
    files: Sequence[Any] = st.session_state.get(uploader_key()) or []
    return [File(file.file_id, file.name, file) for file in files]


def file_of(made: Batch, item: Item) -> File | None:
    """The file of an item while the uploader still holds it."""
    file_id = made.signature[item.number - 1] if item.number <= len(made.signature) else ""
    return next((file for file in uploaded() if file.file_id == file_id), None)


def empty_uploader() -> None:
    """Forget the files in the uploader."""
    st.session_state[_NONCE] = st.session_state.get(_NONCE, 0) + 1


def bytes_of(sha256: str) -> bytes | None:
    """The bytes of the picture that was looked at last; None when they are of another one."""
    kept: tuple[str, bytes] = st.session_state.get(_BYTES, ("", b""))
    return kept[1] if kept[0] == sha256 else None


def keep_bytes(sha256: str, data: bytes) -> None:
    """Keep the bytes of the picture in view, and of no other."""
    st.session_state[_BYTES] = (sha256, data)


def maps() -> Shelf[NDArray[np.uint8]]:
    """The last few heat maps of the session, small, by picture, model and finding."""
    shelf: Shelf[NDArray[np.uint8]] = st.session_state.setdefault(_MAPS, Shelf[NDArray[np.uint8]](_MOST_MAPS))
    return shelf


def evidence() -> Shelf[Evidence]:
    """The last few findings' evidence of the session, small, by picture, model and finding."""
    shelf: Shelf[Evidence] = st.session_state.setdefault(_EVIDENCE, Shelf[Evidence](_MOST_EVIDENCE))
    return shelf


def clear() -> None:
    """Callback: forget all pictures; can be undone until the next one is read."""
    st.session_state[_UNDO] = {key: st.session_state.get(key) for key in (_BATCHES, _BYTES)}
    for key in (_BATCHES, _BYTES, _MAPS, _EVIDENCE):
        st.session_state.pop(key, None)
    forget(SHOWN)
    forget(LESIONS)
    empty_uploader()


def undo_available() -> bool:
    """Whether what was cleared can be brought back."""
    return _UNDO in st.session_state


def undo() -> None:
    """Callback: bring back the results that were cleared."""
    for key, value in st.session_state.pop(_UNDO).items():
        if value is not None:
            st.session_state[key] = value
