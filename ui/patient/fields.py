"""One fact of the form: its label, the field for its value, its unit as text. Tab goes from value to value."""

from __future__ import annotations

from html import escape
from typing import Literal

import streamlit as st

from riskmodels.checks import Meant
from riskmodels.vocabulary import Kind, Variable
from ui.patient import parts
from ui.patient.field_notes import Note
from ui.record import carried, draft

#: letters of an answer, and answers, that stand beside one another where others need a list
_LONGEST, _MOST = 8, 4


def draw_field(variable: Variable, label: str = "") -> None:
    """A fact in one line; nothing in it but its value can be reached by Tab.

    Args:
        variable: what is entered.
        label: short one for the eye; the variable's own where empty.
    """
    with st.container(key=f"fact.{variable.name}", horizontal=True, vertical_alignment="center", wrap=True):
        st.html(_label(variable, label))
        if variable.kind is Kind.NUMBER:
            _draw_number(variable)
            st.html(_unit(variable))
        else:
            draw_choice(variable)


def _label(variable: Variable, label: str) -> str:
    """The label as HTML; what it asks for exactly is a tooltip, since a button for help would be a stop of Tab."""
    more = " ".join(filter(None, [f"{variable.label}." if label not in ("", variable.label) else "", variable.help]))
    title = f' title="{escape(more)}"' if more else ""
    return f'<span class="cr-fact"{title}>{escape(label or variable.label)}</span>'


def _unit(variable: Variable) -> str:
    """The unit as HTML; a long one may break after a stroke."""
    symbol = escape(draft.unit_of(variable.name).symbol).replace("/", "/<wbr>")
    return f'<span class="cr-unit">{symbol}</span>'


def _draw_number(variable: Variable) -> None:
    unit = draft.unit_of(variable.name)
    st.number_input(
        f"{variable.label}, {unit.symbol}",
        value=None,
        step=float(unit.step),
        format="%g",
        key=draft.value_key(variable.name),
        on_change=value_changed,
        placeholder="unknown",
        label_visibility="collapsed",
        persist_state="session",
    )


def stands_open(variable: Variable) -> bool:
    """Whether the answers stand beside one another: one click, and one more makes it unknown again."""
    answers = variable.choices
    return 0 < len(answers) <= _MOST and all(len(answer.word) <= _LONGEST for answer in answers)


def draw_choice(variable: Variable, labelled: bool = False) -> None:
    """The answers of one variable, kept in the draft; nothing chosen is unknown.

    Args:
        variable: yes/no or choice.
        labelled: whether its label and help stand with it; the form draws them itself.
    """
    help = (variable.help or None) if labelled else None
    shown: Literal["visible", "collapsed"] = "visible" if labelled else "collapsed"
    key, codes = draft.value_key(variable.name), [choice.code for choice in variable.choices]
    if stands_open(variable):
        words = {choice.code: choice.word.replace("_", " ") for choice in variable.choices}
        st.segmented_control(
            variable.label,
            codes,
            format_func=lambda code: words[code],
            key=key,
            on_change=value_changed,
            help=help,
            label_visibility=shown,
            persist_state="session",
        )
    else:
        labels = {choice.code: choice.label for choice in variable.choices}
        st.selectbox(
            variable.label,
            codes,
            index=None,
            format_func=lambda code: labels[code],
            key=key,
            on_change=value_changed,
            placeholder="unknown",
            help=help,
            label_visibility=shown,
            persist_state="session",
        )


def draw_notes(name: str, notes: tuple[Note, ...]) -> None:
    """The lines under a field, each with a button for what was perhaps meant.

    Args:
        name: variable.
        notes: of it.
    """
    for i, note in enumerate(notes):
        if not note.meant:
            st.caption(note.text)
            continue
        with st.container(key=f"note.{name}.{i}", horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.caption(note.text, width="content")
            for words, meant in note.meant:
                st.button(words, key=f"meant.{name}.{words}", type="tertiary", on_click=_mend, args=(name, meant))


def _mend(name: str, meant: Meant) -> None:
    draft.mend(name, meant.number, meant.unit)
    value_changed()


def value_changed() -> None:
    """Callback of every field: the parts of the page that depend on its value follow."""
    draft.read_again()
    carried.follow()
    names = parts.stale()
    if names:
        parts.rerun(names)
