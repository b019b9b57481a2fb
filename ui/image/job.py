"""Reading many pictures in the background: one thread a process, a handle a session, progress and a way to stop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from threading import Event

import streamlit as st

from riskmodels.imaging.reading import Item, Loaded, read_item
from ui.image.models import model_key
from ui.image.slot import Slot
from ui.image.state import Batch, File


class Job:
    """One batch of pictures.

    Args:
        files: to be read, in order.
        left_out: files above the limit.
        loaded: the model.
        known: items read before by the same model with the same answer, by the hash of their bytes.
        adult: the answer to the question of age; None where not asked or not answered.
    """

    def __init__(
        self,
        files: Sequence[File],
        left_out: int,
        loaded: Loaded,
        known: Mapping[str, Item],
        adult: bool | None = None,
    ) -> None:
        self.adult = adult
        self.signature = tuple(file.file_id for file in files)
        self.model = model_key(loaded.found)
        self.total = len(files)
        self._left_out = left_out
        self._items: list[Item] = []
        self._stop = Event()
        self._future: Future[None] = _executor().submit(self._run, list(files), loaded, dict(known))

    @property
    def done(self) -> int:
        """Pictures read so far."""
        return len(self._items)

    @property
    def running(self) -> bool:
        """Whether it waits or runs."""
        return not self._future.done() and not self._stop.is_set()

    def cancel(self) -> None:
        """Stop it after the picture that is being read; what was read stays."""
        self._stop.set()
        self._future.cancel()

    def batch(self) -> Batch:
        """What was read until now."""
        items = tuple(self._items)
        return Batch(self.signature, items, self.model, self._left_out, self.total - len(items), self.adult)

    def _run(self, files: list[File], loaded: Loaded, known: dict[str, Item]) -> None:
        for number, file in enumerate(files, 1):
            if self._stop.is_set():
                return
            self._items.append(_item(number, file, loaded, known, self.adult))


def _item(number: int, file: File, loaded: Loaded, known: Mapping[str, Item], adult: bool | None) -> Item:
    data = file.handle.getvalue()
    before = known.get(sha256(data).hexdigest())
    if before is not None:
        return replace(before, number=number, name=file.name)
    return read_item(number, file.name, data, loaded, adult)[0]


@st.cache_resource(show_spinner=False)
def _executor() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="image-reading")


SLOT: Slot[Job] = Slot("image.job")
