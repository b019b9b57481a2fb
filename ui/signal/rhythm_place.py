"""Where in a recording the strip is, which lead and which beat: kept for the session, of each recording apart."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from math import floor
from typing import Any

import numpy as np
import streamlit as st

from riskmodels.signals.ectopy.model import Saliency
from riskmodels.signals.rhythm_read import RhythmRead
from ui.memo import remembered
from ui.signal.rhythm_figure import SECONDS, View, Whole, whole_of

#: a slider of times needs a day; it is never shown
_START = datetime(2001, 1, 1)


class Place:
    """Keys and callbacks of one recording.

    Args:
        read: the recording.
        key: prefix of the session's keys.
    """

    def __init__(self, read: RhythmRead, key: str) -> None:
        self._read = read
        digest = hashlib.sha256(read.beats.samples.tobytes() + read.ecg.millivolts[:, :5000].tobytes())
        self.key = f"{key}.{digest.hexdigest()[:16]}"

    @property
    def last(self) -> int:
        """Latest second that a strip can begin at; 0 where the whole is one strip."""
        return max(0, floor(self._read.ecg.seconds - SECONDS))

    @property
    def slider(self) -> str:
        """Session-state key of the slider."""
        return f"{self.key}.first"

    @property
    def first(self) -> float:
        """Second at the left edge."""
        held = st.session_state.get(self.slider)
        return min((held - _START).total_seconds(), self.last) if held else 0.0

    @property
    def lead(self) -> int:
        """Lead that is drawn; the one that is read unless another is chosen."""
        chosen: int = st.session_state.get(f"{self.key}.lead", self._read.checked.lead)
        return chosen

    @property
    def beat(self) -> int:
        """Beat that is chosen; the first ventricular one at first, −1 where there is none."""
        called = self.called
        chosen: int = st.session_state.get(f"{self.key}.beat", int(called[0]) if len(called) else -1)
        return chosen

    @property
    def called(self) -> np.ndarray:
        """Numbers of the ventricular beats."""
        return np.flatnonzero(self._read.calls.ventricular)

    def as_time(self, seconds: float) -> datetime:
        """A second as the slider has it."""
        return _START + timedelta(seconds=seconds)

    def move(self, seconds: float) -> None:
        """Callback: begin the strip there."""
        st.session_state[self.slider] = self.as_time(min(max(0.0, float(round(seconds))), float(self.last)))

    def shift(self, seconds: float) -> None:
        """Callback: move the strip on or back."""
        self.move(self.first + seconds)

    def choose(self, beat: int) -> None:
        """Callback: look at a beat, the strip around it."""
        st.session_state[f"{self.key}.beat"] = beat
        at = float(self._read.seconds[beat])
        if not self.first + 1 <= at <= self.first + SECONDS - 1:
            self.move(at - SECONDS / 2)

    def step(self, by: int) -> None:
        """Callback: the next ventricular beat, or with −1 the one before."""
        called = self.called
        place = int(np.searchsorted(called, self.beat + (by > 0))) - (by < 0)
        self.choose(int(called[place % len(called)]))

    def clicked(self, chart: str) -> Any:
        """What stands behind the point that was clicked in a figure; None where none was."""
        points = st.session_state[chart]["selection"]["points"]
        found = points[0].get("customdata") if points else None
        return found[0] if isinstance(found, list) and found else found

    def view(self, theme: str) -> View:
        """What is looked at."""
        saliency = self._saliency() if self.beat >= 0 else None
        return View(self.first, self.lead, self.beat, saliency, theme)

    def whole(self) -> Whole:
        """The whole recording in columns, made once."""
        return remembered("signal_whole", self.key, lambda: whole_of(self._read))

    def _saliency(self) -> Saliency | None:
        key = (self.key, self.beat)
        return remembered("signal_saliency", key, lambda: self._read.saliency(self.beat))
