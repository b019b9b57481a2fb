"""Step 3: counts that add up, how the risks are spread, whom to look at first, the table and the download."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from riskmodels.outcomes import OUTCOME
from riskmodels.scoring import ScoredCohort, to_csv
from ui.charts import CONFIG
from ui.cohort_chart import draw_bins, finding, make_bins
from ui.cohort_file import DONE
from ui.cohort_job import Job
from ui.cohort_scores import draw_choice, draw_comparison
from ui.cohort_state import Upload
from ui.cohort_table import draw_table
from ui.cohort_text import count, plain
from ui.cohort_triage import Triage, draw_triage
from ui.page import theme


@st.fragment(run_every="0.7s")
def draw_progress(job: Job) -> None:
    """What is being done, how far it is, and a way to stop it."""
    if not job.running:
        st.rerun()
    with st.expander(f"**Result** · scoring {count(job.total, 'row')}", expanded=True, icon="spinner", type="step"):
        text = f"{job.done:,} of {job.total:,} rows scored" if job.done else "Starting"
        st.progress(job.done / max(job.total, 1), text=text)
        if st.button("Cancel", icon=":material/stop_circle:", key="cohort_cancel"):
            job.cancel()
            st.rerun()


def draw_result(upload: Upload, scored: ScoredCohort) -> None:
    """Draw the finished step."""
    with st.expander("**Result**", expanded=True, icon=DONE, type="step"):
        _draw_body(upload, scored)


@st.fragment
def _draw_body(upload: Upload, scored: ScoredCohort) -> None:
    _draw_counts(scored)
    if not scored.outcomes:
        st.caption(" ".join(_left_out(scored)))
        return
    if st.session_state.get("cohort_outcome") not in scored.outcomes:
        st.session_state.pop("cohort_outcome", None)  # kept from another cohort, which had other outcomes
    outcome = st.segmented_control(
        "Outcome",
        scored.outcomes,
        default=scored.outcomes[0],
        required=True,
        format_func=lambda name: OUTCOME[name].label,
        key="cohort_outcome",
        persist_state="session",
    )
    risk = scored.column(outcome, "risk")
    left, right = st.columns([3, 2], gap="large")
    with right:
        triage = draw_triage(risk, outcome)
        extended = draw_choice(upload, scored)
        _draw_downloads(upload, extended, outcome, triage)
    with left:
        _draw_spread(risk, outcome, triage)
    st.caption(" ".join(_who_is_missing(scored, outcome)))
    draw_comparison(extended, outcome, _ink())
    draw_table(upload, scored, outcome, triage.flagged)


def _draw_counts(scored: ScoredCohort) -> None:
    counts = scored.counts()
    st.markdown(
        f"**{counts.read:,}** read = **{counts.scored:,}** scored + **{counts.not_scored:,}** not scored"
        f" · **{counts.with_problems:,}** with problems",
        help="Scored: an estimate of at least one outcome. With problems: something to look at, see step 2.",
    )


def _draw_spread(risk: pd.Series, outcome: str, triage: Triage) -> None:
    bins = make_bins(risk, triage.flagged)
    text = finding(risk)
    label = OUTCOME[outcome].label
    st.plotly_chart(draw_bins(bins, _ink()), config=CONFIG, key="cohort_spread", alt=f"Histogram. {label}: {text}")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(text, width="stretch")
        with st.popover("Figures", type="tertiary"):
            st.dataframe(bins.table(), hide_index=True, alt=f"{label}: rows by estimated risk")


def _ink() -> str | None:
    """The theme's text colour: Streamlit's own grey for the words of a figure is too faint."""
    colour: str | None = st.get_option(f"theme.{theme()}.textColor")
    return colour


def _who_is_missing(scored: ScoredCohort, outcome: str) -> list[str]:
    """Why rows have no estimate of this outcome, and which outcomes are not here at all."""
    notes = scored.column(outcome, "note")[~scored.scored(outcome)]
    definition = OUTCOME[outcome].definition
    texts = [f"{definition[0].upper()}{definition[1:]}."]
    if len(notes):
        kinds = notes.str.removeprefix("not estimated: ").value_counts().head(6)
        reasons = "; ".join(f"{plain(str(reason), 160)} ({n:,})" for reason, n in kinds.items())
        texts.append(f"{count(len(notes), 'row')} without this estimate: {reasons}.")
    return texts + _left_out(scored)


def _left_out(scored: ScoredCohort) -> list[str]:
    return [f"{OUTCOME[name].label} is left out: {why}." for name, why in scored.left_out.items()]


def flagged_csv(upload: Upload, scored: ScoredCohort, outcome: str, triage: Triage) -> bytes:
    """The scored cohort as a file: rows in the order of the upload, who is flagged in the last column."""
    name = f"{outcome}_flagged"
    while name in scored.table:
        name += "_2"
    words = triage.flagged.map({True: "yes", False: "no"}).where(scored.scored(outcome), "")
    return to_csv(scored.table.assign(**{name: words}), upload.table.delimiter)


def _draw_downloads(upload: Upload, scored: ScoredCohort, outcome: str, triage: Triage) -> None:
    stem = f"carerisk_{upload.key[:8]}"
    st.download_button(
        "Download the scored CSV",
        lambda: flagged_csv(upload, scored, outcome, triage),
        file_name=f"{stem}_scored.csv",
        mime="text/csv",
        type="primary",
        icon=":material/download:",
        on_click="ignore",
        key="cohort_scored_csv",
    )
    missing = scored.counts().not_scored
    if missing:
        st.download_button(
            f"Download the {count(missing, 'row')} not scored",
            lambda: to_csv(scored.table[~scored.scored()], upload.table.delimiter),
            file_name=f"{stem}_not_scored.csv",
            mime="text/csv",
            type="tertiary",
            icon=":material/download:",
            on_click="ignore",
            key="cohort_missing_csv",
        )
    st.caption(f"All rows in the order of the file; the last column says who is flagged ({triage.rule}).")
