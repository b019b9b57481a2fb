"""Step 3: counts that add up, how the risks are spread, whom to look at first, the table, the report, the download."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from riskmodels.measured import MEETS
from riskmodels.outcomes import OUTCOME
from riskmodels.records import State
from riskmodels.scoring import ScoredCohort, to_csv
from ui.charts import CONFIG
from ui.cohort import jobs, state
from ui.cohort.chart import draw_bins, finding, make_bins
from ui.cohort.file import DONE
from ui.cohort.jobs import Job
from ui.cohort.problems import draw_problems
from ui.cohort.report import draw_report
from ui.cohort.scored import Result
from ui.cohort.scores import draw_choice, draw_comparison
from ui.cohort.table import draw_table
from ui.cohort.triage import Triage, draw_triage
from ui.page import theme
from ui.text import count, plain

if TYPE_CHECKING:
    from riskmodels.tabular.model import RiskModel

_MOST_PROBLEMS = 200_000
_CSV, _PARQUET = "text/csv", "application/vnd.apache.parquet"


@st.fragment(run_every="1s")
def draw_progress(job_id: str) -> None:
    """What is being done, how far it is, and a way to stop it; read from the records, so a refresh finds it."""
    job = jobs.find(job_id)
    if job is None or not job.active:
        st.rerun()
    with st.expander(f"**Result** · scoring {count(job.total, 'row')}", expanded=True, icon="spinner", type="step"):
        st.progress(job.share, text=_progress_words(job))
        with st.container(horizontal=True, vertical_alignment="center"):
            stop = st.button("Cancel", icon=":material/stop_circle:", key="cohort_cancel", disabled=job.cancelling)
            st.caption("You can leave or reload this page: the address leads back to it.")
        if stop:
            jobs.cancel(job.id)
            st.rerun()


def _progress_words(job: Job) -> str:
    if job.cancelling:
        return "Stopping"
    if job.state is State.QUEUED:
        before = jobs.ahead(job)
        return f"Waits for {count(before, 'scoring')} before it" if before else "Starting"
    return f"{job.done:,} of {job.total:,} rows scored" if job.done else "Starting"


def draw_result(scored: Result, models: Mapping[str, RiskModel], outdated: bool = False) -> None:
    """Draw the finished step.

    Args:
        scored: the cohort.
        models: in force, by name.
        outdated: whether it was scored with other versions of them.
    """
    with st.expander("**Result**", expanded=True, icon=DONE, type="step"):
        if outdated:
            st.caption(
                "Scored with other versions of the models than those in force. Report and recalibration use those."
            )
            if st.button("Score it again", icon=":material/refresh:", key="cohort_again"):
                state.leave_job()
                st.rerun()
        _draw_body(scored, models)


@st.fragment
def _draw_body(scored: Result, models: Mapping[str, RiskModel]) -> None:
    _draw_counts(scored)
    if not scored.outcomes:
        st.caption(" ".join(_left_out(scored)))
        return
    if st.session_state.get("cohort_outcome") not in scored.outcomes:
        st.session_state.pop("cohort_outcome", None)  # kept from another cohort, which had other outcomes
    outcome = st.segmented_control(
        "Outcome",
        scored.outcomes,
        default=_first_outcome(scored),
        required=True,
        format_func=lambda name: OUTCOME[name].label,
        key="cohort_outcome",
        persist_state="session",
    )
    risk = scored.column(outcome, "risk")
    left, right = st.columns([3, 2], gap="large")
    with right:
        triage = draw_triage(risk, outcome)
        extended = draw_choice(scored)
        _draw_downloads(scored, extended, outcome, triage)
    with left:
        _draw_spread(risk, outcome, triage)
    st.caption(" ".join(_who_is_missing(scored, outcome)))
    if extended is not None:
        draw_comparison(extended, outcome, _ink())
    _draw_views(scored, outcome, triage, models)


def _first_outcome(scored: Result) -> str:
    """The first outcome that is not measured already in most rows."""
    measured, rows = scored.counts.get("by_measurement", {}), len(scored.index)
    return next((name for name in scored.outcomes if 2 * measured.get(name, 0) <= rows), scored.outcomes[0])


def _draw_views(scored: Result, outcome: str, triage: Triage, models: Mapping[str, RiskModel]) -> None:
    rows, problems, report = st.tabs(["Rows", f"Problems ({scored.counts['with_problems']:,} rows)", "Report"])
    with rows:
        draw_table(scored, outcome, triage.flagged)
    with problems:
        draw_problems(read_problems(scored), scored.key[:8], scored.delimiter)
    with report:
        draw_report(scored, outcome, triage, models)


def read_problems(scored: Result) -> pd.DataFrame:
    """The problems of the whole file, the first :data:`_MOST_PROBLEMS`."""
    return pd.read_csv(
        scored.files.problems,
        sep=scored.delimiter,
        dtype="str",
        keep_default_na=False,
        encoding="utf-8-sig",
        nrows=_MOST_PROBLEMS,
    )


def _draw_counts(scored: Result) -> None:
    counts = scored.counts
    earlier = counts.get("earlier_visits", 0)
    visits = f" + **{earlier:,}** earlier visits" if earlier else ""
    measured = counts.get("measured", 0)
    missing = f"{f'**{measured:,}** measured + ' if measured else ''}**{counts['not_scored']:,}** not scored"
    st.markdown(
        f"**{counts['read']:,}** read = **{counts['scored']:,}** scored + {missing}{visits}"
        f" · **{counts['with_problems']:,}** with problems",
        help="Scored: an estimate of at least one outcome. Measured: none, but HbA1c or fasting glucose answers one. "
        "With problems: something to look at, see below.",
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


def _who_is_missing(scored: Result, outcome: str) -> list[str]:
    """Why rows have no estimate of this outcome, and which outcomes are not here at all."""
    definition = OUTCOME[outcome].definition
    texts = [f"{definition[0].upper()}{definition[1:]}."]
    told = scored.measured(outcome)
    if (told != "").any():
        texts.append(measured_text(told))
    missing = ~scored.scored(outcome) & (told == "")
    if missing.any():
        notes = scored.column(outcome, "note")[missing].astype("str")
        kinds = notes.str.removeprefix("not estimated: ").value_counts().head(6)
        reasons = "; ".join(f"{plain(str(reason), 160)} ({n:,})" for reason, n in kinds.items())
        texts.append(f"{count(len(notes), 'row')} without this estimate: {reasons}.")
    return [*texts, *_held(scored, outcome), *_left_out(scored)]


def _held(scored: Result, outcome: str) -> list[str]:
    """How many estimates have a value counted as the edge of the training data."""
    if (outcome, "held") not in scored.columns:  # a result of an earlier version
        return []
    number = int((scored.column(outcome, "held").astype("str") != "").sum())
    told = "with a value counted as the edge of the training data, as the note says"
    return [f"{count(number, 'of these estimates is', 'of these estimates are')} {told}."] if number else []


def measured_text(told: pd.Series) -> str:
    """How many rows a measurement answers, and how many of them meet its criterion.

    Args:
        told: what it says in each row; empty where none does.
    """
    known = told[told != ""].astype("str")
    met = int(known.str.contains(MEETS, regex=False).sum())
    rows = f"{count(len(known), 'row')} {'is' if len(known) == 1 else 'are'} answered by HbA1c or fasting glucose"
    return f"{rows}, so neither estimated nor flagged: {met:,} meet the criterion."


def _left_out(scored: Result) -> list[str]:
    return [f"{OUTCOME[name].label} is left out: {why}." for name, why in scored.left_out.items()]


def flagged_csv(scored: ScoredCohort, outcome: str, triage: Triage, delimiter: str = ",") -> bytes:
    """The scored cohort as a file: rows in the order of the upload, who is flagged in the last column."""
    name = f"{outcome}_flagged"
    while name in scored.table:
        name += "_2"
    words = triage.flagged.map({True: "yes", False: "no"}).where(scored.scored(outcome), "")
    return to_csv(scored.table.assign(**{name: words}), delimiter)


def _draw_downloads(scored: Result, extended: ScoredCohort | None, outcome: str, triage: Triage) -> None:
    stem = f"carerisk_{scored.key[:8]}"

    def whole() -> bytes:
        if not scored.small:
            return scored.files.csv.read_bytes()
        return flagged_csv(extended or scored.cohort(), outcome, triage, scored.delimiter)

    with st.container(horizontal=True):
        _download("Download the scored CSV", whole, f"{stem}_scored.csv", _CSV, "primary", "cohort_scored_csv")
        _download(
            "Parquet",
            scored.files.table.read_bytes,
            f"{stem}_scored.parquet",
            _PARQUET,
            "secondary",
            "cohort_scored_parquet",
        )
    missing = scored.counts.get("without_age_or_sex", 0)
    if missing:
        label = f"Download the {count(missing, 'row')} without age or sex"
        _download(
            label, scored.files.rejects.read_bytes, f"{stem}_not_scored.csv", _CSV, "tertiary", "cohort_missing_csv"
        )
    flagged = f"; the last column says who is flagged ({triage.rule})" if scored.small else ""
    st.caption(f"All rows in the order of the file{flagged}.")


def _download(label: str, data: object, name: str, mime: str, kind: str, key: str) -> None:
    st.download_button(
        label,
        data,  # type: ignore[arg-type]
        file_name=name,
        mime=mime,
        type=kind,  # type: ignore[arg-type]
        icon=":material/download:",
        on_click="ignore",
        key=key,
    )
