"""One switch for the units of the whole form, and which unit each system shows of each variable.

A system is chosen for the session. A single field may still show another unit (a record opened in the units it was
entered in, a unit chosen for one fact); then no system is marked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st

from riskmodels.vocabulary import VARIABLES
from ui.record import draft

KEY = "patient.units_of"


@dataclass(frozen=True)
class System:
    """Units that are used together.

    Args:
        label: as short as a switch has room for.
        units: symbol by variable, where it is not the canonical one.
    """

    label: str
    units: Mapping[str, str]


_FEET_AND_POUNDS = {"height": "in", "weight": "lb", "waist": "in"}
_MOLAR = {
    "total_cholesterol": "mmol/L",
    "hdl_cholesterol": "mmol/L",
    "ldl_cholesterol": "mmol/L",
    "triglycerides": "mmol/L",
    "glucose": "mmol/L",
    "hba1c": "mmol/mol",
    "creatinine": "µmol/L",
    "uacr": "mg/mmol",
    "uric_acid": "µmol/L",
    "albumin": "g/L",
}
#: pressure is mmHg in each; C-reactive protein mg/L. The first is what the app starts with
SYSTEMS = (
    System("mg/dL, kg", {}),
    System("US", _FEET_AND_POUNDS),
    System("SI", _MOLAR),
)
_BY_LABEL = {system.label: system for system in SYSTEMS}


def symbols(system: System) -> dict[str, str]:
    """The unit that a system shows of every variable that has a choice."""
    return {v.name: system.units.get(v.name, v.unit) for v in VARIABLES if len(v.units) > 1}


def current() -> str:
    """The label of the system whose units all fields show; empty where they are mixed."""
    shown = {v.name: draft.unit_of(v.name).symbol for v in VARIABLES if len(v.units) > 1}
    return next((system.label for system in SYSTEMS if symbols(system) == shown), "")


def draw_switch(changed: Callable[[], None]) -> None:
    """The switch; what was typed is converted, and every patient's value stays.

    Args:
        changed: called after the units were switched.
    """
    st.session_state[KEY] = current() or None
    st.segmented_control(
        "Units",
        list(_BY_LABEL),
        key=KEY,
        required=True,
        on_change=_switch,
        args=(changed,),
        label_visibility="collapsed",
    )


def _switch(changed: Callable[[], None]) -> None:
    chosen = st.session_state[KEY]
    if chosen:
        draft.switch_units(symbols(_BY_LABEL[chosen]))
        changed()
