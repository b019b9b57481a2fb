"""The figure of proposals: two endpoints of the profile, the start, the front that no proposal is better than."""

from __future__ import annotations

from html import escape

from riskmodels.molecules.better.profile import Wish
from riskmodels.molecules.better.proposal_words import goal_words
from riskmodels.molecules.better.propose import Proposal, Proposals
from riskmodels.molecules.endpoints import ENDPOINTS, Endpoint
from riskmodels.molecules.learning.answers import Estimate
from riskmodels.molecules.learning.words import level
from ui.charts import INK, NEUTRAL, Figure, layout
from ui.compound.figures import axis_title
from ui.inspect.figures import axis, note

_HEIGHT = 380
#: log units around the outermost points
_ROOM = 0.25


def across_and_up(found: Proposals) -> tuple[Endpoint, Endpoint] | None:
    """Endpoints of the two axes: what is changed first, then what else is in the profile; else the strongest target.

    None where the start has no number for one of them.
    """
    goals = sorted(found.profile.goals, key=lambda goal: goal.wish is Wish.KEEP)
    across = goals[0].endpoint
    known = {each.endpoint.name: each.value for each in found.estimates if each.value is not None}
    others = [goal.endpoint for goal in goals[1:]]
    rest = sorted((e for e in ENDPOINTS if e != across and e not in others), key=lambda e: -known.get(e.name, 0.0))
    ups = [endpoint for endpoint in (*others, *rest) if endpoint.name in known]
    return (across, ups[0]) if across.name in known and ups else None


def pareto(found: Proposals, theme: str) -> Figure:
    """Ranked proposals between two endpoints, filled where they are on the front, and the start.

    Args:
        found: with at least one ranked proposal and both axes, see :func:`across_and_up`.
        theme: "light" or "dark".
    """
    across, up = across_and_up(found) or ENDPOINTS[:2]
    ranked = [(place, each, *_at(each.estimates, across, up)) for place, each in enumerate(found.ranked, start=1)]
    shown = [(place, each, x, y) for place, each, x, y in ranked if x is not None and y is not None]
    x0, y0 = (value or 0.0 for value in _at(found.estimates, across, up))
    marks = {
        "type": "scatter",
        "mode": "markers+text",
        "x": [x for _, _, x, _ in shown],
        "y": [y for _, _, _, y in shown],
        "text": [str(place) if each.front else "" for place, each, _, _ in shown],
        "textposition": "top center",
        "textfont": {"color": INK[theme], "size": 12},
        "cliponaxis": False,
        "marker": {
            "size": 10,
            "color": INK[theme],
            "symbol": ["circle" if each.front else "circle-open" for _, each, _, _ in shown],
            "line": {"width": 1.5},
        },
        "hovertext": [_hover(place, each, found) for place, each, _, _ in shown],
        "hoverinfo": "text",
    }
    origin = {
        "type": "scatter",
        "mode": "markers",
        "x": [x0],
        "y": [y0],
        "marker": {"size": 13, "color": NEUTRAL, "symbol": "diamond"},
        "hovertext": [f"The start: {across.title} {level(x0)}, {up.title} {level(y0)}."],
        "hoverinfo": "text",
    }
    frame = layout(
        _HEIGHT,
        theme,
        xaxis=axis(axis_title(across), theme, nticks=7, tickangle=0, range=_span([x0, *marks["x"]])),  # type: ignore[misc]
        yaxis=axis(axis_title(up), theme, nticks=7, range=_span([y0, *marks["y"]])),  # type: ignore[misc]
    )
    words = note("start", theme, x=x0, y=y0, xanchor="left", yanchor="middle", xshift=12)
    return {"data": [origin, marks], "layout": frame | {"annotations": [words]}}


def finding(found: Proposals) -> str:
    """What the figure shows, in sentences."""
    best = found.ranked[0]
    front = sum(each.front for each in found.ranked)
    return (
        f"Best by the profile: {'; '.join(goal_words(best, found.estimates, found.profile))}. Filled and numbered: the "
        f"{front} that no other is better than in every goal. Estimates, with 90 % intervals in brackets."
    )


def _at(estimates: tuple[Estimate, ...], across: Endpoint, up: Endpoint) -> tuple[float | None, float | None]:
    values = {each.endpoint.name: None if each.value is None else round(each.value, 2) for each in estimates}
    return values[across.name], values[up.name]


def _span(values: list[float]) -> list[float]:
    return [min(values) - _ROOM, max(values) + _ROOM]


def _hover(place: int, proposal: Proposal, found: Proposals) -> str:
    told = "<br>".join(escape(words) for words in goal_words(proposal, found.estimates, found.profile))
    return f"Proposal {place}<br>{told}"
