"""A line of free text above the form: Enter fills what it tells; what was understood stands below it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as shown
from html import escape
from pathlib import Path

import streamlit as st

from riskmodels.errors import InputError
from riskmodels.interop.freetext.read import read
from riskmodels.interop.freetext.reading import Doubt, Item, Left, Reading
from riskmodels.records.facts import Entered
from riskmodels.scores.inputs import variable_of
from riskmodels.vocabulary import Kind
from ui.record import carried, draft, importing
from ui.record import facts as record_facts
from ui.record import state as record_state
from ui.text import sentence_list

_TEXT, _UNDERSTOOD = "freetext", "freetext.understood"
#: what the undo button says
DID = "Filled from a text"
_LABEL = "Type or paste what is known; Enter fills the form"
_EXAMPLE = "54 f bp 142/86 tc 231 hdl 41 never smoked on lisinopril"
_STYLE = Path(__file__).with_name("freetext.css")
#: pieces of one kind that are named; the rest is counted
_MOST = 12
_PRESSURES = ("systolic_bp", "diastolic_bp")


@dataclass(frozen=True)
class Understood:
    """What the last text was understood to say, and what became of it.

    Args:
        reading: of the text; what was chosen of its doubts is found.
        before: what stood in the fields that were filled, in words.
        refused: why nothing was filled, in sentences; empty where it was.
        undo: what could be undone afterwards: any later example, clearing or undoing changes it.
        record: the record that was open; opening another one changes it.
    """

    reading: Reading = shown(repr=False)
    before: Mapping[str, str] = shown(repr=False)
    refused: tuple[str, ...]
    undo: draft.Undo | None = shown(repr=False)
    record: object = shown(repr=False)


def draw_freetext() -> None:
    """The line, and below it what the last text was understood to say, until another one or until it is undone."""
    understood = _standing()
    if understood is None and not _undone():
        _forget()
    st.html(_STYLE)
    with st.container(key="freetext_line"):
        st.chat_input(_LABEL, key=_TEXT, on_submit=_submit)
        if understood is None:
            st.caption(f"Such as {_EXAMPLE}")
        else:
            _draw(understood)


def _standing() -> Understood | None:
    """What the last text said, while the form still stands on it."""
    kept: Understood | None = st.session_state.get(_UNDERSTOOD)
    same = kept is not None and kept.undo is draft.undo_available() and kept.record is _record()
    return kept if same else None


def _undone() -> bool:
    """Whether the last text was undone: it stays in the line, to be corrected."""
    kept: Understood | None = st.session_state.get(_UNDERSTOOD)
    undo = draft.undo_available()
    return kept is not None and undo is not None and undo.did == draft.UNDONE and kept.record is _record()


def _forget() -> None:
    """Take away the text and what it was understood to say: it is of another patient, or done with."""
    if st.session_state.pop(_UNDERSTOOD, None) is not None:
        st.session_state[_TEXT] = ""


def _record() -> object:
    return st.session_state.get(draft.OPENED)


def _submit() -> None:
    """Callback: read the text, fill what is clear in it; one step of undo takes it back."""
    text = str(st.session_state[_TEXT] or "")
    draft.read_again()
    reading, refused = _read(text)
    _keep(Understood(reading, {}, refused, draft.undo_available(), _record()))
    if not refused:
        _fill(draft.merge)
    st.session_state[_TEXT] = text


def _read(text: str) -> tuple[Reading, tuple[str, ...]]:
    """What a text says, and why nothing is filled from it: it is too long, or hardly of the patient in the form."""
    try:
        reading = read(text, draft.chosen_units())
    except InputError as error:
        return Reading(), (error.message, error.hint)
    record = record_state.opened()
    known = record.base.entered if record else draft.content().entered
    told = {item.name: item.canonical for item in reading.found}
    return reading, tuple(importing.contradictions(known, told, ("record" if record else "form", "text")))


def _fill(put: Callable[[Mapping[str, Entered], str], None]) -> None:
    """Callback: fill what is clear in the text.

    Args:
        put: beside what stands in the form, or in its place.
    """
    kept: Understood = st.session_state[_UNDERSTOOD]
    draft.read_again()
    found = kept.reading.found
    before = {item.name: _worded_before(item) for item in found} if put is draft.merge else {}
    if found:
        put({item.name: _entered(item) for item in found}, DID)
        carried.follow()
    _keep(replace(kept, before=before, refused=(), undo=draft.undo_available()))


def _keep(understood: Understood) -> None:
    st.session_state[_UNDERSTOOD] = understood


def _choose(doubt: Doubt, option: Item) -> None:
    """Callback: one of the readings that a text leaves open is meant; it belongs to the same step of undo."""
    kept = _standing()
    if kept is None:
        return
    draft.read_again()
    before = {**kept.before, option.name: _worded_before(option)}
    if kept.undo is not None and kept.undo.did == DID:
        draft.add({option.name: _entered(option)})
    else:
        draft.merge({option.name: _entered(option)}, DID)
    carried.follow()
    doubtful = tuple(other for other in kept.reading.doubtful if other != doubt)
    reading = replace(kept.reading, found=(*kept.reading.found, option), doubtful=doubtful)
    _keep(replace(kept, reading=reading, before=before, undo=draft.undo_available()))


def _entered(item: Item) -> Entered:
    return Entered(item.value, item.unit)


def _worded_before(item: Item) -> str:
    """What stands in a field that something else is put into; empty where that is the same or nothing."""
    stands = draft.entered(item.name)
    if stands is None or (stands.value, stands.unit) == (item.value, item.unit):
        return ""
    return record_facts.value_text(item.name, stands)


def _draw(understood: Understood) -> None:
    reading = understood.reading
    with st.container(horizontal=True, gap="small", key="freetext_said"):
        st.html(understood_html(reading, understood.before, understood.refused))
        st.button("Close", type="tertiary", on_click=_forget, key="freetext.close", help="What was filled stays.")
    if not understood.refused:
        _draw_doubts(reading.doubtful)
    elif reading.found:
        _draw_whose()
    if reading.left:
        st.html(left_html(reading.left))


def _draw_whose() -> None:
    """The text can hardly be of the patient in the form: whose it is, is asked."""
    if record_state.opened() is not None:
        st.caption("Choose “New patient” first, or correct the text.")
        return
    with st.container(horizontal=True, gap="small", key="freetext_doubt_whose"):
        st.button("Another patient: replace the form", key="freetext.new", on_click=_fill, args=(draft.load_entered,))
        st.button("The same patient", key="freetext.same", on_click=_fill, args=(draft.merge,))


def _draw_doubts(doubts: Sequence[Doubt]) -> None:
    for place, doubt in enumerate(doubts):
        _draw_doubt(place, doubt)
    single = tuple(doubt for doubt in doubts if len(doubt.options) == 1)
    if len(single) > 1:
        label = f"Fill the {len(single)} that have one reading"
        st.button(label, key="freetext.choose.all", on_click=_choose_all, args=(single,))


def _choose_all(doubts: Sequence[Doubt]) -> None:
    """Callback: the only reading that each of these doubts leaves open is meant."""
    for doubt in doubts:
        _choose(doubt, doubt.options[0])


def _draw_doubt(place: int, doubt: Doubt) -> None:
    st.html(f'<p class="cr-doubt"><q>{escape(doubt.text)}</q> {escape(doubt.why)}</p>')
    if not doubt.options:
        return
    with st.container(horizontal=True, gap="small", key=f"freetext_doubt_{place}"):
        for n, option in enumerate(doubt.options):
            st.button(
                _value(option),
                key=f"freetext.choose.{place}.{n}",
                on_click=_choose,
                args=(doubt, option),
                help=f"{_label(option)}: fill in {_value(option)}",
            )


def understood_html(reading: Reading, before: Mapping[str, str], refused: Sequence[str] = ()) -> str:
    """What was filled as chips, or why nothing was, with what to know of it.

    Args:
        reading: of the text.
        before: what stood in the fields, in words; absent or empty where nothing else did.
        refused: why nothing was filled.
    """
    head = "Not filled" if refused else "Filled" if reading.found else "Nothing filled"
    chips = "".join(f"<li>{chip}</li>" for chip in _chips(reading.found, {} if refused else before))
    remarks = dict.fromkeys(item.remark for item in reading.found if item.remark)
    lines = [f"<p>{escape(' '.join(refused))}</p>"] if refused else []
    lines += [f'<p class="cr-grey">{escape("; ".join(remarks))}.</p>'] if remarks and not refused else []
    listed = f'<ul aria-label="{head}">{chips}</ul>' if chips else ""
    return f'<section class="cr-understood" role="status"><b>{head}</b>{listed}{"".join(lines)}</section>'


def _chips(items: Iterable[Item], before: Mapping[str, str]) -> list[str]:
    """Each fact with value and unit, the two pressures together."""
    found = {item.name: item for item in items}
    upper, lower = (found.get(name) for name in _PRESSURES)
    was = [before.get(name, "").split(" ")[0] for name in _PRESSURES]
    chips = {name: _chip(_label(item), _value(item), before.get(name, "")) for name, item in found.items()}
    if upper and lower and upper.unit == lower.unit and bool(was[0]) == bool(was[1]):
        value = f"{upper.value:g}/{lower.value:g} {upper.unit}"
        chips[upper.name] = _chip("Blood pressure", value, "/".join(filter(None, was)))
        del chips[lower.name]
    return list(chips.values())


def _chip(label: str, value: str, was: str) -> str:
    old = f" <small>was {escape(was)}</small>" if was else ""
    return f"{escape(label)} <b>{escape(value)}</b>{old}"


def _label(item: Item) -> str:
    label = variable_of(item.name).label
    told = label.removeprefix("Told: ")
    return label if told == label else f"{told[:1].upper()}{told[1:]}"


def _value(item: Item) -> str:
    variable = variable_of(item.name)
    if variable.kind is Kind.NUMBER:
        return f"{item.value:g} {item.unit}"
    return variable.format(item.value)


def left_html(left: Sequence[Left]) -> str:
    """What was not understood, and what is not used and why; empty where nothing is left."""
    not_understood = [piece for piece in left if not piece.why]
    reasons = dict.fromkeys(piece.why for piece in left if piece.why)
    parts = [_left_words("Not understood", not_understood)] if not_understood else []
    parts += [_left_words(f"Not used, {why}", [piece for piece in left if piece.why == why]) for why in reasons]
    return f'<div class="cr-left">{"".join(parts)}</div>' if parts else ""


def _left_words(head: str, pieces: Sequence[Left]) -> str:
    quoted = [f"“{' '.join(piece.text.split())}”" for piece in pieces[:_MOST]]
    rest = [f"{len(pieces) - _MOST} more"] if len(pieces) > _MOST else []
    return f"<p>{escape(head)}: {escape(sentence_list([*quoted, *rest]))}.</p>"
