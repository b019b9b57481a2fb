"""What published trials promise this patient: one row an action, those that do not apply collapsed below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

import streamlit as st

from riskmodels.care import Benefit, Combined, Count, Estimate, benefits, combine
from riskmodels.errors import InputError
from riskmodels.percent import percent_text
from riskmodels.units import Unit
from ui.memo import remembered, row_key
from ui.patient.benefit_chart import chart, points_text
from ui.patient.score_rows import Published

CAPTION = (
    "Relative risks of published trials, taken as constant over the horizon and applied to a published baseline risk, "
    "never to the neural estimate. Reductions of several actions do not add up."
)
_CHOSEN = "benefit.together"
_STYLE = Path(__file__).parent / "care_plan.css"


def patient_benefits(published: Published, units: Mapping[str, Unit]) -> list[Benefit]:
    """The benefits of a patient, from SCORE2 where a region is chosen and it has a number, else from PREVENT.

    Args:
        published: the patient's published scores.
        units: unit each number is shown in.
    """
    key = (row_key(published.patient), published.region, tuple(sorted((n, u.symbol) for n, u in units.items())))
    return remembered("benefits", key, lambda: compute_benefits(published, units))


def compute_benefits(published: Published, units: Mapping[str, Unit]) -> list[Benefit]:
    """:func:`patient_benefits`, computed."""
    patient, results = published.patient, published.results
    if published.region and published.given("score2"):
        region = published.region
        return benefits(patient, baseline="score2", region=region, units=units, found=results["score2"])
    return benefits(patient, units=units, found=results["prevent"])


def draw_benefits(found: Sequence[Benefit]) -> None:
    """The table of the actions that apply, several together, and the others with the reason.

    Args:
        found: from :func:`patient_benefits`.
    """
    st.html(_STYLE)
    offered = combinable(found)
    together = _chosen(offered)
    st.html(chart(found, together))
    _draw_together(offered, together)
    st.html(table(found))
    st.caption(CAPTION)


def table(found: Sequence[Benefit]) -> str:
    """The benefits as HTML."""
    rows = "".join(_row(benefit) for benefit in found if benefit.applies)
    head = (
        "<thead><tr><th>Action</th><th>Risk without it</th><th>Absolute reduction</th>"
        "<th>Number needed to treat</th></tr></thead>"
    )
    drawn = f'<table class="cr-table" aria-label="Benefit by trials">{head}<tbody>{rows}</tbody></table>'
    first = drawn if rows else "<p>No trial figure applies to this patient as far as is known.</p>"
    return f'<section class="cr-tables">{first}{_others([b for b in found if not b.applies])}</section>'


def _row(benefit: Benefit) -> str:
    years = f"{benefit.horizon_years:g} years"
    name = f'<th scope="row">{escape(benefit.action)}<small>{escape(benefit.why)}</small>{_about(benefit)}</th>'
    if benefit.number_needed is None:
        relative = f"Relative risk {_interval(benefit.relative_risk)} of {escape(benefit.trial.outcome)}"
        return f'<tr>{name}<td colspan="3">{relative}; no absolute figure.</td></tr>'
    source = f"<small>{escape(benefit.baseline_source)}</small>"
    return (
        f"<tr>{name}<td><b>{percent_text(benefit.baseline)}</b> in {years}{source}</td>"
        f"<td><b>{points_text(benefit.risk_reduction)}</b> percentage points less</td>"
        f"<td><b>{count_text(benefit.number_needed)}</b> treated for {years}, one event less</td></tr>"
    )


def _about(benefit: Benefit) -> str:
    trial = benefit.trial
    per = f" for each {trial.per:g} {trial.unit}" if trial.per == trial.per else ""
    parts = [
        benefit.assumption,
        f"Effect: relative risk {_interval(trial.relative_risk)}{per} of {trial.outcome}.",
        f"{trial.evidence.capitalize()}: {trial.population}.",
        f"{trial.remark}.",
        f"{trial.reference}.",
    ]
    told = "".join(f"<p>{escape(part)}</p>" for part in parts if part)
    return f"<details><summary>Evidence</summary>{told}</details>"


def _others(found: Sequence[Benefit]) -> str:
    if not found:
        return ""
    lines = "".join(f"<p><b>{escape(benefit.action)}:</b> {escape(benefit.why)}</p>" for benefit in found)
    summary = f"Without a figure for this patient: {len(found)}"
    return f'<details class="cr-grey"><summary>{summary}</summary>{lines}</details>'


def combinable(found: Sequence[Benefit]) -> list[Benefit]:
    """The benefits over one and the same baseline of a published score, where two trials or more lower it.

    Statins and blood pressure share SCORE2's baseline, but not PREVENT's (ASCVD for the one, total for the other).
    """
    for source in dict.fromkeys(b.baseline_source for b in found if b.number_needed):
        same = [b for b in found if b.number_needed and b.baseline_source == source]
        of_score = all(b.trial.baseline_rate != b.trial.baseline_rate for b in same)
        if of_score and len({b.trial.name for b in same}) > 1:
            return same
    return []


def _chosen(found: Sequence[Benefit]) -> Combined | None:
    """The actions chosen together, where they can be combined."""
    by_action = {benefit.action: benefit for benefit in found}
    names = [name for name in st.session_state.get(_CHOSEN, ()) if name in by_action]
    try:
        return combine([by_action[name] for name in names])
    except InputError:
        return None


def _draw_together(found: Sequence[Benefit], together: Combined | None) -> None:
    """Several actions chosen together: relative risks multiplied."""
    if not found:
        return
    chosen = st.multiselect(
        "Several together",
        [benefit.action for benefit in found],
        key=_CHOSEN,
        placeholder="choose two or more",
        persist_state="page",
    )
    if together is not None:
        st.html(f'<p class="cr-together">{together_text(together)}</p>')
    elif len(chosen) > 1:
        st.caption(":material/error: Two of these are alternatives of each other. Choose one of them.")


def together_text(combined: Combined) -> str:
    """Several actions in one sentence (HTML)."""
    needed = f", number needed to treat <b>{count_text(combined.number_needed)}</b>" if combined.number_needed else ""
    return (
        f"{escape(' + '.join(combined.actions))}: from {percent_text(combined.baseline)} in "
        f"{combined.horizon_years:g} years, <b>{points_text(combined.risk_reduction)}</b> percentage points less"
        f"{needed}. "
        f"{escape(combined.text)}"
    )


def count_text(count: Count) -> str:
    """``19 (16–22)``."""
    return f"{count.value:,} ({count.low:,}–{count.high:,})"


def _interval(risk: Estimate) -> str:
    return f"{risk.value:.2f} ({risk.low:.2f}–{risk.high:.2f})"
