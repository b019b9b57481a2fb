"""The patient being entered: what stands in the form's fields, kept for the session, with units and one step of undo.

A field holds the number as typed, in the unit beside it. After a unit was switched, the number shown is rounded; what
was typed, in the unit it was typed in, is kept beside it and counts until the number is edited, so that switching there
and back loses nothing and a record holds what a person entered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from riskmodels.checks import Checked, check
from riskmodels.records.facts import Entered, canonical
from riskmodels.scores.inputs import EXTRA_INPUTS, variable_of
from riskmodels.units import Unit, find_unit, from_canonical
from riskmodels.vocabulary import VARIABLES, VOCABULARY, Kind, Variable
from ui.memo import remembered

_EXACT, _UNITS, _UNDO, _READ = "patient.exact", "patient.units", "patient.undo", "patient.read"
_TURN = "patient.turn"
#: what an undo itself is called
UNDONE = "Undone"
#: session-state key of the record whose visit stands in the form; :mod:`ui.record.state` says what is there
OPENED = "record.opened"
#: the models' inputs and those that only published scores ask for
FIELDS: tuple[Variable, ...] = (*VARIABLES, *EXTRA_INPUTS.values())


@dataclass(frozen=True)
class Exact:
    """What was typed behind a rounded number, or a value with a date or source: valid while field and unit still show
    ``shown`` and ``unit`` (empty for a choice)."""

    shown: float = field(repr=False)
    unit: str
    entered: Entered


@dataclass(frozen=True)
class Content:
    """All that stands in the form: the number or code by field (None for unknown), what was typed, units chosen."""

    fields: Mapping[str, float | None] = field(repr=False)
    exact: Mapping[str, Exact] = field(repr=False)
    units: Mapping[str, str]

    def unit(self, name: str) -> Unit:
        """The unit a variable is entered in: the one chosen, else the canonical one."""
        accepted = VOCABULARY[name].units
        return find_unit(accepted, self.units.get(name, accepted[0].symbol))

    def _symbol(self, name: str) -> str:
        return self.unit(name).symbol if variable_of(name).kind is Kind.NUMBER else ""

    @cached_property
    def entered(self) -> Mapping[str, Entered]:
        """What a person entered, in the unit it was typed in, by field; without the unknown ones."""
        return {name: self._entered(name, value) for name, value in self.fields.items() if value is not None}

    def _entered(self, name: str, value: float) -> Entered:
        exact, symbol = self.exact.get(name), self._symbol(name)
        if exact is not None and exact.shown == value and exact.unit == symbol:
            return exact.entered
        return Entered(value, symbol)


@dataclass(frozen=True)
class Undo:
    """What stood in the form before it was replaced, and the record it belonged to (None: to none)."""

    did: str
    content: Content
    opened: Any


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


def content() -> Content:
    """All that stands in the form; read once after each change, since the page asks for it many times."""
    kept: Content | None = st.session_state.get(_READ)
    if kept is None:
        values = {v.name: st.session_state.get(value_key(v.name)) for v in FIELDS}
        fields = {name: None if value is None else float(value) for name, value in values.items()}
        kept = Content(fields, dict(_exact()), dict(_units()))
        st.session_state[_READ] = kept
    return kept


def read_again() -> None:
    """A field may hold something else now: the form is read again when it is next asked for."""
    st.session_state.pop(_READ, None)


def unit_of(name: str) -> Unit:
    """The unit a variable is entered in: the one chosen, else the canonical one."""
    return content().unit(name)


def unit_beside(name: str) -> str:
    """Symbol of the unit that is chosen beside a field; empty where there is no choice."""
    variable = variable_of(name)
    return unit_of(name).symbol if variable.kind is Kind.NUMBER and len(variable.units) > 1 else ""


def show_units() -> None:
    """Have every choice of a unit show the unit that the field is read in."""
    for variable in VARIABLES:
        if unit_beside(variable.name):
            st.session_state[unit_key(variable.name)] = unit_beside(variable.name)


def chosen_units() -> dict[str, Unit]:
    """The unit each number is entered and shown in."""
    now = content()
    return {v.name: now.unit(v.name) for v in VARIABLES if v.kind is Kind.NUMBER}


def is_empty() -> bool:
    """Whether nothing is known."""
    return all(value is None for value in content().fields.values())


def entered(name: str) -> Entered | None:
    """What a person entered in a field, in the unit it was typed in; None for unknown."""
    return content().entered.get(name)


def _in_unit(name: str, value: Entered) -> float:
    """A number as entered → in the unit chosen now, unrounded."""
    unit = unit_of(name)
    return value.value if value.unit == unit.symbol else float(from_canonical(canonical(name, value), unit))


def check_draft() -> Checked:
    """The form's patient as a checked PatientFrame of one row."""
    return remembered("checked", content(), _check)


def known() -> dict[str, float]:
    """The checked values of the form's patient by variable, derived ones included; NaN for unknown."""
    return remembered("known", content(), _known)


def _known() -> dict[str, float]:
    return {str(name): float(value) for name, value in check_draft().frame.iloc[0].items()}


def _check() -> Checked:
    now = content()
    row: dict[str, float] = {}
    units: dict[str, str] = {}
    for variable in VARIABLES:
        value = now.entered.get(variable.name)
        if variable.kind is Kind.NUMBER:
            units[variable.name] = now.unit(variable.name).symbol
        if value is None:
            row[variable.name] = np.nan
        else:
            row[variable.name] = _in_unit(variable.name, value) if value.unit else value.value
    return check(pd.DataFrame([row], dtype=float), units)


def score_facts() -> dict[str, float]:
    """What was answered of the questions that only published scores ask, by name; NaN for unknown."""
    answers = {name: content().fields[name] for name in EXTRA_INPUTS}
    return {name: np.nan if value is None else value for name, value in answers.items()}


def switch_unit(name: str) -> None:
    """Callback of a unit select: convert what was typed and keep the patient's value."""
    switch_units({name: st.session_state[unit_key(name)]})


def switch_units(symbols: Mapping[str, str]) -> None:
    """Convert what was typed of these variables and keep the patient's values.

    Args:
        symbols: of the units to show, by variable.
    """
    values = {name: entered(name) for name in symbols}
    _choose_units(symbols)
    for name, value in values.items():
        if value is not None:
            _show(name, value)


def mend(name: str, number: float, symbol: str) -> None:
    """Put what was meant into a field: this number in this unit, which becomes the one shown; can be undone.

    The date of a measurement that has one stays, and its source.

    Args:
        name: variable.
        number: as a person would have typed it.
        symbol: of a unit that the variable accepts.
    """
    before = entered(name)
    remember_undo("Corrected a value")
    _choose_units({name: symbol})
    told = (before.when, before.source, before.note) if before else ()
    _show(name, Entered(number, symbol, *told))


def _show(name: str, value: Entered) -> None:
    """Put a value into its field, converted and rounded where its unit is not the one chosen."""
    _exact().pop(name, None)
    shown = value.value
    if value.unit and value.unit != unit_of(name).symbol:
        unit = unit_of(name)
        shown = round(_in_unit(name, value), unit.decimals)
        _exact()[name] = Exact(shown, unit.symbol, value)
    elif value.when or value.source or value.note:
        _exact()[name] = Exact(float(shown), value.unit, value)
    st.session_state[value_key(name)] = float(shown)
    read_again()


def load(values: Mapping[str, float], did: str) -> None:
    """Replace the form's content; the units chosen stay.

    Args:
        values: canonical values by variable; all others become unknown.
        did: what was done, for the undo button, e.g. ``Loaded an example``.
    """
    known = {name: Entered(float(value), _canonical_symbol(name)) for name, value in values.items()}
    _replace(known, did)


def load_entered(values: Mapping[str, Entered], did: str) -> None:
    """Replace the form's content by values in the units they were entered in, which become the units shown.

    Args:
        values: by variable; all others become unknown.
        did: what was done, for the undo button; empty when nothing is to be undone.
    """
    if did:
        remember_undo(did)
    _choose_units({name: value.unit for name, value in values.items() if value.unit})
    _replace(values, "")


def merge(values: Mapping[str, Entered], did: str) -> None:
    """Put values beside what stands in the form, in the units they were entered in, which become the units shown.

    One step of undo brings back what stood there and its units, also where nothing did.

    Args:
        values: by variable; all others stay as they are.
        did: what was done, for the undo button.
    """
    shown = {name: unit.symbol for name, unit in chosen_units().items()}
    set_undo(Undo(did, replace(content(), units=shown), st.session_state.get(OPENED)))
    add(values)


def add(values: Mapping[str, Entered]) -> None:
    """:func:`merge` without a step of undo of its own: what belongs to the step before."""
    _choose_units({name: value.unit for name, value in values.items() if value.unit})
    for name, value in values.items():
        put(name, value)


def _canonical_symbol(name: str) -> str:
    return VOCABULARY[name].units[0].symbol if variable_of(name).kind is Kind.NUMBER else ""


def _choose_units(symbols: Mapping[str, str]) -> None:
    for name, symbol in symbols.items():
        _units()[name] = symbol
        if len(VOCABULARY[name].units) > 1 and st.session_state.get(unit_key(name)) != symbol:
            st.session_state[unit_key(name)] = symbol
    read_again()


def turn() -> int:
    """Counts the patients put into the form: what is ticked of one beside it does not hold for the next."""
    return int(st.session_state.get(_TURN, 0))


def _replace(values: Mapping[str, Entered], did: str) -> None:
    if did:
        remember_undo(did)
    st.session_state[_TURN] = turn() + 1
    for variable in FIELDS:
        st.session_state[value_key(variable.name)] = None
    _exact().clear()
    read_again()
    for name, value in values.items():
        _show(name, value)


def put(name: str, value: Entered | None) -> None:
    """Put one value into its field; None makes it unknown."""
    if value is None:
        _exact().pop(name, None)
        st.session_state[value_key(name)] = None
        read_again()
    else:
        _show(name, value)


def forget(names: list[str], did: str) -> None:
    """Make some facts unknown; can be undone."""
    remember_undo(did)
    for name in names:
        put(name, None)


def clear() -> None:
    """Callback: forget the patient; can be undone."""
    load({}, "Cleared")


def restore(before: Content) -> None:
    """Put a content back into the form; other units chosen since then stay where it names none."""
    st.session_state[_EXACT] = dict(before.exact)
    st.session_state[_TURN] = turn() + 1
    _choose_units(before.units)
    for variable in FIELDS:
        st.session_state[value_key(variable.name)] = before.fields.get(variable.name)
    read_again()


def remember_undo(did: str) -> None:
    """Keep what stands in the form, and the record it belongs to, for the undo button; nothing when it is empty."""
    if not is_empty():
        st.session_state[_UNDO] = Undo(did, content(), st.session_state.get(OPENED))


def undo_available() -> Undo | None:
    """What undo would bring back, or None."""
    return st.session_state.get(_UNDO)


def set_undo(before: Undo | None) -> None:
    """What undo will bring back from now on; None for nothing."""
    if before is None:
        st.session_state.pop(_UNDO, None)
    else:
        st.session_state[_UNDO] = before


def undo() -> None:
    """Callback: bring back what stood in the form before it was cleared or replaced; what stood there now is kept."""
    before: Undo = st.session_state.pop(_UNDO)
    remember_undo(UNDONE)
    restore(before.content)
    st.session_state[OPENED] = before.opened
