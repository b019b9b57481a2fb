"""Published scores and prompts to check in the printable report."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from riskmodels.care.safety import Note
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
    return row.reason or f"not known: {', '.join(row.missing)}"


def _row(row: ScoreRow) -> str:
    values = "; ".join(number.text for number in row.numbers)
    horizon = "now" if row.score.horizon == "now" else "10 years"
    used = f"{row.model} · {row.score.made_for}"
    title = row.score.title.removesuffix(" general cardiovascular risk")
    return f"<tr><th>{escape(title)}</th><td>{horizon}: {escape(values)}</td><td>{escape(used)}</td></tr>"


def notes_section(notes: Sequence[Note]) -> str:
    """The prompts that apply (HTML); empty where none does.

    Args:
        notes: from :func:`riskmodels.care.safety.notes`.
    """
    if not notes:
        return ""
    lines = "".join(
        f"<p>{escape(note.text)} {escape(note.why)} <small>{escape(note.citation)}.</small></p>" for note in notes
    )
    return f'<section class="prompts"><h2>To check</h2>{lines}</section>'
