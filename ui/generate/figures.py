"""Figures of the two cards: what was measured in, a figure in the manner of :mod:`ui.charts` or HTML out."""

from __future__ import annotations

import math
from html import escape
from textwrap import wrap

import numpy as np

from riskmodels.generated.pictures import Pictures, Shares
from riskmodels.generated.privacy.attacks import LIMIT, Membership
from riskmodels.generated.privacy.words import ATTACKS
from riskmodels.generated.use.card import UseCard
from riskmodels.generated.use.transfer import Transfer
from riskmodels.signed import signed
from riskmodels.vocabulary import VOCABULARY
from ui.charts import LOWERS, RAISES, Figure, font, layout
from ui.inspect.figures import Dot, dots, note

_GUESSING = 0.5
#: the axis of attacks, wider where one succeeds
_LOW, _HIGH = 0.44, 0.59
#: standard errors of a 95 % interval
_WIDE = 1.96
#: letters of a line beside a figure
_LINE = 20
#: columns of a heat map that can be told apart
MOST_COLUMNS = 40
_CELL, _FRAME, _ALL_NUMBERS, _LEAST_HEIGHT = 20, 50, 12, 150


def attacks(found: Membership, theme: str) -> Figure:
    """The three attacks with their intervals, the limit above which a file is refused, and guessing."""
    rows = [
        Dot(_broken(ATTACKS[a.name]), list(a.auc), f"By {ATTACKS[a.name]}: AUC {a.auc.value:.3f}.")
        for a in found.attacks
    ]
    ends = [end for a in found.attacks for end in a.auc]
    span = (min(_LOW, min(ends) - 0.01), max(_HIGH, max(ends) + 0.01))
    figure = dots(rows, "AUC of telling who was learnt from", theme, mark=_GUESSING, span=span)
    edge = {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "x0": LIMIT, "x1": LIMIT}
    figure["layout"]["shapes"].append(edge | {"line": {"color": font(theme)["color"], "width": 2}})
    over = {"yref": "paper", "y": 1, "yanchor": "bottom"}
    figure["layout"]["annotations"] = [
        note("guessing", theme, x=_GUESSING, xanchor="right", **over),
        note(f"refused > {LIMIT}", theme, x=LIMIT, xanchor="left", **over),
    ]
    figure["layout"]["margin"] = {"l": 0, "r": 8, "t": 26, "b": 4}
    figure["layout"]["height"] += 22
    return figure


def served(card: UseCard, theme: str) -> Figure:
    """AUROC of each outcome on real people, learnt from real ones (filled) and from invented ones (hollow)."""
    tried = tried_of(card)
    names = [label_of(t.outcome).removeprefix("Told: ").capitalize() for t in tried]
    made = [
        Dot(
            name,
            [t.invented, t.invented - _WIDE * t.difference_se, t.invented + _WIDE * t.difference_se],
            f"{name}, learnt from invented people: AUROC {t.invented:.3f}.",
            hollow=True,
        )
        for name, t in zip(names, tried, strict=True)
    ]
    figure = dots(made, "AUROC on real people kept apart", theme)
    figure["layout"]["height"] = max(_LEAST_HEIGHT, figure["layout"]["height"])
    real = [
        Dot(n, [t.real, None, None], f"{n}, learnt from real people: AUROC {t.real:.3f}.")
        for n, t in zip(names, tried, strict=True)
    ]
    figure["data"] += dots(real, "", theme)["data"]
    return figure


def tried_of(card: UseCard) -> list[Transfer]:
    """Outcomes of which something can be said, by boosted trees."""
    return [t for t in card.transfers if t.predictor == "boosting" and not math.isnan(t.difference)]


def pairs(drawn: Pictures, theme: str) -> Figure:
    """How much more or less each pair of columns goes together among invented people, as a heat map."""
    names = [label_of(name) for name in drawn.names[:MOST_COLUMNS]]
    away = drawn.pairs[:MOST_COLUMNS, :MOST_COLUMNS].copy()
    np.fill_diagonal(away, np.nan)
    cells = [[None if value != value else round(float(value), 3) for value in row] for row in away]
    top = max(0.1, float(np.nanmax(np.abs(away), initial=0.0)) if not np.isnan(away).all() else 0.1)
    ticks = {"tickvals": list(range(len(names))), "ticktext": names, "showgrid": False, "zeroline": False}
    # by their numbers below, of many every fifth: words would stand on end, and over one another on a phone
    told = [i for i in range(len(names)) if len(names) <= _ALL_NUMBERS or (i + 1) % 5 == 0]
    across = ticks | {"tickvals": told, "ticktext": [str(i + 1) for i in told], "tickangle": 0}
    up = ticks | {"automargin": True, "autorange": "reversed"}
    up |= {"ticktext": [f"{name} {i + 1}" for i, name in enumerate(names)]}
    heat = {
        "type": "heatmap",
        "z": cells,
        "zmin": -top,
        "zmax": top,
        "colorscale": [[0, LOWERS], [0.5, "rgba(138,148,158,0.12)"], [1, RAISES]],
        "xgap": 1,
        "ygap": 1,
        "hoverongaps": False,
        "customdata": [[f"{a} and {b}" for b in names] for a in names],
        "hovertemplate": "%{customdata}: %{z:+.2f} against real people<extra></extra>",
        "colorbar": {"thickness": 10, "tickfont": font(theme), "tickformat": "+.2f", "nticks": 5, "outlinewidth": 0},
    }
    drawn_layout = layout(_FRAME + _CELL * len(names), theme, xaxis=across, yaxis=up)
    return {"data": [heat], "layout": drawn_layout | {"margin": {"l": 0, "r": 0, "t": 4, "b": 24}}}


def columns_html(drawn: Pictures) -> str:
    """Every column as a small picture: real people as bars, invented ones as a line over them."""
    return f'<div class="cr-multiples" role="list">{"".join(map(_multiple, drawn.columns))}</div>'


def _multiple(column: Shares) -> str:
    top = max((*column.real, *column.invented, 1e-9))
    bars = "".join(
        f'<span><i class="cr-real" style="height:{100 * real / top:.1f}%"></i>'
        f'<i class="cr-made" style="height:{100 * made / top:.1f}%"></i></span>'
        for real, made in zip(column.real, column.invented, strict=True)
    )
    name, ends = escape(label_of(column.column)), _ends(column)
    unknown = f"unknown {_percent(column.unknown_real)} of real, {_percent(column.unknown_invented)} of invented"
    words = f"{name}: {unknown}; largest difference of a bar {_percent(largest(column))}"
    return (
        f'<div class="cr-multiple" role="listitem"><h4>{name}</h4>'
        f'<div class="cr-bars" role="img" aria-label="{words}">{bars}</div>'
        f'<p class="cr-ends"><span>{escape(ends[0])}</span><span>{escape(ends[1])}</span></p>'
        f"<p>{unknown}</p></div>"
    )


def furthest_pairs(drawn: Pictures, most: int = 10) -> list[tuple[str, str]]:
    """The pairs that differ most, with by how much, for the table behind the heat map."""
    rows, columns = np.triu_indices(len(drawn.names), 1)
    away = drawn.pairs[rows, columns]
    order = [i for i in np.argsort(-np.abs(away)) if away[i] == away[i]][:most]
    return [
        (f"{label_of(drawn.names[rows[i]])} and {label_of(drawn.names[columns[i]])}", signed(away[i])) for i in order
    ]


def largest(column: Shares) -> float:
    """The largest difference of two bars."""
    return max((abs(a - b) for a, b in zip(column.real, column.invented, strict=True)), default=0.0)


def label_of(name: str) -> str:
    """What a column is called."""
    return VOCABULARY[name].label if name in VOCABULARY else name


def _ends(column: Shares) -> tuple[str, str]:
    if not column.at:
        return "", ""
    return _value(column.column, column.at[0]), _value(column.column, column.at[-1]) if len(column.at) > 1 else ""


def _value(name: str, at: float | str) -> str:
    if isinstance(at, str):
        return at
    return VOCABULARY[name].format(at) if name in VOCABULARY else f"{at:.3g}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.095 or share == 0 else f"{100 * share:.1f} %"


def _broken(words: str) -> str:
    """Long words on lines that leave room beside them on a phone."""
    return "<br>".join(wrap(words, _LINE))
