"""One page of records: a button a row that opens it, and beside it what tells one record from another."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from html import escape
from math import ceil, floor

import streamlit as st

from riskmodels.errors import CareRiskError
from riskmodels.outcomes import OUTCOME, OUTCOMES
from riskmodels.records import patients
from riskmodels.records.listing import Listed
from riskmodels.records.patients import Patient
from riskmodels.scores.prevent import INPUTS
from riskmodels.vocabulary import VOCABULARY
from ui import text
from ui.database import database
from ui.record import state as record_state
from ui.sign_in.account import current_actor
from ui.text import count

_PATIENT_PAGE = "pages/1_Patient.py"
_DAY = 86_400
#: the model whose outcomes always have a column; those of others only where a row has one
_EVERYBODY = "population"
#: key facts that a visit need not hold: they are computed from these
_COMPUTED = {"bmi": {"weight", "height"}, "egfr": {"creatinine"}}


def draw_rows(rows: Sequence[Listed]) -> None:
    """The records of one page; a row opens its record.

    Args:
        rows: at most a page.
    """
    outcomes = [o.name for o in OUTCOMES if o.model == _EVERYBODY or any(o.name in row.risks for row in rows)]
    head = ["Label", "Age and sex", "Visits", "Last visit", "Key facts", *(OUTCOME[name].short for name in outcomes)]
    with st.container(key="records_rows", gap=None):
        st.html(_head("Record", head))
        for row in rows:
            with st.container(key=f"record_row_{row.patient.id}", horizontal=True, gap=None):
                if st.button(row.patient.code, key=f"open_{row.patient.id}", type="tertiary", width=112):
                    record_state.open_record(row.patient.id)
                    st.switch_page(_PATIENT_PAGE)
                st.html(_cells(head, listed_texts(row, outcomes)), width="stretch")


def listed_texts(row: Listed, outcomes: Sequence[str]) -> list[str]:
    """A row in words: label, age and sex, visits, last visit, key facts known then, a risk an outcome."""
    patient = row.patient
    risks = [text.risk(row.risks[n], row.bounds.get(n, "")) if n in row.risks else "–" for n in outcomes]
    last = patient.last_visit.isoformat() if patient.last_visit else "–"
    return [patient.label, who_text(patient), str(patient.visits), last, known_text(row.known), *risks]


def known_text(known: Collection[str]) -> str:
    """How many of the inputs of PREVENT a visit knows: ``9 of 11``, ``3 of 11, few``; ``–`` where nothing is known.

    Args:
        known: names of the facts known, as entered.
    """
    given = {*known, *(name for name, sources in _COMPUTED.items() if sources <= set(known))}
    count = len(given & set(INPUTS))
    few = ", few" if count < len(INPUTS) / 2 else ""
    return f"{count} of {len(INPUTS)}{few}" if known else "–"


def who_text(patient: Patient) -> str:
    """``54, female``; what is not known is left out."""
    age = "" if patient.age is None else f"{floor(patient.age)}"
    sex = "" if patient.sex is None else VOCABULARY["sex"].format(float(patient.sex))
    return ", ".join(filter(None, (age, sex))) or "–"


def draw_deleted(rows: Sequence[Listed]) -> None:
    """The deleted records of one page, with how long each can still be brought back.

    Args:
        rows: at most a page.
    """
    now = datetime.now(UTC)
    head = ["Label", "Age and sex", "Visits", "Deleted", "Gone for good in"]
    with st.container(key="records_rows", gap=None):
        st.html(_head("", head))
        for row in rows:
            patient = row.patient
            with st.container(key=f"record_row_{patient.id}", horizontal=True, gap=None):
                st.button(
                    "Restore",
                    key=f"restore_{patient.id}",
                    type="tertiary",
                    icon=":material/restore_from_trash:",
                    width=112,
                    on_click=_restore,
                    args=(patient.id, patient.code),
                )
                st.html(_cells(head, deleted_texts(patient, now)), width="stretch")


def deleted_texts(patient: Patient, now: datetime) -> list[str]:
    """A deleted record in words: code and label, age and sex, visits, when, days left."""
    when = patient.deleted or now
    left = ceil((patients.UNDO - (now - when)).total_seconds() / _DAY)
    label = f"{patient.code} {patient.label}".strip()
    return [label, who_text(patient), str(patient.visits), when.date().isoformat(), count(max(left, 0), "day")]


def _restore(patient_id: str, code: str) -> None:
    """Callback: bring a deleted record back, and say so on the next run."""
    try:
        patients.restore(database(), current_actor(), patient_id)
    except CareRiskError as error:
        st.session_state[TOLD] = f"{code} was not restored. {error}"
        return
    st.session_state[TOLD] = f"{code} is restored and is found under Records again."


#: session-state key: what happened to a record, told once
TOLD = "records.told"


def _head(first: str, names: Sequence[str]) -> str:
    cells = "".join(f"<span>{escape(name)}</span>" for name in names)
    return f'<div class="cr-records-head" aria-hidden="true"><b>{escape(first)}</b>{_grid(len(names), cells)}</div>'


def _cells(names: Sequence[str], texts: Sequence[str]) -> str:
    cells = "".join(
        f'<span data-label="{escape(name)}"{"" if value else " class=cr-none"}>'
        f'<i class="sr-only">{escape(name)}: </i>{escape(value)}</span>'
        for name, value in zip(names, texts, strict=True)
    )
    return _grid(len(names), cells)


def _grid(columns: int, cells: str) -> str:
    return f'<div class="cr-record" style="--columns:{columns - 1}">{cells}</div>'
