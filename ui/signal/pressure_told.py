"""What is known beside a file of pressures: the office pressure, medicine, the hours of sleep."""

from __future__ import annotations

import hashlib
from datetime import time

import streamlit as st

from riskmodels.signals.pressure.periods import HOURS
from riskmodels.signals.pressure.read import PressureRead, Told
from riskmodels.signals.pressure.series import DAY_LONG
from riskmodels.vocabulary import VOCABULARY

_UNKNOWN, _NO, _YES = "unknown", "no", "yes"
_TREATED = {_UNKNOWN: None, _NO: False, _YES: True}
_DIARY, _OWN = "diary", "own"
_OFFICE = (("systolic_bp", "Systolic in the office, mmHg"), ("diastolic_bp", "Diastolic in the office, mmHg"))


def told_beside(read: PressureRead, key: str) -> Told:
    """What the session's widgets tell; what is impossible or half told is not known.

    Args:
        read: the file.
        key: prefix of the session's keys.
    """
    own = _key(read, key)
    night = st.session_state.get(f"{own}.night")
    return Told(
        office=_office(own)[0],
        hours=night if night in HOURS else "narrow",
        sleep=_sleep(own) if night == _OWN else None,
        treated=_TREATED.get(st.session_state.get(f"{own}.treated", _UNKNOWN)),
    )


def draw_told(read: PressureRead, key: str) -> None:
    """The widgets.

    Args:
        read: the file.
        key: prefix of the session's keys.
    """
    own = _key(read, key)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        for name, label in _OFFICE:
            low, high = VOCABULARY[name].plausible
            st.number_input(
                label,
                float(low),
                float(high),
                None,
                1.0,
                format="%.0f",
                key=f"{own}.{name}",
                placeholder="unknown",
                width=190,
            )
        st.selectbox("Takes medicine for it", list(_TREATED), key=f"{own}.treated", width=170)
    wrong = _office(own)[1]
    if wrong:
        st.caption(wrong)
    if read.series.kind == DAY_LONG:
        _draw_night(read, own)


def _draw_night(read: PressureRead, own: str) -> None:
    """How day and night are told apart."""
    by_file = [_DIARY] if read.series.has_diary else []
    labels = {_DIARY: "The diary in the file", _OWN: "The person's own hours"} | {
        name: f"{hours.text[0].upper()}{hours.text[1:]} ({hours.source})" for name, hours in HOURS.items()
    }
    choices = [*by_file, _OWN] if by_file else [*HOURS, _OWN]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.selectbox("Day and night by", choices, format_func=labels.__getitem__, key=f"{own}.night", width=330)
        if st.session_state.get(f"{own}.night") == _OWN:
            st.time_input("Fell asleep", None, key=f"{own}.asleep", step=900, width=130)
            st.time_input("Woke", None, key=f"{own}.woke", step=900, width=130)


def _office(own: str) -> tuple[tuple[float, float] | None, str]:
    """The office pressure, and what is wrong with it."""
    typed: list[float | None] = [st.session_state.get(f"{own}.{name}") for name, _ in _OFFICE]
    values = [value for value in typed if value is not None]
    if len(values) < len(typed):
        return None, "Both pressures of the office are needed to compare." if values else ""
    systolic, diastolic = values
    for (name, label), value in zip(_OFFICE, values, strict=True):
        low, high = VOCABULARY[name].plausible
        if not low <= value <= high:
            return None, f"{label}: {value:g} is outside {low:g}–{high:g}."
    if diastolic >= systolic:
        return None, "The diastolic pressure of the office is not below the systolic one: were they swapped?"
    return (systolic, diastolic), ""


def _sleep(own: str) -> tuple[float, float] | None:
    hours = [st.session_state.get(f"{own}.{name}") for name in ("asleep", "woke")]
    known = [hour.hour + hour.minute / 60 for hour in hours if isinstance(hour, time)]
    return (known[0], known[1]) if len(known) == 2 and known[0] != known[1] else None


def _key(read: PressureRead, key: str) -> str:
    """Keys of this file alone: what was told beside one person's file is never shown beside another's."""
    series = read.series
    digest = hashlib.sha256(series.seconds.tobytes() + series.systolic.tobytes() + series.diastolic.tobytes())
    return f"{key}.{digest.hexdigest()[:16]}"
