"""Import: a FHIR bundle is read, what it would fill is shown with dates and codes, and one button fills the form."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from dataclasses import field as shown
from datetime import date, timedelta
from hashlib import sha256
from html import escape

import streamlit as st

from riskmodels.errors import CareRiskError
from riskmodels.interop.fhir.facts import shortest
from riskmodels.interop.fhir.read import (
    LOOK_BACK,
    FhirPatient,
    Found,
    UnknownCode,
    Unused,
    read_bundle,
    used_anyway,
)
from riskmodels.interop.fhir.safe_json import MAX_BYTES
from riskmodels.records.facts import Entered, canonical
from riskmodels.scores.inputs import variable_of
from riskmodels.tasks import Limits, Task, shared_room
from riskmodels.units import find_unit
from riskmodels.vocabulary import VOCABULARY, Kind
from ui import tasks
from ui.record import draft, medicines
from ui.text import count, plain

_SLOT, _ROUND, _IMPORTED, _POPOVER = "fhir_import", "fhir.round", "fhir.imported", "fhir.popover"
#: what the undo button says
DID = "Imported a FHIR bundle"
_LARGEST_MB = MAX_BYTES // 2**20
#: of reading one file; what is permitted takes at most half a minute of a processor, and others may be busy as well
_LIMITS = Limits(seconds=180)
#: how far back measurements count
LOOK_BACKS = {
    "6 months": timedelta(days=182),
    "1 year": timedelta(days=365),
    "2 years": LOOK_BACK,
    "5 years": timedelta(days=5 * 365 + 1),
}
#: unknown codes named; the rest is counted
_MOST_CODES = 12
STYLE = """<style>
.cr-import { max-height: min(21rem, 36vh); overflow-y: auto; }
.cr-import .cr-table { margin-bottom: 0.8rem; }
.cr-import .cr-table tbody th { width: 27%; }
.cr-import .cr-date { white-space: nowrap; }
@media (max-width: 640px) { .cr-import { max-height: 26vh; } }
[data-testid="stPopoverBody"]:has(.cr-import) { min-width: min(44rem, 94vw); }
</style>"""


@dataclass(frozen=True)
class Imported:
    """Whose bundle the form was filled from.

    Args:
        patient: as the bundle told it.
        undo: what could be undone after the filling: any later example or clearing changes it.
        record: the record that was open; opening another one changes it.
    """

    patient: FhirPatient = shown(repr=False)
    undo: draft.Undo | None = shown(repr=False)
    record: object = shown(repr=False)


def imported() -> FhirPatient | None:
    """The patient the form was filled from, while the form still tells of the same one; else None.

    Clearing, an example, another record, or another age or sex end it: no answer is ever written for a wrong patient.
    """
    kept: Imported | None = st.session_state.get(_IMPORTED)
    if kept is None or kept.undo is not draft.undo_available() or kept.record is not _record() or draft.is_empty():
        return None
    same = all(_unchanged(kept.patient.found[name]) for name in ("age", "sex") if name in kept.patient.found)
    return kept.patient if same else None


def _record() -> object:
    """The record whose visit stands in the form; None for none."""
    return st.session_state.get(draft.OPENED)


def when_measured(name: str) -> str:
    """ISO date, as exactly as told, of a value that came in by an import and still stands; empty otherwise."""
    patient = imported()
    found = patient.found.get(name) if patient else None
    return found.when if found is not None and _unchanged(found) else ""


def _unchanged(found: Found) -> bool:
    """Whether the form still holds the value that was imported."""
    value = draft.entered(found.name)
    return value is not None and math.isclose(canonical(found.name, value), found.value, rel_tol=1e-9)


def _entered(found: Found) -> Entered:
    """The value as reported, in its unit, with its source; what was measured or observed with its date.

    A diagnosis or a medicine has none: what was told on that day is told again today.
    """
    when = "" if variable_of(found.name).kind is Kind.YES_NO else found.when
    if not found.unit:
        return Entered(found.value, "", when, found.source, found.note)
    value = shortest(found.value, find_unit(VOCABULARY[found.name].units, found.unit))
    # an age is of today, whenever it was told
    return Entered(value, found.unit, "" if found.name == "age" else when, found.source, found.note)


def draw_import(on_fill: Callable[[FhirPatient], None] | None = None) -> None:
    """The popover of the toolbar: file, look-back, what would be filled and what not, and the button that fills.

    Args:
        on_fill: callback of the button instead of :func:`fill`, where something has to be asked first.
    """
    with st.popover("Import", icon=":material/upload_file:", key=_POPOVER, on_change="rerun"):
        st.html(STYLE)
        uploaded = st.file_uploader(
            f"FHIR bundle of one patient: JSON, R4 or R5, up to {_LARGEST_MB} MB",
            key=_uploader_key(),
            max_upload_size=_LARGEST_MB,
        )
        st.caption("Read in memory for this session. Of the Patient only id, address, sex and date of birth are kept.")
        if uploaded is None:
            tasks.forget(_SLOT)
            return
        label = st.selectbox("Measurements of the last", list(LOOK_BACKS), index=2, key="fhir.look_back")
        _draw_found(uploaded.getvalue(), LOOK_BACKS[label], on_fill or fill)


def close() -> None:
    """Callback: close the popover, which would lie over a question asked meanwhile; the file stays in it."""
    st.session_state[_POPOVER] = False


def _uploader_key() -> str:
    """A new uploader after each import, so that it is empty again."""
    return f"fhir.file.{st.session_state.get(_ROUND, 0)}"


def _draw_found(data: bytes, look_back: timedelta, on_fill: Callable[[FhirPatient], None]) -> None:
    today, file = date.today(), sha256(data).hexdigest()
    try:
        key = (file, look_back, today)
        patient = tasks.awaited(_SLOT, key, lambda: _begin(data, today, look_back), "Reading the bundle")
    except CareRiskError as error:
        st.error(f"**Not read.** {plain(error.message, 300)} {plain(error.hint, 300)} The form is unchanged.")
        return
    if patient is None:
        return
    patient = used_anyway(patient, _chosen_anyway(patient))
    confirmed = medicines.confirmed(patient, file)
    st.html(found_table(confirmed, today, asked=len(patient.by_name)))
    medicines.draw_questions(patient, file)
    nothing = not confirmed.found
    st.button(
        "Fill the form",
        type="primary",
        key="fhir.fill",
        disabled=nothing,
        on_click=on_fill,
        args=(confirmed,),
        help="Replaces what stands in the form. Undo brings it back.",
    )


def _chosen_anyway(patient: FhirPatient) -> list[str]:
    """Variables whose value was refused for its method and is to be used all the same: one box each, none ticked."""
    reasons = {id(problem.anyway): problem.reason for problem in patient.problems}
    return [
        found.name
        for found in patient.offers.values()
        if st.checkbox(
            f"Use anyway: {plain(found.label)} {plain(_value(found))} of {found.when}, {reasons[id(found)]}",
            key=f"fhir.anyway.{found.name}.{st.session_state.get(_ROUND, 0)}",
            help="The reason is kept with the value, in the record and in an export.",
        )
    ]


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _begin(data: bytes, today: date, look_back: timedelta) -> Task[FhirPatient]:
    return shared_room().start(read_bundle, data, today, look_back, limits=_LIMITS)


def fill(patient: FhirPatient) -> None:
    """Callback: put what was found into the form, each number in the unit it was reported in; can be undone."""
    draft.load_entered({name: _entered(found) for name, found in patient.found.items()}, DID)
    st.session_state[_IMPORTED] = Imported(patient, draft.undo_available(), _record())
    close()
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    tasks.forget(_SLOT)


def found_table(patient: FhirPatient, today: date, asked: int = 0) -> str:
    """What would be filled, the medicines, what is not used and why, and codes nothing is read from, as HTML.

    Args:
        patient: without what is asked and not answered.
        today: what ages are counted from.
        asked: fields that a question below is about.
    """
    below = f" {count(asked, 'medicine question')} below." if asked else ""
    head = f"Read as FHIR {patient.version}. {count(len(patient.found), 'field')} would be filled.{below}"
    parts = [f"<p>{' '.join([head, *map(escape, patient.remarks)])}</p>"]
    if patient.found:
        rows = "".join(_found_row(found, today) for found in patient.found.values())
        columns = "<thead><tr><th>Field</th><th>Value</th><th>Date</th><th>Code</th></tr></thead>"
        parts.append(f'<table class="cr-table" aria-label="Would be filled">{columns}<tbody>{rows}</tbody></table>')
    parts += [medicines.medicines_table(patient.medicines), _problems(patient.problems), _unknown(patient.unknown)]
    attributes = 'class="cr-tables cr-import" aria-label="What the bundle tells" tabindex="0"'
    return f"<section {attributes}>{''.join(parts)}</section>"


def _found_row(found: Found, today: date) -> str:
    remark = f"<small>{escape(found.remark)}</small>" if found.remark else ""
    code = f"{escape(found.code.code)}<small>{escape(found.code.text)}</small>"
    return (
        f'<tr><th scope="row">{escape(found.label)}</th><td>{escape(_value(found))}{remark}</td>'
        f'<td class="cr-date">{_dated(found, today)}</td><td>{code}</td></tr>'
    )


def _value(found: Found) -> str:
    """The value as the form will show it, in the unit it was reported in."""
    if not found.unit:
        return variable_of(found.name).format(found.value)
    return f"{_entered(found).value:.6g} {found.unit}"


def _dated(found: Found, today: date) -> str:
    if found.day is None:
        return ""
    days = (today - found.day).days
    age = "today" if days == 0 else f"{count(days, 'day')} ago"
    return f"{found.when}<small>{age if len(found.when) == 10 else ''}</small>"


def _problems(problems: Sequence[Unused]) -> str:
    if not problems:
        return ""
    rows = "".join(_problem_row(problem) for problem in problems)
    columns = "<thead><tr><th>Not used</th><th>Reported</th><th>Why</th></tr></thead>"
    return f'<table class="cr-table" aria-label="Not used">{columns}<tbody>{rows}</tbody></table>'


def _problem_row(problem: Unused) -> str:
    times = f" ({problem.count} times)" if problem.count > 1 else ""
    when = f"<small>{problem.when}</small>" if problem.when else ""
    reason = _sentence(problem.reason)
    return (
        f'<tr><th scope="row">{escape(problem.what)}{times}</th><td>{escape(problem.reported)}{when}</td>'
        f"<td>{escape(reason)}</td></tr>"
    )


def _unknown(codes: Sequence[UnknownCode]) -> str:
    if not codes:
        return ""
    shown_codes = codes[:_MOST_CODES]
    named = "; ".join(_named(code) for code in shown_codes)
    rest = f"; and {len(codes) - len(shown_codes)} more" if len(codes) > len(shown_codes) else ""
    return f'<p class="cr-grey">No field of the form is read from {count(len(codes), "code")}: {named}{rest}.</p>'


def _named(unknown: UnknownCode) -> str:
    system = unknown.code.system.rpartition("/")[2]
    times = f" ×{unknown.count}" if unknown.count > 1 else ""
    return escape(" ".join(part for part in (system, unknown.code.code, unknown.code.text) if part) + times)
