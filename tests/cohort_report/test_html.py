from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pandas as pd
import pytest

from riskmodels.cohort_report import CohortReport, Rule, build_report
from riskmodels.cohort_report.figures import draw
from riskmodels.cohort_report.html import write

OUTCOME = "dysglycaemia"
EVIL = '"><script>alert(1)</script><img src=x onerror=alert(2)>'


class Page(HTMLParser):
    """Tags with their attributes, and the text outside scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def text(report: CohortReport) -> str:
    return write(report)


def test_it_is_below_six_megabytes(text: str) -> None:
    assert len(text.encode()) < 6_000_000


def test_nothing_is_loaded_from_anywhere(text: str) -> None:
    tags = Page(text).tags
    assert [a for _, a in tags if {"src", "srcset", "data"} & set(a)] == []
    assert all(str(a["href"]).startswith("#") for _, a in tags if "href" in a)
    policy = next(a["content"] for t, a in tags if t == "meta" and "http-equiv" in a)
    assert str(policy).startswith("default-src 'none'")


def test_plotly_is_inside_once(text: str, report: CohortReport) -> None:
    assert text.count("plotly.js v") == 1
    assert text.count("Plotly.newPlot(") >= sum(len(draw(s)) for s in report)


def test_every_figure_has_a_caption_and_a_table_behind_it(text: str) -> None:
    body = text[text.rindex("</script></head>") :]
    for section in re.findall(r"<section.*?</section>", body, re.S):
        if "<figure" in section:
            assert "<figcaption>" in section
            assert "<table>" in section


def test_texts_of_the_file_are_escaped_everywhere(demo: Any) -> None:
    frame = demo.frame.iloc[:600]
    wards = pd.DataFrame({f"ward{EVIL}": [f"a{EVIL}", "b"] * 300}, index=frame.index)
    ids = pd.Series([f"{EVIL}{i}" for i in range(600)], index=frame.index)
    found = build_report(
        frame,
        demo.model.predict(frame),
        demo.model,
        OUTCOME,
        label=demo.label.iloc[:600],
        subgroups=wards,
        patient=ids,
        rule=Rule(count=5),
        listed=True,
        file=f"{EVIL}.csv",
        replicates=20,
    )
    plain, evil = Page(write(found)), write(found)
    assert EVIL not in evil
    assert "<img" not in evil[evil.rindex("</script></head>") :]
    assert all("onerror" not in a for _, a in plain.tags)


def test_no_patients_values_unless_the_list_was_asked_for(demo: Any, text: str) -> None:
    body = text[text.rindex("</script></head>") :]
    assert "Triage list" not in body
    # a row's exact risk would give it away
    highest = float(demo.risk.max())
    assert f"{highest:.12f}"[:12] not in body or "distribution" in body
    assert not any(str(row) in re.findall(r"\b\d{5,6}\b", body) for row in demo.frame.index[:50])


def test_page_is_complete_without_an_outcome_or_an_estimate(demo: Any) -> None:
    frame = demo.frame.assign(age=float("nan")).iloc[:30]
    found = build_report(frame, demo.model.predict(frame), demo.model, OUTCOME, replicates=5)
    assert write(found).endswith("</html>\n")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_figures_are_transparent_and_small(report: CohortReport, theme: str) -> None:
    for section in report:
        for figure in draw(section, theme):
            assert figure.layout.paper_bgcolor == "rgba(0,0,0,0)"
            assert sum(len(t.x) for t in figure.data if t.x is not None) <= 2_000
