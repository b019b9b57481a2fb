"""Files and answers → what was read, kept for the session: a page reruns at every click."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import streamlit as st

from riskmodels.signals.glucose.read import GlucoseRead, read_glucose_file
from riskmodels.signals.kinds import Kind
from riskmodels.signals.pressure.read import PressureRead, read_pressure_file
from ui.memo import remembered
from ui.signal import state
from ui.signal.state import Given

if TYPE_CHECKING:
    from riskmodels.signals.rhythm_read import RhythmRead

_SLOT = "signal_read"


def read_as(kind: Kind, given: Given) -> Any:
    """What the files hold, read as that kind; at once where nothing changed.

    Raises:
        SignalError: when they cannot be read.
        UnansweredError: when they can be read once something is answered.
        TaskError: when the reading was ended.
    """

    def read() -> Any:
        with st.spinner("Checking and reading the file"):
            return _READERS[kind](given, dict(state.answers(kind)))

    return remembered(_SLOT, state.key_of(kind), read)


def _read_glucose(given: Given, answers: dict[str, str]) -> GlucoseRead:
    return read_glucose_file(*given.only, answers)


def _read_rhythm(given: Given, answers: dict[str, str]) -> RhythmRead:
    from riskmodels.signals.rhythm_read import read_rhythm  # the finder of beats takes a second to import

    return read_rhythm(given.files, answers)


def _read_pressure(given: Given, answers: dict[str, str]) -> PressureRead:
    return read_pressure_file(*given.only, answers)


_READERS: dict[Kind, Callable[[Given, dict[str, str]], Any]] = {
    Kind.GLUCOSE: _read_glucose,
    Kind.RHYTHM: _read_rhythm,
    Kind.PRESSURE: _read_pressure,
}
