"""The medicines of a bundle: a table of them, and a question for each field that only the name of one answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape

import streamlit as st

from riskmodels.interop.fhir.read import FhirPatient, Found, Medicine
from riskmodels.scores.inputs import variable_of
from ui.text import count, inside, plain

YES, NO = "Yes", "No"
#: medicines of one question that are named; the rest is counted
_MOST_NAMED = 4
#: medicines that are listed; the rest is counted
_MOST_LISTED = 40


def confirmed(patient: FhirPatient, file: str) -> FhirPatient:
    """The patient without what only a name tells, but where a person said yes.

    Args:
        patient: as the bundle tells it.
        file: what the answers belong to: its digest.
    """
    answers = {name: st.session_state.get(_key(file, name)) for name in patient.by_name}
    kept = {
        name: _confirmed(found) if found.by_name else found
        for name, found in patient.found.items()
        if not found.by_name or answers.get(name) == YES
    }
    return replace(patient, found=kept)


def _confirmed(found: Found) -> Found:
    return replace(found, by_name=False).remarked("by its name, confirmed")


def draw_questions(patient: FhirPatient, file: str) -> None:
    """One question a field; without an answer it stays unknown.

    Args:
        patient: as the bundle tells it.
        file: what the answers belong to: its digest.
    """
    asked = patient.by_name
    for name, medicines in asked.items():
        st.segmented_control(plain(_question(name, medicines), 400), [YES, NO], key=_key(file, name))
    if asked:
        st.caption("Matched by name, not by a code. No answer or no: the field stays unknown, another may be taken.")


def _question(name: str, medicines: Sequence[Medicine]) -> str:
    """“Atorvastatin 40 mg → takes a statin or other cholesterol medicine?”"""
    names = list(dict.fromkeys(medicine.name for medicine in medicines))
    rest = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"{'; '.join(names[:_MOST_NAMED])}{rest} → {inside(variable_of(name).label)}?"


def _key(file: str, name: str) -> str:
    return f"fhir.asked.{file[:16]}.{name}"


def medicines_table(medicines: Sequence[Medicine]) -> str:
    """The medicines taken, with how and as what they are read (HTML); those not taken are counted.

    Args:
        medicines: of the bundle.
    """
    taken = list(dict.fromkeys(medicine for medicine in medicines if medicine.taken))
    others = len(medicines) - sum(medicine.taken for medicine in medicines)
    more = [f"{count(len(taken) - _MOST_LISTED, 'more medicine')}"] if len(taken) > _MOST_LISTED else []
    more += [f"{count(others, 'medicine')} not taken now, or only as needed"] if others else []
    note = f'<p class="cr-grey">Not listed: {" and ".join(more)}.</p>' if more else ""
    if not taken:
        return note
    rows = "".join(map(_row, sorted(taken, key=lambda m: not (m.by_code or m.by_name))[:_MOST_LISTED]))
    columns = "<thead><tr><th>Medicine</th><th>How taken</th><th>Read as</th></tr></thead>"
    return f'<table class="cr-table" aria-label="Medicines">{columns}<tbody>{rows}</tbody></table>{note}'


def _row(medicine: Medicine) -> str:
    strength = (
        "" if medicine.strength.lower() in medicine.name.lower() else f"<small>{escape(medicine.strength)}</small>"
    )
    when = f"<small>{medicine.when}</small>" if medicine.when else ""
    return (
        f'<tr><th scope="row">{escape(medicine.name)}{strength}</th><td>{escape(medicine.dose) or "–"}{when}</td>'
        f"<td>{escape(_read_as(medicine))}</td></tr>"
    )


def _read_as(medicine: Medicine) -> str:
    if medicine.reason:
        return f"{medicine.reason[:1].upper()}{medicine.reason[1:]}"
    by_code = [variable_of(name).label for name in medicine.by_code]
    by_name = [f"By its name: {inside(variable_of(name).label)}" for name in medicine.by_name]
    return "; ".join([*by_code, *by_name])
