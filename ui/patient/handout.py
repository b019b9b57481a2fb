"""The handout as one A4 page: self-contained HTML without scripts, addresses or a name, in common or in large print."""

from __future__ import annotations

from html import escape
from pathlib import Path

from riskmodels.case_report.language import Words
from riskmodels.case_report.plain import PEOPLE, Handout, Section
from ui.patient.result import people_html

_STYLE = Path(__file__).with_name("handout.css")
#: BCP 47 tags
_TAG = {"en": "en", "zh": "zh-Hans"}


def handout_html(sheet: Handout) -> str:
    """The whole document.

    Args:
        sheet: its words, of :func:`riskmodels.case_report.plain.handout`.
    """
    body = [
        f"<h1>{escape(sheet.title)}</h1>",
        f'<p class="by">{escape(sheet.day)}<span class="hand">{escape(sheet.by_hand)}</span></p>',
        *(_section(section, sheet) for section in sheet.sections),
        _section(sheet.counts, sheet) if sheet.counts else "",
        _listed(sheet.actions) if sheet.actions else "",
        f"<footer><h2>{escape(sheet.closing.heading)}</h2>{_paragraph(sheet.closing.sentences, sheet)}</footer>",
    ]
    return (
        f'<!doctype html><html lang="{_TAG[sheet.language]}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(sheet.title)}</title><style>{_STYLE.read_text(encoding='utf-8')}</style></head>"
        f'<body class="{"large" if sheet.large else "common"}">{"".join(body)}</body></html>'
    )


def _section(section: Section, sheet: Handout) -> str:
    first, *others = section.sentences
    main = f'<p class="main">{escape(first)}</p>' if section.figures is not None else _paragraph((first,), sheet)
    rest = _paragraph(others, sheet) if others else ""
    return f"<section><h2>{escape(section.heading)}</h2>{main}{_figures(section, sheet)}{rest}</section>"


def _paragraph(sentences: tuple[str, ...] | list[str], sheet: Handout) -> str:
    return f"<p>{escape(Words(sheet.language, 'plain').sentences(sentences))}</p>"


def _figures(section: Section, sheet: Handout) -> str:
    if section.figures is None:
        return ""
    words = Words(sheet.language, "plain").say("figures", count=str(section.figures), people=str(PEOPLE))
    return people_html(section.figures, words)


def _listed(section: Section) -> str:
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in section.sentences)
    return f"<section><h2>{escape(section.heading)}</h2><ul>{items}</ul></section>"
