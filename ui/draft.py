"""The patient being entered: what stands in the form's fields, kept for the session, with units and one step of undo.

A field holds the number as typed, in the unit beside it. After a unit was switched, the number shown is rounded; the
exact canonical value is kept beside it and used until the number is edited, so that switching there and back loses
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from riskmodels.checks import Checked, check
from riskmodels.scores.inputs import EXTRA_INPUTS, variable_of
from riskmodels.units import Unit, find_unit, from_canonical, to_canonical
from riskmodels.vocabulary import VARIABLES, VOCABULARY, Kind

_EXACT, _UNITS, _UNDO = "patient.exact", "patient.units", "patient.undo"
#: the models' inputs and those that only published scores ask for
_FIELDS = (*VARIABLES, *EXTRA_INPUTS.values())


@dataclass(frozen=True)
class Exact:
    """The canonical value behind a rounded number: valid while field and unit still show ``shown`` and ``unit``."""

    shown: float
    unit: str
    canonical: float


@dataclass(frozen=True)
class Undo:
    """What stood in the form before it was cleared or an example was loaded."""

    did: str
    fields: dict[str, Any]
    exact: dict[str, Exact]
    units: dict[str, str]


def value_key(name: str) -> str:
    """Session-state key of a variable's field."""
    return f"patient.{name}"


def unit_key(name: str) -> str:
    """Session-state key of the unit select beside it."""
    return f"patient.{name}.unit"


def _exact() -> dict[str, Exact]:
    exact: dict[str, Exact] = st.session_state.setdefault(_EXACT, {})
    return exact


def _units() -> dict[str, str]:
    units: dict[str, str] = st.session_state.setdefault(_UNITS, {})
    return units


def unit_of(name: str) -> Unit:
    """The unit a variable is entered in: the one chosen, else the canonical one."""
    accepted = VOCABULARY[name].units
    return find_unit(accepted, _units().get(name, accepted[0].symbol))


def chosen_units() -> dict[str, Unit]:
    """The unit each number is entered and shown in."""
    return {v.name: unit_of(v.name) for v in VARIABLES if v.kind is Kind.NUMBER}


def typed(name: str) -> float | None:
    """What stands in a field: a number in its unit, the code of a choice, or None for unknown."""
    value = st.session_state.get(value_key(name))
    return None if value is None else float(value)


def is_empty() -> bool:
    """Whether nothing is known."""
    return all(typed(v.name) is None for v in _FIELDS)


def _entered(name: str, value: float) -> float:
    """The number entered, in the unit it is entered in, unrounded where it was converted from another unit."""
    exact, unit = _exact().get(name), unit_of(name)
    if exact is not None and exact.shown == value and exact.unit == unit.symbol:
        return from_canonical(exact.canonical, unit)
    return value


def check_draft() -> Checked:
    """The form's patient as a checked PatientFrame of one row."""
    row: dict[str, float] = {}
    units: dict[str, str] = {}
    for variable in VARIABLES:
        value = typed(variable.name)
        if variable.kind is Kind.NUMBER:
            units[variable.name] = unit_of(variable.name).symbol
            value = None if value is None else _entered(variable.name, value)
        row[variable.name] = np.nan if value is None else value
    return check(pd.DataFrame([row], dtype=float), units)


def score_facts() -> dict[str, float]:
    """What was answered of the questions that only published scores ask, by name; NaN for unknown."""
    answers = {name: typed(name) for name in EXTRA_INPUTS}
    return {name: np.nan if value is None else value for name, value in answers.items()}


def switch_unit(name: str) -> None:
    """Callback of a unit select: convert what was typed and keep the patient's value."""
    before, symbol = unit_of(name), st.session_state[unit_key(name)]
    value = typed(name)
    if value is None:
        _units()[name] = symbol
        return
    canonical = float(to_canonical(_entered(name, value), before))
    _units()[name] = symbol
    _show(name, canonical)


def _show(name: str, canonical: float) -> None:
    """Put a canonical value into a field, rounded as its unit is shown, and remember it exactly."""
    unit = unit_of(name)
    shown = round(float(from_canonical(canonical, unit)), unit.decimals)
    st.session_state[value_key(name)] = shown
    _exact()[name] = Exact(shown, unit.symbol, canonical)


def load(values: Mapping[str, float], did: str) -> None:
    """Replace the form's content; the units chosen stay.

    Args:
        values: canonical values by variable; all others become unknown.
        did: what was done, for the undo button, e.g. ``Loaded an example``.
    """
    fields = {v.name: st.session_state.get(value_key(v.name)) for v in _FIELDS}
    if not is_empty():
        st.session_state[_UNDO] = Undo(did, fields, dict(_exact()), dict(_units()))
    for variable in _FIELDS:
        st.session_state[value_key(variable.name)] = None
    _exact().clear()
    for name, value in values.items():
        if variable_of(name).kind is Kind.NUMBER:
            _show(name, value)
        else:
            st.session_state[value_key(name)] = float(value)


def clear() -> None:
    """Callback: forget the patient; can be undone."""
    load({}, "Cleared")


def undo_available() -> Undo | None:
    """What undo would bring back, or None."""
    return st.session_state.get(_UNDO)


def undo() -> None:
    """Callback: bring back what stood in the form before it was cleared or replaced."""
    before: Undo = st.session_state.pop(_UNDO)
    st.session_state[_EXACT] = dict(before.exact)
    st.session_state[_UNITS] = dict(before.units)
    for name, value in before.fields.items():
        st.session_state[value_key(name)] = value
    for name, symbol in before.units.items():
        st.session_state[unit_key(name)] = symbol
