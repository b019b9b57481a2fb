"""Step 2: what must be answered, what each column is read as, what to look at, and the start of the scoring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import streamlit as st

from riskmodels.errors import CareRiskError, InputError
from riskmodels.interop.columns.apply import Applied, apply
from riskmodels.interop.columns.layouts import Layout
from riskmodels.interop.columns.mapping import CohortMapping, Role, Visits
from riskmodels.interop.columns.propose import remarks_now
from riskmodels.interop.columns.reading import fitting
from riskmodels.interop.columns.resembling import left_unused
from riskmodels.interop.columns.template import EXAMPLE_MARK
from riskmodels.interop.table.chunks import Chunk
from riskmodels.records import State
from riskmodels.vocabulary import VOCABULARY
from ui.cohort import jobs, layouts, state
from ui.cohort.columns_table import draw_one_column, draw_table
from ui.cohort.file import DONE, OPEN
from ui.cohort.jobs import Job, ScoreRequest
from ui.cohort.problems import draw_problems, problem_counts
from ui.cohort.questions import draw_questions
from ui.cohort.state import Upload
from ui.memo import remembered
from ui.text import count, listed, plain

if TYPE_CHECKING:
    from riskmodels.tabular.model import RiskModel

_PREVIEW, _MAPPING_SEEN = "cohort_preview", "cohort_mapping_seen"
_MOST_UNUSED = 8


def draw_columns_step(upload: Upload, models: Mapping[str, RiskModel], job: Job | None) -> None:
    """Draw the step, open until scoring has begun."""
    mapping = state.mapping_of(upload)
    begun = job is not None and (job.active or job.state is State.DONE)
    applied = preview(upload, mapping)
    label = f"**Columns and units** · {_summary(mapping, applied)}"
    with st.expander(label, expanded=not begun, icon=DONE if begun else OPEN, type="step"):
        left = draw_questions(upload)
        _draw_unused(upload, mapping)
        if not begun:
            _draw_start(upload, models, job, left)
        _draw_tabs(upload, mapping, models, applied)


def _draw_unused(upload: Upload, mapping: CohortMapping) -> None:
    """Columns that resemble an input and are not used come before all other remarks, with what that costs."""
    unused = left_unused(upload.proposal, mapping)
    for text in unused[:_MOST_UNUSED]:
        st.caption(f":material/info: {plain(text, 400)}")
    if len(unused) > _MOST_UNUSED:
        st.caption(f"And {count(len(unused) - _MOST_UNUSED, 'more column')} like these, in the table below.")


def draw_columns_line(request: ScoreRequest, job: Job) -> None:
    """The step of a scoring found again: one line, and a way to open its file."""
    used = [column for column in request.mapping.columns if column.role is Role.VALUE]
    label = f"**Columns and units** · {len(used)} of {count(len(request.mapping.columns), 'column')} used"
    with st.expander(label, expanded=False, icon=DONE, type="step"):
        st.caption("Answered before. Open the file again to look at its columns or to change them.")
        if st.button("Open the columns", icon=":material/table_edit:", key="cohort_restore"):
            with st.spinner("Reading the file and looking at its columns"):
                state.restore(job.folder / "upload", request.name, request.file_format, request.mapping)
            st.rerun()


def _summary(mapping: CohortMapping, applied: Applied | None) -> str:
    used = sum(1 for column in mapping.columns if column.role is Role.VALUE)
    text = f"{used} of {count(len(mapping.columns), 'column')} used"
    left = len(mapping.questions())
    if left:
        return f"{text} · {count(left, 'question')} left"
    return f"{text} · {problem_counts(applied.problems)}" if applied is not None else text


def preview(upload: Upload, mapping: CohortMapping) -> Applied | None:
    """The rows looked at as they would be used; None while a question is open or the mapping cannot be applied."""
    if mapping.questions():
        return None
    chunk = Chunk(upload.sample.cells, [], upload.format.decimal)
    try:
        return remembered(
            _PREVIEW, (upload.key, repr(mapping)), lambda: apply(replace(mapping, visits=Visits.ALL), chunk)
        )
    except InputError:
        return None


def _draw_start(upload: Upload, models: Mapping[str, RiskModel], job: Job | None, left: int) -> None:
    if job is not None and job.state is State.CANCELLED:
        st.caption(f"Stopped after {job.done:,} of {count(job.total, 'row')}. Nothing was kept of it.")
    if job is not None and job.state is State.FAILED:
        st.error(f"Scoring ended with an error. {plain(job.message, 300)} The file is still here.")
    label = f"Score {count(upload.rows, 'row')}"
    kind: Literal["primary", "secondary"] = "secondary" if left else "primary"
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            label, type=kind, icon=":material/play_arrow:", key="cohort_score", disabled=bool(left) or not models
        ):
            _start(upload, models)
        if left:
            st.caption(f"Answer {count(left, 'question')} first.")


def _start(upload: Upload, models: Mapping[str, RiskModel]) -> None:
    request = ScoreRequest(upload.name, state.mapping_of(upload), upload.override, rows=upload.rows)
    try:
        job = jobs.submit(upload.data, request, models)
    except CareRiskError as error:
        st.error(str(error))
        return
    state.show_job(job.id)
    st.rerun()


def _draw_tabs(
    upload: Upload, mapping: CohortMapping, models: Mapping[str, RiskModel], applied: Applied | None
) -> None:
    problems = "" if applied is None else f" ({len(applied.problems):,})"
    columns, one, looked_at, kept = st.tabs(["Columns", "One column", f"Problems{problems}", "Template"])
    with columns:
        draw_table(upload, mapping)
        _draw_visits(upload, mapping)
        for text in remarks(upload, mapping, models, applied):
            st.caption(plain(text, 1000))
    with one:
        draw_one_column(upload, mapping)
    with looked_at:
        if applied is None:
            st.caption("Problems are looked for when all questions are answered.")
        else:
            if not upload.sample.complete:
                st.caption(f"In {len(upload.sample.cells):,} of {upload.rows:,} rows; all of them when it is scored.")
            draw_problems(applied.problems, f"{upload.key[:8]}_preview")
    with kept:
        _draw_template(upload, mapping)


def _draw_visits(upload: Upload, mapping: CohortMapping) -> None:
    """Several rows a patient: all of them, or the latest."""
    patient = mapping.with_role(Role.PATIENT)
    several = patient is not None and bool(upload.sample.cells[patient.header].dropna().duplicated().any())
    if not several and mapping.visits is Visits.ALL:
        return
    key = f"cohort_visits_{upload.key[:12]}"
    st.session_state[key] = mapping.visits
    st.radio(
        "Some patients stand in several rows",
        [Visits.ALL, Visits.LATEST],
        format_func=lambda visits: "Score every row" if visits is Visits.ALL else "Score each patient's latest visit",
        horizontal=True,
        key=key,
        on_change=lambda: state.keep_mapping(upload, replace(state.mapping_of(upload), visits=st.session_state[key])),
    )


def remarks(
    upload: Upload, mapping: CohortMapping, models: Mapping[str, RiskModel], applied: Applied | None
) -> list[str]:
    """What else there is to know before scoring, in sentences."""
    texts = remarks_now(upload.proposal, mapping)
    name = state.template_used(upload)
    if name:
        texts.insert(0, f"Recognised: read as in your template “{name}”.")
    carried = [column.header for column in mapping.columns if column.role is Role.CARRIED]
    outcomes = [column.header for column in mapping.columns if column.role is Role.OUTCOME]
    if outcomes:
        texts.append(f"What happened afterwards, no inputs but outcomes for the report: {listed(outcomes)}.")
    if carried:
        texts.append(f"Kept as they are, not used: {listed(carried)}.")
    used = {name for model in models.values() for name in model.inputs}
    absent = [v.label for name, v in VOCABULARY.items() if name in used and name not in mapping.variables]
    if absent:
        texts.append(f"Not in the file, so unknown for every row where it is not computed: {listed(absent, 40)}.")
    if applied is not None:
        derived = [VOCABULARY[str(name)] for name, rows in applied.checked.derived.sum().items() if rows]
        texts += [f"{v.label} is computed where it is absent: {v.derived}." for v in derived]
    first = upload.sample.cells.iloc[:, 0].astype("str")
    texts += [
        f"Row {row} is still the example row of the template: delete it." for row in first.index[first == EXAMPLE_MARK]
    ]
    return texts


def _draw_mapping_file(upload: Upload) -> None:
    """A mapping that was downloaded, or written by ``python -m riskmodels columns``, for this file."""
    key = f"cohort_mapping_file_{upload.key[:12]}"
    given = st.file_uploader("Or use the file of a template (JSON)", key=key, max_upload_size=2)
    if given is None or st.session_state.get(_MAPPING_SEEN) == given.file_id:
        return
    try:
        found = fitting(Layout.from_json(given.getvalue().decode()), upload.source.headers)
    except (InputError, UnicodeDecodeError) as error:
        st.error(plain(str(error), 400) if isinstance(error, InputError) else "This is not a saved mapping.")
        return
    st.session_state[_MAPPING_SEEN] = given.file_id
    state.keep_mapping(upload, found)
    st.rerun()


def _draw_template(upload: Upload, mapping: CohortMapping) -> None:
    st.caption("Keeps what each column is read as, units and codes. A file with the same columns is recognised.")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input("Name of the template", state.template_used(upload), key="cohort_layout_name")
        if st.button("Save the template", icon=":material/save:", key="cohort_layout_save", disabled=not name.strip()):
            try:
                layouts.save(name, mapping)
                st.toast(f"Saved as “{plain(name, 60)}”.")
            except (InputError, OSError) as error:
                st.error(plain(str(error), 200))
        st.download_button(
            "Download it",
            lambda: Layout(name or upload.name[:60], mapping).to_json().encode(),
            file_name="mapping.json",
            mime="application/json",
            icon=":material/download:",
            on_click="ignore",
            key="cohort_layout_file",
            help="For “python -m riskmodels score --mapping”, or to give it to others: no cell of a patient is in it.",
        )
    _draw_mapping_file(upload)
    for layout in layouts.saved():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"{plain(layout.name)} · {count(len(layout.mapping.columns), 'column')}", width="stretch")
            if st.button("Remove", type="tertiary", key=f"cohort_layout_{layout.fingerprint[:8]}_{layout.name}"):
                layouts.remove(layout.name)
                st.rerun()
