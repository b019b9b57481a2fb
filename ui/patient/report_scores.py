"""Published scores in the printable report."""

from __future__ import annotations

from html import escape

from ui.patient.score_rows import Published, ScoreRow, State


def scores_section(published: Published) -> str:
    """The scores with a number as a table, the others with their reasons in one paragraph (HTML).

    Args:
        published: of :func:`ui.patient.score_rows.compute_scores`.
    """
    rows = published.rows
    given = "".join(_row(row) for row in rows if row.state is State.GIVEN)
    others = "; ".join(f"{row.score.title} ({_short(row)})" for row in rows if row.state is not State.GIVEN)
    table = f'<table class="scores">{given}</table>' if given else ""
    told = f"<p>No number: {escape(others)}.</p>" if others else ""
    return f'<section class="small"><h2>Published scores</h2>{table}{told}</section>'


def _short(row: ScoreRow) -> str:
    possible = f"{row.possible}; " if row.possible else ""
    return row.reason or f"{possible}not known: {', '.join(row.missing)}"


def _row(row: ScoreRow) -> str:
    values = "; ".join(number.text for number in row.numbers)
    values = f"{values}. {row.withheld}" if row.withheld else values
    horizon = row.score.horizon.replace("10 and 30 years", "10 years")
    used = f"{row.model} · {row.score.made_for}"
    title = row.score.title.removesuffix(" general cardiovascular risk")
    return f"<tr><th>{escape(title)}</th><td>{horizon}: {escape(values)}</td><td>{escape(used)}</td></tr>"
