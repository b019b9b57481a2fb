"""The check of the audit trail's chain, on request; its result stays until the next one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import streamlit as st

from riskmodels.errors import CareRiskError
from riskmodels.records import audit
from riskmodels.records.audit import Verdict
from ui.audit import words
from ui.clock import zone
from ui.database import database
from ui.text import plain

_CHECKED, _NOTED = "audit.checked", "audit.noted"


@dataclass(frozen=True)
class Checked:
    """What a check found: when, and by comparison with a noted hash or not; or why there was none."""

    when: datetime
    verdict: Verdict | None
    noted: bool = False
    failed: str = ""


def draw_check() -> None:
    """The button, the hash noted elsewhere, and what the last check found."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input(
            "Hash noted at an earlier check",
            key=_NOTED,
            max_chars=64,
            placeholder="optional",
            help="If you kept the last hash of an earlier check, enter it: it must still occur in the trail.",
            width=330,
        )
        st.button("Verify the chain", type="primary", icon=":material/link:", on_click=_check)
    checked: Checked | None = st.session_state.get(_CHECKED)
    if checked is not None:
        _draw_checked(checked)


def _check() -> None:
    """Callback: walk the whole chain."""
    noted = st.session_state.get(_NOTED, "").strip().lower()
    try:
        verdict = audit.verify(database(), noted or None)
        checked = Checked(datetime.now(UTC), verdict, bool(noted))
    except CareRiskError as error:
        checked = Checked(datetime.now(UTC), None, failed=str(error))
    st.session_state[_CHECKED] = checked


def _draw_checked(checked: Checked) -> None:
    when = checked.when.astimezone(zone()).strftime("%Y-%m-%d %H:%M:%S")
    if checked.verdict is None:
        st.error(f"The chain was not checked. {checked.failed}")
        return
    verdict = checked.verdict
    if not verdict.ok:
        st.error(words.verdict_text(verdict))
        st.markdown("\n".join(f"- {plain(words.problem_text(p), 300)}" for p in verdict.problems))
        if verdict.broken > len(verdict.problems):
            st.caption(f"The first {len(verdict.problems)} of {verdict.broken:,} places.")
    else:
        noted = " The hash noted earlier occurs in it." if checked.noted else ""
        st.markdown(f":material/check: **{words.verdict_text(verdict)}**{noted}")
    if verdict.head:
        st.caption("The last hash. Note it outside this computer; at a later check it shows whether the trail is one.")
        st.code(verdict.head, language=None, wrap_lines=True)
    st.caption(f"Checked {when}. {words.remedy_text(verdict)}".strip())
