"""A site's calibration in the background: one a session, with progress and a way to stop."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from threading import Event

import streamlit as st

from riskmodels.errors import CareRiskError, TrainingError
from riskmodels.imaging.calibration import Made
from riskmodels.imaging.reading import Loaded, open_bytes
from ui.image.slot import Slot

_LOG = logging.getLogger(__name__)
#: share of the work that is reading the photos
_READING = 0.8
_BROKEN = "The program failed at this calibration."


class SiteJob:
    """One calibration.

    Args:
        loaded: the model.
        labels: bytes of the CSV.
        photos: bytes by the file's name.
        site: name, for people.
        by: which account.
    """

    def __init__(self, loaded: Loaded, labels: bytes, photos: Mapping[str, bytes], site: str, by: str) -> None:
        self.share, self._stop = 0.0, Event()
        self._future: Future[Made] = _executor().submit(self._run, loaded, labels, dict(photos), site, by)

    @property
    def running(self) -> bool:
        """Whether it waits or runs."""
        return not self._future.done() and not self._stop.is_set()

    @property
    def stopped(self) -> bool:
        """Whether a person has stopped it."""
        return self._stop.is_set()

    def cancel(self) -> None:
        """Stop it at its next step; nothing is kept."""
        self._stop.set()
        self._future.cancel()

    def result(self) -> Made:
        """What came out.

        Raises:
            CareRiskError: what went wrong, in words.
        """
        try:
            return self._future.result()
        except CareRiskError:
            raise
        except Exception as error:
            _LOG.error("A site's calibration failed: %s", type(error).__name__)
            raise TrainingError(_BROKEN, hint="Try it again; if it fails again, tell who runs the program.") from error

    def _run(self, loaded: Loaded, labels: bytes, photos: dict[str, bytes], site: str, by: str) -> Made:
        from riskmodels.imaging.classifier import ImageClassifier  # only now: the page itself needs no network
        from riskmodels.imaging.site.calibrate import calibrate
        from riskmodels.imaging.site.photos import read_labels, see_photos

        model = loaded.model
        if not isinstance(model, ImageClassifier):
            raise TrainingError("This model gives no probabilities to calibrate.", hint="Choose another model.")
        told = read_labels(labels, model)
        seen = see_photos(
            told, lambda name: photos.get(_base(name)), model, lambda done: self._tell(_READING * done), open_bytes
        )
        unnamed = len(photos.keys() - {_base(name) for name in told.by_name})
        if unnamed:
            seen = replace(seen, notes=(*seen.notes, f"{unnamed} photos have no row in the table."))
        return calibrate(model, seen, site, by, lambda done: self._tell(_READING + (1 - _READING) * done))

    def _tell(self, share: float) -> None:
        if self._stop.is_set():
            raise TrainingError("Stopped. Nothing was changed.")
        self.share = share


def _base(name: str) -> str:
    """A file's name without its folders: the browser tells no more."""
    return name.rsplit("/", 1)[-1]


@st.cache_resource(show_spinner=False)
def _executor() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="site-calibration")


SLOT: Slot[SiteJob] = Slot("image.site.job")
