"""What is drawn over a picture, kept in this session or computed now: evidence, hidden parts, lesion candidates."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from riskmodels.errors import CareRiskError
from riskmodels.imaging.lesions.find import Lesions, find_lesions
from riskmodels.imaging.model import AddsUp
from riskmodels.imaging.reading import open_bytes, small_evidence, small_map
from riskmodels.imaging.registry import Found
from riskmodels.imaging.results import Evidence
from ui.image import state
from ui.image.models import load, model_key
from ui.image.state import LESIONS
from ui.memo import remembered

_LOG = logging.getLogger(__name__)
_BUSY = "Hiding one part of the picture after another"


def adds_up(found: Found) -> bool:
    """Whether the model tells what every place adds."""
    return isinstance(load(found).model, AddsUp)


def evidence_of(data: bytes, sha256: str, found: Found, finding: str) -> Evidence:
    """What every place adds to a finding, its map no larger than a kept one.

    Raises:
        CareRiskError: when it cannot be made.
    """

    def made() -> Evidence:
        loaded, picture = load(found), open_bytes(data)
        model = loaded.model
        if not isinstance(model, AddsUp):
            raise CareRiskError("This model does not tell what each place adds.", hint="Look at the hidden parts.")
        with _told("evidence of this picture"), st.spinner("Adding up the evidence"), loaded.lock:
            return small_evidence(model.evidence(picture, finding))

    return state.evidence().kept(_key(sha256, found, finding), made)


def hidden_map(data: bytes, sha256: str, found: Found, finding: str) -> NDArray[np.uint8]:
    """How much a finding falls when a part is hidden.

    Raises:
        CareRiskError: when it cannot be made.
    """

    def made() -> NDArray[np.uint8]:
        loaded, picture = load(found), open_bytes(data)
        bar = st.progress(0.0, text=_BUSY)
        with _told("heat map of this picture"), loaded.lock:
            heat = small_map(loaded.model.occlusion(picture, finding, lambda done: _tell(bar, loaded.lock, done)))
        bar.empty()
        return heat

    return state.maps().kept(_key(sha256, found, finding), made)


def lesions_of(data: bytes, sha256: str) -> Lesions:
    """Candidates for lesions of the picture in view.

    Raises:
        CareRiskError: when the program fails at it.
    """

    def found() -> Lesions:
        picture = open_bytes(data)
        with _told("search for candidates in this picture"), st.spinner("Looking for lesion candidates"):
            return find_lesions(picture.pixels)

    return remembered(LESIONS, sha256, found)


def _key(sha256: str, found: Found, finding: str) -> str:
    """What a map of one finding depends on."""
    return "|".join((sha256, model_key(found), finding))


@contextmanager
def _told(what: str) -> Iterator[None]:
    """A failure of the program becomes words; the log gets only its kind."""
    try:
        yield
    except (ValueError, RuntimeError) as error:
        _LOG.error("What is drawn over a picture failed: %s", type(error).__name__)
        raise CareRiskError(f"The program failed at the {what}.") from error


def _tell(bar: st.delta_generator.DeltaGenerator, lock: Lock, done: float) -> None:
    """How far it is; between two of its many steps it is the turn of other people's pictures."""
    lock.release()
    try:
        bar.progress(min(max(done, 0.0), 1.0), text=_BUSY)
    finally:
        lock.acquire()
