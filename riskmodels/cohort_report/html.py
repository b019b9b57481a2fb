"""A report as one HTML file that needs nothing else: style, figures and the program that draws them are inside.

Nothing is loaded from anywhere, which the file's own content security policy makes sure of. Every text of the
analyst's file is escaped. No patient's values are inside, apart from the triage list where the report has one.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from html import escape
from pathlib import Path

import pandas as pd
import plotly.io
import plotly.offline

from riskmodels.cohort_report.drawing import CONFIG
from riskmodels.cohort_report.figures import draw
from riskmodels.cohort_report.tables import CohortReport, Section
from riskmodels.cohort_report.wording import count, decimal, percent

_STYLE = Path(__file__).with_name("report.css")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data: blob:"
#: tables so short that they are shown at once
_SHORT = 12
#: drawn in two columns where there is room
_PAIRS = {"roc", "precision_recall", "calibration", "decision", "comparison", "comparison_decision"}


def write(report: CohortReport, further: Iterable[Section] = ()) -> str:
    """The file as text; write it as UTF-8.

    Args:
        report: from :func:`~riskmodels.cohort_report.report.build_report`.
        further: sections to add at the end, e.g. those of a recalibration.
    """
    sections = [*report, *further]
    body = "\n".join(_section(section) for section in sections)
    title = escape(f"{report.outcome_label}: report on {report.file or 'a cohort'}")
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>\n{_style()}</style>\n<script>{_plotly()}</script></head>\n<body><main>\n{_head(report)}\n"
        f"{_contents(sections)}\n{body}\n{_foot(report)}\n</main></body></html>\n"
    )


@cache
def _plotly() -> str:
    return str(plotly.offline.get_plotlyjs())


@cache
def _style() -> str:
    return _STYLE.read_text(encoding="utf-8")


def _head(report: CohortReport) -> str:
    definition = f"{report.definition[:1].upper()}{report.definition[1:]}." if report.definition else ""
    lines = [
        f"<header><p class='kicker'>Cohort report · {escape(report.created)}</p>",
        f"<h1>{escape(report.outcome_label)}</h1>",
        f"<p class='lead'>{escape(definition)}</p>",
        f"<p class='facts'>{escape(report.file or 'Cohort')} · model {escape(report.model)}, "
        f"version {escape(report.version)}</p>",
        f"<dl class='numbers'>{''.join(_number(*pair) for pair in _key_numbers(report))}</dl></header>",
    ]
    return "\n".join(lines)


def _number(label: str, value: str, more: str) -> str:
    small = f"<small>{escape(more)}</small>" if more else ""
    return f"<div><dt>{escape(label)}</dt><dd>{escape(value)}{small}</dd></div>"


def _key_numbers(report: CohortReport) -> list[tuple[str, str, str]]:
    share = percent(report.estimated / report.read) if report.read else ""
    found = [("Rows read", count(report.read), ""), ("With an estimate", count(report.estimated), share)]
    if "metrics" in report:
        prevalence = percent(report.events / report.labelled) if report.labelled else ""
        found.append(("With the outcome", count(report.events), f"{prevalence} of {count(report.labelled)} known"))
        table = report["metrics"].table.set_index("metric")
        for name, label in (("auroc", "AUROC"), ("calibration_slope", "Calibration slope"), ("brier", "Brier score")):
            value, low, high = (float(v) for v in table.loc[name, ["value", "low", "high"]].to_numpy(float))
            if value == value:
                found.append((label, decimal(value), f"{decimal(low)} to {decimal(high)}" if low == low else ""))
    return found


def _contents(sections: list[Section]) -> str:
    links = "".join(f'<li><a href="#{escape(s.key)}">{escape(s.title)}</a></li>' for s in sections)
    return f'<nav aria-label="Contents"><ol>{links}</ol></nav>'


def _section(section: Section) -> str:
    figures = draw(section)
    drawn = "".join(_figure(section, figure, i) for i, figure in enumerate(figures))
    several = " several" if len(figures) > 1 else " half" if section.key in _PAIRS else ""
    caption = "".join(
        f"<p class='{kind}'>{escape(text).replace(' %', '&nbsp;%')}</p>"
        for kind, text in (("finding", section.finding), ("basis", section.basis))
        if text
    )
    shown = f"<figure class='drawn{several}'>{drawn}<figcaption>{caption}</figcaption></figure>" if drawn else caption
    return (
        f'<section id="{escape(section.key)}" class="{"half" if section.key in _PAIRS else "whole"}">'
        f"<h2>{escape(section.title)}</h2>{shown}{_table(section, folded=bool(drawn))}</section>"
    )


def _figure(section: Section, figure: object, number: int) -> str:
    name = f"figure-{section.key}-{number}"
    inner = plotly.io.to_html(
        figure,
        config=CONFIG,
        include_plotlyjs=False,
        full_html=False,
        div_id=name,
        default_width="100%",
        default_height=f"{int(figure.layout.height)}px",  # type: ignore[attr-defined]
    )
    label = escape(f"{section.title}. {section.finding}", quote=True)
    return f'<div class="plot" role="img" aria-label="{label}">{inner}</div>'


def _table(section: Section, folded: bool) -> str:
    if section.table.empty:
        return ""
    words = section.words()
    table = _html_table(words, [c.kind != "text" for c in section.columns])
    if not folded and len(words) <= _SHORT:
        return table
    lines = f"{len(words):,} line{'' if len(words) == 1 else 's'}"
    summary = f"Table behind it ({lines})" if folded else lines.capitalize()
    return f"<details{'' if folded else ' open'}><summary>{summary}</summary>{table}</details>"


def _html_table(words: pd.DataFrame, numeric: list[bool]) -> str:
    kinds = ["n" if is_number else "t" for is_number in numeric]
    head = "".join(f'<th scope="col" class="{k}">{escape(str(c))}</th>' for c, k in zip(words, kinds, strict=True))
    rows = "".join(
        "<tr>" + "".join(f'<td class="{k}">{escape(v)}</td>' for v, k in zip(row, kinds, strict=True)) + "</tr>"
        for row in words.astype(str).itertuples(index=False, name=None)
    )
    return f'<div class="scroll" tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _foot(report: CohortReport) -> str:
    level = percent(report.level)
    return (
        f"<footer><p>Intervals: {level} bootstrap, {report.replicates:,} replicates. PSI: population stability index. "
        "SMD: standardised mean difference. KS: Kolmogorov–Smirnov distance. SHAP: exact Shapley values in log-odds. "
        "Made by CareRisk, for those responsible for this cohort: estimates inform a decision and do not take "
        "it.</p></footer>"
    )
