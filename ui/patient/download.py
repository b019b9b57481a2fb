"""What can be taken away of the patient in the form: the printable report and the estimates as FHIR, each audited."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import current_thread
from typing import TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx

from riskmodels.interop.fhir.types import Version
from riskmodels.records import audit
from riskmodels.records.audit import Action
from ui import clock as record_clock
from ui.database import database
from ui.patient import fhir_export, report
from ui.patient.current import stored_case
from ui.record import state as record_state
from ui.sign_in.account import current_actor

File = TypeVar("File", str, bytes)


def draw_download() -> None:
    """The downloads, each made when it is asked for, of what the page says by then."""
    today = record_clock.today()
    with st.popover("Download", icon=":material/download:"):
        st.download_button(
            "Report",
            _on_demand("report", lambda: report.build_report(stored_case(), today)),
            file_name=f"risk-report-{today.isoformat()}.html",
            mime="text/html",
            icon=":material/print:",
            on_click="ignore",
            key="report",
            width="stretch",
        )
        st.caption("One page to print, without a name.")
        for version in Version:
            _draw_fhir(version)
        st.caption("Facts as Observations, estimates as RiskAssessment, without a name.")


def _draw_fhir(version: Version) -> None:
    today = record_clock.today()
    st.download_button(
        f"FHIR {version}",
        _on_demand(f"fhir {version}", lambda: fhir_export.fhir_document(stored_case(), today, version)),
        file_name=fhir_export.file_name(today, version),
        mime=fhir_export.MIME,
        icon=":material/data_object:",
        on_click="ignore",
        key=f"fhir.export.{version}",
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
