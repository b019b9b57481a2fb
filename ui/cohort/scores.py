"""Published scores in the cohort: columns to add before the download, and a comparison with the neural risk."""

from __future__ import annotations

from html import escape

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from riskmodels.outcomes import OUTCOME
from riskmodels.scores.disagreement import SAME_KIND
from riskmodels.scores.registry import REGISTRY
from riskmodels.scoring import ScoredCohort
from riskmodels.scoring.cohort import PROBLEMS
from riskmodels.scoring.scores import ScoreChoice, add_scores, reclassification
from ui.charts import CONFIG, NEUTRAL, PLAIN
from ui.cohort.scored import MOST_IN_MEMORY, Result
from ui.memo import COHORT_SCORES as MEMO
from ui.memo import remembered
from ui.patient.scores import chosen_region, draw_place
from ui.text import count

MOST_POINTS = 2_000
_CHOSEN, _COMPARED, _LIMIT = "cohort_scores", "cohort_compared", "cohort_score_limit"
_SEED = 20_261_124
#: percent; what the comparison begins with, not a recommendation
_FIRST_LIMIT = 10.0


def draw_choice(scored: Result) -> ScoredCohort | None:
    """Ask which scores to add, and add them.

    Args:
        scored: the cohort with its estimates.

    Returns:
        The cohort with the chosen scores as columns (value, category, problems); None when none is chosen.
    """
    if not scored.small:
        st.caption(f"Published scores are added to cohorts of up to {MOST_IN_MEMORY:,} rows.")
        return None
    names = st.multiselect(
        "Published scores as further columns",
        list(REGISTRY),
        format_func=lambda name: REGISTRY[name].title,
        key=_CHOSEN,
        placeholder="none",
        persist_state="session",
    )
    if "score2" in names:
        draw_place()
    if not names:
        return None
    extended = _with_scores(scored, tuple(names), chosen_region())
    told = "; ".join(_told(extended, name) for name in names)
    st.caption(f"{told}. Why the other rows have none stands in the scores' problems columns.")
    return extended


def _with_scores(scored: Result, names: tuple[str, ...], region: str) -> ScoredCohort:
    choices = [ScoreChoice(name, {"region": region} if name == "score2" and region else {}) for name in names]
    key = (scored.key, names, region if "score2" in names else "")
    return remembered(MEMO, key, lambda: add_scores(scored.cohort(), scored.frame(), choices))


def _told(extended: ScoredCohort, name: str) -> str:
    """In how many rows a score has a number; where in none, the most frequent reason."""
    number = int(extended.column(name, REGISTRY[name].value).notna().sum())
    words = f"{REGISTRY[name].title}: {count(number, 'row')} with a number"
    return words if number else f"{words} ({extended.column(name, PROBLEMS).mode().iloc[0]})"


def comparable(extended: ScoredCohort, outcome: str) -> dict[str, str]:
    """The added scores of the same kind as an outcome that give a risk for at least one row: name and value.

    Point scores are no probabilities and are left out.
    """
    return {
        name: column
        for name, column in SAME_KIND.get(outcome, ())
        if REGISTRY[name].is_risk
        and (name, column) in extended.columns
        and (extended.column(name, column).notna() & extended.column(outcome, "risk").notna()).any()
    }


def draw_comparison(extended: ScoredCohort, outcome: str, ink: str | None = None) -> None:
    """Scatter and reclassification of an added score of the same kind; nothing where there is none.

    Args:
        extended: the cohort with scores.
        outcome: name of the neural outcome shown.
        ink: colour of the words in the figure.
    """
    columns = comparable(extended, outcome)
    if not columns:
        return
    left, right = st.columns([3, 2], gap="large")
    with right:
        name = _ask_score(columns)
        limit = st.number_input(
            "Threshold of both, %",
            0.1,
            99.0,
            _FIRST_LIMIT,
            step=0.5,
            format="%g",
            key=_LIMIT,
            persist_state="session",
        )
    risk, score = extended.column(outcome, "risk"), extended.column(name, columns[name])
    title = REGISTRY[name].title
    with right:
        st.html(reclassified(risk, score, limit / 100, title))
    with left:
        text = finding(risk, score, title)
        figure = draw_scatter(risk, score, OUTCOME[outcome].label, title, limit, ink)
        st.plotly_chart(figure, config=CONFIG, key="cohort_scatter", alt=f"Scatter. {text}")
        st.caption(text)


def _ask_score(columns: dict[str, str]) -> str:
    if st.session_state.get(_COMPARED) not in columns:
        st.session_state.pop(_COMPARED, None)
    return st.selectbox(
        "Compare the neural risk with", list(columns), format_func=lambda name: REGISTRY[name].title, key=_COMPARED
    )


def _both(risk: pd.Series, score: pd.Series) -> pd.DataFrame:
    return pd.DataFrame({"risk": risk, "score": score}).dropna()


def _drawn(both: pd.DataFrame) -> pd.DataFrame:
    return both.sample(MOST_POINTS, random_state=_SEED) if len(both) > MOST_POINTS else both


def draw_scatter(
    risk: pd.Series, score: pd.Series, label: str, title: str, limit: float, ink: str | None = None
) -> go.Figure:
    """Neural risk against a score, at most :data:`MOST_POINTS` people, with the line where both are the same.

    Args:
        risk: neural estimates (0–1); NaN where there is none.
        score: the score's risk (0–1), same index.
        label: of the outcome.
        title: of the score.
        limit: threshold in percent, drawn on both axes.
        ink: colour of the words; the theme's own when None.
    """
    part = 100 * _drawn(_both(risk, score))
    top = float(part.to_numpy().max())
    hover = [
        f"Row {row}: neural estimate {x:.1f} %, {title} {y:.1f} %."
        for row, x, y in zip(part.index, part["risk"], part["score"], strict=True)
    ]
    figure = go.Figure()
    figure.add_scatter(
        x=part["risk"],
        y=part["score"],
        mode="markers",
        marker={"color": NEUTRAL, "size": 5, "opacity": 0.45},
        hovertext=hover,
        hoverinfo="text",
    )
    figure.add_shape(type="line", x0=0, y0=0, x1=top, y1=top, line={"color": NEUTRAL, "width": 1})
    for axis in ("x", "y"):
        getattr(figure, f"add_{'v' if axis == 'x' else 'h'}line")(
            limit, line={"color": NEUTRAL, "width": 1, "dash": "dot"}
        )
    figure.update_layout(
        height=300,
        margin={"l": 0, "r": 8, "t": 8, "b": 0},
        **PLAIN,
    )
    words = {"title_font_color": ink, "tickfont_color": ink} if ink else {}
    plain = {"showgrid": False, "zeroline": False, "fixedrange": True, "automargin": True, "ticksuffix": " %"}
    figure.update_xaxes(title=label, **plain, **words)
    figure.update_yaxes(title=title, **plain, **words)
    return figure


def finding(risk: pd.Series, score: pd.Series, title: str) -> str:
    """What the scatter shows, in words: rank correlation, level, how many are drawn."""
    both = _both(risk, score)
    drawn = f" {MOST_POINTS:,} of them are drawn, chosen at random." if len(both) > MOST_POINTS else ""
    middle = both.median()
    level = (
        f"half are below {100 * middle['risk']:.1f} % by the neural estimate, {100 * middle['score']:.1f} % by {title}"
    )
    if both.nunique().min() > 1:
        level = f"rank correlation {both['risk'].corr(both['score'], 'spearman'):.2f}; {level}"
    alone = f"{int(risk.notna().sum()):,} have an estimate, {int(score.notna().sum()):,} {title}"
    text = f"{count(len(both), 'row')} with both ({alone}): {level}."
    return f"{text}{drawn} Line: both the same; dotted: the threshold."


def reclassified(risk: pd.Series, score: pd.Series, threshold: float, title: str) -> str:
    """The 2 × 2 table at a threshold as HTML, with its sentence.

    Args:
        risk: neural estimates (0–1).
        score: the score's risk (0–1), same index.
        threshold: from which both are high, 0–1.
        title: of the score.
    """
    counts = reclassification(risk, score, threshold)
    cells = counts.to_numpy(int)
    total, same = int(cells.sum()), int(cells.trace())
    limit = f"{100 * threshold:g} %"
    head = f"<tr><th>Neural estimate</th><th>{escape(title)} below {limit}</th><th>from {limit}</th></tr>"
    rows = "".join(
        f'<tr><th scope="row">{side} {limit}</th><td>{below:,}</td><td>{above:,}</td></tr>'
        for side, (below, above) in zip(counts.index, cells, strict=True)
    )
    left_out = counts.attrs["left_out"]
    others = f" {count(left_out, 'row')} without one of the two not counted." if left_out else ""
    text = f"{100 * same / total:.0f} % of {count(total, 'row')} are on the same side of {limit}.{others}"
    return (
        f'<section class="cr-tables"><table class="cr-table cr-counts" aria-label="Reclassification">'
        f"<thead>{head}</thead><tbody>{rows}</tbody></table><p>{text}</p></section>"
    )
