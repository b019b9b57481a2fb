"""Published scores beside the neural estimates: the table, where they differ, country, questions only they ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import pandas as pd
import streamlit as st

from riskmodels.assessment import Answer, Assessment
from riskmodels.explain.steps import fact_text
from riskmodels.scores.disagreement import SAME_KIND, Disagreement, clearly_different, find_disagreements, score_share
from riskmodels.scores.heart_age import NAMED, OPTIMAL
from riskmodels.scores.heart_age import SOURCE as HEART_AGE_SOURCE
from riskmodels.scores.inputs import EXTRA_INPUTS
from riskmodels.scores.score2 import REGIONS
from riskmodels.vocabulary import inside
from ui.memo import remembered, row_key
from ui.patient.case import Case
from ui.patient.fields import draw_choice, value_changed
from ui.patient.score_rows import PLACES, Published, ScoreRow, Shown, State, compute_scores, region_at, region_text
from ui.record import draft

PLACE = "scores.place"
_WOMEN_ONLY = "gestational_diabetes"
_HEADINGS = {State.MISSING: "Not enough is known for", State.OUTSIDE: "Do not apply to this patient"}


def published_scores(assessment: Assessment) -> Published:
    """Every published score of the patient in the form, for the country chosen.

    Args:
        assessment: of that patient.
    """
    patient = pd.concat([assessment.row(), pd.Series(draft.score_facts(), dtype=float)])
    region = chosen_region()
    return remembered(
        "scores", (row_key(patient), region), lambda: compute_scores(patient, region, {"prevent": assessment.prevent})
    )


def table(rows: Sequence[ScoreRow]) -> str:
    """The table as HTML: one row a score, those without a number greyed below."""
    head = (
        "<thead><tr><th>Score</th><th>What it predicts</th><th>Value and category</th><th>Computed with</th></tr>"
        "</thead>"
    )
    bodies = ""
    for state in State:
        of_state = [row for row in rows if row.state is state]
        if not of_state:
            continue
        heading = f'<tr><th colspan="4" class="cr-group">{_HEADINGS[state]}</th></tr>' if state in _HEADINGS else ""
        grey = ' class="cr-grey"' if state in _HEADINGS else ""
        bodies += f"<tbody{grey}>{heading}{''.join(_table_row(row) for row in of_state)}</tbody>"
    drawn = f'<table class="cr-table" aria-label="Published scores">{head}{bodies}</table>'
    return f'<section class="cr-tables">{drawn}</section>'


def _table_row(row: ScoreRow) -> str:
    score = row.score
    about = f"<details><summary>About it</summary>{_about(row)}</details>"
    name = f'<th scope="row">{escape(score.title)}<small>made for: {escape(score.made_for)}</small>{about}</th>'
    horizon = "now" if score.horizon == "now" else f"in {score.horizon}"
    predicts = f"<td>{escape(score.predicts)}; {escape(horizon)}</td>"
    if row.state is not State.GIVEN:
        return f'<tr>{name}{predicts}<td colspan="2">{escape(row.why_none)}</td></tr>'
    standing = f"<small>{escape(row.standing)}</small>" if row.standing else ""
    beside = f"{_values(row.beside)}<small>{escape(heart_age_text())}</small>" if row.beside else ""
    withheld = f"<small>{escape(row.withheld)}</small>" if row.withheld else ""
    shown = f"{_values(row.numbers)}{withheld}{standing}{beside}"
    return f"<tr>{name}{predicts}<td>{shown}</td><td>{escape(row.model)}</td></tr>"


def _values(numbers: Sequence[Shown]) -> str:
    drawn = (f"<div>{escape(n.label)} <b>{escape(n.value)}</b> {escape(n.category)}</div>" for n in numbers)
    return "".join(drawn).replace("<div> ", "<div>")


def _about(row: ScoreRow) -> str:
    score = row.score
    bands = "; ".join(
        f"{f'{who}: ' if who else ''}{b.text(' %', 100) if score.is_risk else b.text()} ({b.source})"
        for who, b in score.bands.items()
    )
    parts = [
        f"Also: {', '.join(number.text for number in row.further)}." if row.further else "",
        f"For {score.population}.",
        f"Category: {bands}." if bands else "",
        f"{HEART_AGE_SOURCE}." if row.beside else "",
        *score.limits,
        f"{score.citation}.",
        score.licence,
    ]
    return "".join(f"<p>{escape(part)}</p>" for part in parts if part)


def heart_age_text() -> str:
    """What heart age is: the optimal facts it compares with, each with its unit."""
    facts = ", ".join(inside(fact_text(name, OPTIMAL[name])) for name in NAMED)
    return (
        "Heart age: the age at which somebody of the same sex with optimal facts has this 10-year risk by the base "
        f"model: {facts}, no medicine for either, no diabetes, no smoking."
    )


def find_differences(case: Case) -> dict[str, list[Disagreement]]:
    """Scores that rank the patient clearly differently from a neural estimate of the same kind, by its label."""
    published = case.published
    found = {}
    for outcome, answer in case.given.items():
        if _differs(answer, published):
            contributions: pd.DataFrame = case.assessment.reasons(outcome).values  # noqa: PD011, not a frame's values
            found[answer.outcome.label] = find_disagreements(
                published.patient,
                outcome,
                answer.standing,
                contributions.iloc[0],
                published.results,
                region=published.region,
                units=case.units,
            )
    return found


def _differs(answer: Answer, published: Published) -> bool:
    return any(
        clearly_different(
            answer.standing,
            score_share(name, column, published.results[name].row(), published.patient, published.region),
        )
        for name, column in SAME_KIND.get(answer.outcome.name, ())
    )


def differences(found: Mapping[str, Sequence[Disagreement]]) -> str:
    """One paragraph an outcome: the first score that differs; further ones on demand; empty where none differs."""
    if not found:
        return ""
    parts = ""
    for label, of_outcome in found.items():
        first, *others = (escape(each.text) for each in of_outcome)
        more = "".join(f"<p>{each}</p>" for each in others)
        details = f"<details><summary>Further scores that differ: {len(others)}</summary>{more}</details>"
        parts += f"<p><b>{escape(label)}:</b> {first}</p>{details if others else ''}"
    return f'<section class="cr-differ"><h3>Where they and the neural estimate differ</h3>{parts}</section>'


def chosen_region() -> str:
    """SCORE2's risk region of the country chosen in this session; empty where none is."""
    return region_at(st.session_state.get(PLACE))


def draw_place() -> None:
    """The country of residence, chosen once a session."""
    st.selectbox(
        "Country of residence, for SCORE2",
        PLACES,
        index=None,
        format_func=lambda place: region_text(place).capitalize() if place in REGIONS else place,
        key=PLACE,
        on_change=value_changed,
        placeholder="choose a country, or the risk region",
        persist_state="session",
        width=320,
    )
    if chosen_region():
        chosen = f"{region_text(chosen_region()).capitalize()} of the ESC. "
        st.caption(f"{chosen}Kept for the next patients. Scores made for the United States do not change with it.")


def questions_say() -> tuple[str, bool]:
    """What decides how country and questions are drawn: the region, and whether the questions to women are asked."""
    return chosen_region(), draft.content().fields["sex"] == 0


def draw_questions(said: tuple[str, bool]) -> None:
    """The country, and the questions that only published scores ask.

    Args:
        said: from :func:`questions_say`.
    """
    draw_place()
    asked = [v for v in EXTRA_INPUTS.values() if v.name != _WOMEN_ONLY or said[1]]
    with st.expander("Questions only these scores ask", key="scores.questions"):
        columns = st.columns(2, gap="medium")
        for i, variable in enumerate(asked):
            with columns[i % 2]:
                draw_choice(variable, labelled=True)
