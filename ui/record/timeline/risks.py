"""The timeline's risks: a small chart an outcome, what each shows in words, and the figures behind all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from riskmodels.outcomes import Outcome
from riskmodels.records.assessments import KeptAssessment
from riskmodels.timeline.change import change_steps
from riskmodels.timeline.course import Course, Estimated
from riskmodels.timeline.like import breaks, compare
from riskmodels.units import Unit
from ui import charts, text
from ui.page import theme
from ui.record.timeline import charts as timeline_charts
from ui.record.timeline.change_words import main_reason, points_text
from ui.tables import table, unbroken
from ui.text import listed

Stored = Mapping[str, Sequence[KeptAssessment]]


def draw_risks(course: Course, units: Mapping[str, Unit], stored: Stored, hashes: Mapping[str, str]) -> None:
    """Every outcome that was estimated at one visit at least.

    Args:
        course: the visits as the models in force see them.
        units: unit each number is shown in.
        stored: the assessments that were kept, by visit.
        hashes: of the models in force, by name.
    """
    outcomes = course.outcomes
    if not course.answered:
        st.caption(f"No visit has an estimate. {_refusals_text(course)}")
        return
    for first in range(0, len(outcomes), 2):
        for column, outcome in zip(st.columns(2, gap="medium"), outcomes[first : first + 2], strict=False):
            with column:
                _draw_outcome(course, outcome, units)
    for outcome in course.answered:
        if outcome not in outcomes:
            st.markdown(f"**{outcome.label}**")
            st.caption(unbroken(" ".join(_missing(course.estimates(outcome)))))
    made_by_another = other_versions(course, stored, hashes)
    if made_by_another:
        st.caption(
            f"{made_by_another} The lines are computed again with the version in force, so that they can be compared; "
            "what was told then is in the figures below."
        )
    with st.expander("Figures behind the lines"):
        st.html(figures(course, stored))


def _draw_outcome(course: Course, outcome: Outcome, units: Mapping[str, Unit]) -> None:
    points = course.estimates(outcome)
    finding = finding_text(course, outcome, units)
    st.markdown(f"**{outcome.label}**")
    st.plotly_chart(
        timeline_charts.risk_chart(points, theme(), breaks(course, outcome)),
        key=f"timeline.risk.{outcome.name}",
        config=charts.CONFIG,
        alt=finding,
    )
    st.caption(unbroken(finding))


def finding_text(course: Course, outcome: Outcome, units: Mapping[str, Unit]) -> str:
    """What the line of one outcome shows: from where to where, mostly by what, and where there is no estimate."""
    points = course.estimates(outcome)
    given = [i for i, point in enumerate(points) if point.given]
    first, last = points[given[0]], points[given[-1]]
    start, end = (text.risk(point.risk, point.bound) for point in (first, last))
    parts = [f"{start} on {first.when}"]
    if len(given) > 1:
        apart = "" if compare(course, outcome, given[0], given[-1]).same else ", on different facts"
        parts = [f"{start} on {first.when}, {end} on {last.when}{apart}."]
        parts += [_since_before(course, outcome, given, units), _gaps(course, outcome)]
    else:
        parts[0] += "."
    return " ".join(filter(None, [*parts, *_missing(points)]))


def _since_before(course: Course, outcome: Outcome, given: Sequence[int], units: Mapping[str, Unit]) -> str:
    """How the estimate changed since the visit before, on the facts known at both."""
    before, after = given[-2], given[-1]
    like = compare(course, outcome, before, after)
    if not like.given:
        return f"Not to be compared with {course.whens[before]}: {like.reason}."
    since = f"since {course.whens[before]}{'' if like.same else ' on the facts known at both'}"
    change = points_text(like.first.risk, like.last.risk)
    if not change:
        return f"No change {since}."
    steps, decimals = change_steps(like.reasons, like.points, like.before, like.after, units)
    reason = main_reason(steps, decimals)
    mostly = f", most by {reason}" if reason else ""
    return f"{change} {since}{mostly}."


def _gaps(course: Course, outcome: Outcome) -> str:
    """Which neighbouring visits the line does not join, and why; empty where it joins all."""
    apart = [f"to {course.whens[i + 1]}, {like.reason}" for i, like in breaks(course, outcome).items()]
    if not apart:
        return ""
    return f"No line {'; nor '.join(apart)}. Open circles: the two on the facts known at both."


def _missing(points: Sequence[Estimated]) -> list[str]:
    """What was measured at some visits, and why there is no estimate at others, one sentence a reason."""
    reasons: dict[str, list[str]] = {}
    for point in points:
        if not point.given and not point.by_measurement:
            reasons.setdefault(point.refused, []).append(point.when)
    measured = [f"Measured on {point.when}: {point.measured}" for point in points if point.by_measurement]
    return [*measured, *(f"No estimate on {listed(whens, 4)}: {reason}." for reason, whens in reasons.items())]


def _refusals_text(course: Course) -> str:
    answered = course.assessment
    texts = {str(text) for outcome in answered.outcomes for text in answered[outcome].refused}
    return f"Reasons: {'; '.join(sorted(texts))}."


def other_versions(course: Course, stored: Stored, hashes: Mapping[str, str]) -> str:
    """Which visits were assessed by a version that is not in force now; empty where none.

    Args:
        course: the visits.
        stored: the assessments that were kept, by visit.
        hashes: of the models in force, by name.
    """
    whens = [
        when
        for visit, when in zip(course.visits, course.whens, strict=True)
        if any(a.model in hashes and a.model_hash != hashes[a.model] for a in stored.get(visit, ()))
    ]
    if not whens:
        return ""
    return f"Another version of a model assessed the visit{'s' if len(whens) > 1 else ''} of {listed(whens, 4)}."


def figures(course: Course, stored: Stored) -> str:
    """Visits by outcomes as a table: the estimate with its interval, and what was told then where it differs."""
    outcomes = course.answered
    points = {outcome.name: course.estimates(outcome) for outcome in outcomes}
    rows = [
        [when, *(_cell(points[o.name][i], o.name, stored.get(course.visits[i], ())) for o in outcomes)]
        for i, when in enumerate(course.whens)
    ]
    return table("Risks by visit", ["Visit", *(outcome.label for outcome in outcomes)], rows)


def _cell(point: Estimated, outcome: str, stored: Sequence[KeptAssessment]) -> str:
    shown = text.risk(point.risk, point.bound)
    now = f"{shown} ({text.interval(point.low, point.high)})" if point.given else point.told
    then = [a.outputs[outcome] for a in stored if outcome in a.outputs]
    if not then:
        return now
    if point.by_measurement and then[-1].refused == point.refused:
        return now  # the same measurement, perhaps in another unit
    told = then[-1].refused or text.risk(then[-1].risk or 0.0, then[-1].bound)
    same = told == (shown if point.given else point.refused)
    return now if same else f"{now}; told then: {told}"
