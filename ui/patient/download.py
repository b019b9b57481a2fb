"""What can be taken away of the patient in the form: report, handout, estimates as FHIR; each is audited."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import current_thread
from typing import Any, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx

from riskmodels.case_report.language import Language
from riskmodels.case_report.plain import handout
from riskmodels.interop.fhir.types import Version
from riskmodels.records import audit
from riskmodels.records.audit import Action
from ui import clock as record_clock
from ui.database import database
from ui.patient import fhir_export, parts, report
from ui.patient.chart_copy import language_choice
from ui.patient.current import current_case, stored_case
from ui.patient.handout import handout_html
from ui.patient.told import case_of
from ui.record import state as record_state
from ui.sign_in.account import current_actor

File = TypeVar("File", str, bytes)
LANGUAGE, LARGE = "handout.language", "handout.large"


def draw_download() -> None:
    """The downloads, each made when it is asked for, of what the page says by then."""
    today = record_clock.today()
    with st.popover("Download", icon=":material/download:"):
        name, icon = f"risk-report-{today.isoformat()}.html", ":material/print:"
        _draw_file("Report", "report", lambda: report.build_report(stored_case(), today), name, icon)
        st.caption("One page to print, without a name.")
        parts.draw("handout", lambda: (), _draw_handout)
        for version in Version:
            _draw_fhir(version)
        st.caption("Facts as Observations, estimates as RiskAssessment, without a name.")


def _draw_handout(_: Any) -> None:
    """The sheet for the patient, in the language and print chosen."""
    today, place = record_clock.today(), st.container()
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        language = language_choice(LANGUAGE)
        large = st.toggle("Large print", key=LARGE, persist_state="session")
    name, icon = f"handout-{language}-{today.isoformat()}.html", ":material/family_restroom:"
    with place:
        _draw_file("Handout for the patient", "handout", lambda: _handout(language, large), name, icon)
    st.caption("One page in plain words, to print and take home. The risk of dying is left out.")


def _handout(language: Language, large: bool) -> str:
    return handout_html(handout(case_of(current_case(), record_clock.today()), language, large=large))


def _draw_fhir(version: Version) -> None:
    today, mime = record_clock.today(), fhir_export.MIME
    name, icon = fhir_export.file_name(today, version), ":material/data_object:"
    _draw_file(
        f"FHIR {version}",
        f"fhir {version}",
        lambda: fhir_export.fhir_document(stored_case(), today, version),
        name,
        icon,
        mime=mime,
        key=f"fhir.export.{version}",
    )


def _draw_file(
    label: str,
    what: str,
    make: Callable[[], File],
    name: str,
    icon: str,
    *,
    mime: str = "text/html",
    key: str = "",
) -> None:
    """The button of one file, made at the click."""
    st.download_button(
        label,
        _on_demand(what, make),
        file_name=name,
        mime=mime,
        icon=icon,
        on_click="ignore",
        key=key or what,
        width="stretch",
    )


def _on_demand(what: str, make: Callable[[], File]) -> Callable[[], File]:
    """A file made at the click, once the audit trail says that it was taken of a record.

    Streamlit makes such files in a thread that knows no session; this one knows it, for what is read from the form.
    """
    record, who, context = record_state.opened(), current_actor(), get_script_run_ctx()

    def made() -> File:
        if record is not None:
            audit.record(database(), who, Action.EXPORT, "patient", record.patient.id, {"file": what})
        with ThreadPoolExecutor(1, initializer=lambda: add_script_run_ctx(current_thread(), context)) as maker:
            return maker.submit(make).result()

    return made
