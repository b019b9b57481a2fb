"""The handout as a document: well-formed, escaped, without outside addresses, one A4 page in either print."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from riskmodels.case_report.language import Language
from riskmodels.case_report.plain import Handout, Section, handout
from tests.case_report.conftest import make_case as make_case
from tests.case_report.conftest import models as models
from tests.case_report.test_plain import CASES
from tests.chromium import chromium
from ui.patient.handout import handout_html

VOID = {"meta", "br", "hr", "img", "input", "link"}
#: width and height of an A4 page in points
A4 = (595, 842)


class Nesting(HTMLParser):
    """Holds every element that is open, and what was closed out of turn."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def sheet_of(sentence: str) -> Handout:
    section = Section(sentence, (sentence, sentence), 7)
    return Handout(Language.ENGLISH, sentence, sentence, sentence, (section,), section, section, section)


@pytest.fixture(params=CASES)
def case(request, make_case):
    return make_case(CASES[request.param])


@pytest.mark.parametrize("language", Language)
def test_every_element_is_closed_in_its_turn(case, language):
    parser = Nesting()
    parser.feed(handout_html(handout(case, language)))
    parser.close()
    assert (parser.open, parser.wrong) == ([], [])


def test_it_needs_nothing_from_outside_and_runs_nothing(case):
    html = handout_html(handout(case, Language.ENGLISH))
    parser = Nesting()
    parser.feed(html)
    assert not {"src", "href", "style", "onclick"} & {name for name, _ in parser.attributes}
    assert not re.search(r"<script|<link|url\(|@import|https?:", html)


def test_what_stands_in_it_is_escaped():
    html = handout_html(sheet_of('<img src=x onerror="alert(1)">&'))
    assert "<img" not in html
    assert html.count("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;") == html.count("alert(1)")


def test_its_language_is_told_to_readers_aloud(make_case):
    case = make_case(CASES["woman"])
    assert '<html lang="zh-Hans">' in handout_html(handout(case, Language.CHINESE))
    assert '<html lang="en">' in handout_html(handout(case, Language.ENGLISH))


def test_a_hundred_figures_are_drawn_and_told_in_words(make_case):
    case = make_case(CASES["told of diabetes"])
    count = round(100 * next(a.risk for a in case.answers if a.outcome.name == "cvd_10y"))
    html = handout_html(handout(case, Language.ENGLISH))
    assert html.count("<i class=") == 100
    assert html.count('<i class="cr-on">') == count
    assert f'aria-label="{count} of 100 figures are filled"' in html


def test_large_print_is_larger(make_case):
    case = make_case(CASES["woman"])
    assert '<body class="large">' in handout_html(handout(case, Language.ENGLISH, large=True))
    assert '<body class="common">' in handout_html(handout(case, Language.ENGLISH))


@pytest.mark.browser
def test_it_is_one_a4_page_in_either_print_and_language(make_case):
    pages = {}
    with chromium() as browser:
        page = browser.new_page()
        for name, values in CASES.items():
            for language in Language:
                for large in (False, True):
                    page.set_content(handout_html(handout(make_case(values), language, large=large)))
                    pages[name, language, large] = pdf_pages(page.pdf(prefer_css_page_size=True))
    assert [at for at, sizes in pages.items() if sizes != [A4]] == []


def pdf_pages(pdf: bytes) -> list[tuple[int, int]]:
    """The pages of a PDF as Chromium writes it, by their size in points."""
    boxes = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", pdf)
    assert len(boxes) == len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))
    return [(round(float(width)), round(float(height))) for width, height in boxes]
