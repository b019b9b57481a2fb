"""What the visit in the form carries of earlier days, above the form: each value kept or dropped by a click, or all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import streamlit as st

from riskmodels.records.facts import Entered
from ui.patient import parts
from ui.patient.fields import value_changed
from ui.record import carried, draft, state
from ui.record import facts as record_facts
from ui.record.carried import Fate, Offer
from ui.text import count, sentence_list

#: grey with a contrast of at least 4.5 on the fields of either theme
_GREY = "light-dark(#5b636b, #a7b0b8)"
#: what of a field shows its value
_PARTS = ("input", '[data-baseweb="select"]', '[data-testid="stBaseButton-segmented_controlActive"]')


def draw_carried() -> None:
    """The values of earlier days, drawn anew when one is replaced, dropped or taken again; nothing where none is."""
    if carried.offers() or carried.too_old():
        parts.draw("carried", lambda: (carried.offers(), carried.notes()), _draw)


def _draw(said: tuple[Mapping[str, Offer], Mapping[str, str]]) -> None:
    offers, notes = said
    kept = [name for name, offer in offers.items() if offer.fate is Fate.KEPT]
    st.html(_marks(kept, notes))
    if not offers:
        return
    record = state.opened()
    with st.expander(_summary(offers, kept), expanded=bool(record and record.visit is None), key="carried"):
        st.caption("They count, with their date. Type another value to replace one; click one to drop or keep it.")
        for day in sorted({offer.value.when for offer in offers.values()}, reverse=True):
            _draw_day(day, {n: o for n, o in offers.items() if o.value.when == day})
        _draw_all(kept, [name for name, offer in offers.items() if offer.fate is Fate.DROPPED])
        for words in _others(offers):
            st.caption(words)


def _summary(offers: Mapping[str, Offer], kept: Sequence[str]) -> str:
    """``Of earlier days 14 values``, of how many where not all stand (markdown)."""
    of = "" if len(kept) == len(offers) else f" of {len(offers)}"
    values = f"{len(kept)}{of} values" if of else count(len(kept), "value")
    return f"**Of earlier days** {values}"


def _draw_day(day: str, offers: Mapping[str, Offer]) -> None:
    """The values of one day, kept ones chosen."""
    shown = [name for name, offer in offers.items() if offer.fate in (Fate.KEPT, Fate.DROPPED)]
    if not shown:
        return
    key = f"carried.{day}"
    st.session_state[key] = [name for name in shown if offers[name].fate is Fate.KEPT]
    st.pills(
        f"On {day}",
        shown,
        selection_mode="multi",
        format_func=lambda name: record_facts.worded(name, offers[name].value),
        key=key,
        on_change=_choose,
        args=(key, shown),
    )


def _choose(key: str, names: Sequence[str]) -> None:
    """Callback: what is no longer chosen is dropped, what is chosen again is taken again."""
    chosen = st.session_state[key] or []

    def choose() -> None:
        carried.drop([name for name in names if name not in chosen])
        carried.take(chosen)

    _then(choose)


def _draw_all(kept: Sequence[str], dropped: Sequence[str]) -> None:
    with st.container(horizontal=True, gap="small"):
        for word, act, names in (("Keep", carried.take, dropped), ("Drop", carried.drop, kept)):
            st.button(
                f"{word} all",
                on_click=_then,
                args=(partial(act, names),),
                disabled=not names,
                key=f"carried.{word.lower()}",
            )
        st.button(
            "Asked again today",
            on_click=_then,
            args=(carried.tell_again,),
            disabled=not carried.told_again(),
            key="carried.again",
            help="Medicines, diagnoses and habits that were asked again and are the same: they are of this visit then.",
        )


def _then(act: Callable[[], object]) -> None:
    """Callback: do it, and draw what depends on it."""
    draft.read_again()
    act()
    value_changed()


def _others(offers: Mapping[str, Offer]) -> list[str]:
    """What is no longer to be kept: replaced, or measured with what was replaced."""
    parted = [n for n, offer in offers.items() if offer.fate is Fate.PARTED]
    replaced = [
        f"{record_facts.worded(n, offer.value)} → {record_facts.value_text(n, now)}"
        for n, offer in offers.items()
        if offer.fate is Fate.REPLACED and (now := draft.entered(n)) and _another(now, offer.value)
    ]
    told = [f"Replaced: {sentence_list(replaced)}."] if replaced else []
    if parted:
        gone = sentence_list([record_facts.worded(n, offers[n].value) for n in parted])
        told.append(f"Gone with what it was measured with: {gone}.")
    return told


def _another(now: Entered, before: Entered) -> bool:
    return (now.value, now.unit) != (before.value, before.unit)


def _marks(kept: Sequence[str], notes: Mapping[str, str]) -> str:
    """Under each field what was known before; a value of an earlier day is grey."""
    shown = "".join(f'{_field(name)}::after {{ content: "{_quoted(note)}"; }}' for name, note in notes.items())
    fields = ", ".join(f"{_field(name)} {part}" for name in kept for part in _PARTS)
    grey = f"{fields} {{ color: {_GREY}; -webkit-text-fill-color: {_GREY}; }}" if fields else ""
    return f"<style>{shown}{grey}</style>"


def _field(name: str) -> str:
    return f".st-key-{draft.value_key(name).replace('.', '-')}"


def _quoted(text: str) -> str:
    """A text as what stands between the quotes of a style: all but letters, digits and blanks by their code."""
    return "".join(c if c.isalnum() or c in " -,./" else f"\\{ord(c):x} " for c in text)
