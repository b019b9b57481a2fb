"""Screen a compound in a real browser: one compound, a file with bad rows, and the page without its extra."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from riskmodels.molecules.extra import INSTALL
from ui.charts import INK

pytestmark = pytest.mark.browser
#: on the path of the served app, before it: an import of the extra fails there
_HIDDEN = """
import importlib.util, sys
_found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: None if name in ("rdkit", "selfies") else _found(name, *more)
sys.modules["rdkit"] = sys.modules["selfies"] = None
"""


def screen_terfenadine(page: Any) -> None:
    page.get_by_role("button", name="Try terfenadine").click()
    page.get_by_role("heading", name="Structural alerts").wait_for()


def sideways(page: Any) -> bool:
    """Whether the page can be scrolled to the side."""
    return page.get_by_test_id("stMain").evaluate("e => e.scrollWidth > e.clientWidth")


def drawn(page: Any) -> str:
    """The picture of the structure whose atoms are coloured, as SVG."""
    source = page.get_by_role("img", name="atoms that raise").get_attribute("src")
    kind, _, data = source.partition(",")
    assert kind == "data:image/svg+xml;base64"
    return base64.b64decode(data).decode()


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (400, "dark")])
def test_one_compound_is_answered_in_the_ink_of_the_theme(open_page, settle, width, theme):
    page = open_page("/Compound", width=width, theme=theme)
    page.get_by_text("These are estimates for chemists").wait_for()
    screen_terfenadine(page)
    settle(page)
    assert page.get_by_text("hERG (unwanted): pIC50").is_visible()
    assert INK[theme] in drawn(page)
    page.get_by_test_id("stButtonGroup").get_by_text("Thrombin", exact=True).click()
    page.get_by_role("heading", name="Nearest measured compounds, Thrombin").wait_for()
    settle(page)
    assert not sideways(page)
    assert page.get_by_test_id("stException").count() == 0


def test_a_bad_structure_is_refused_with_its_place(open_page):
    page = open_page("/Compound")
    field = page.get_by_role("textbox", name="SMILES of a compound")
    field.fill("C1CC")
    field.press("Enter")
    page.get_by_text("the ring opened by 1 at character 2 is not closed").wait_for()


def test_a_file_with_bad_rows_is_screened_and_downloaded_whole(open_page, settle, shared):
    page = open_page("/Compound")
    page.get_by_text("A file", exact=True).first.click()
    case = shared / "cases" / "molecules" / "molecules_invented.csv"
    page.locator('[data-testid="stFileUploaderDropzoneInput"]').set_input_files(str(case))
    page.get_by_text("6 read").wait_for()
    settle(page)
    assert page.get_by_text("4 screened · 2 problem rows").is_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    table = pd.read_csv(Path(download.value.path()), keep_default_na=False)
    assert table["row"].tolist() == [2, 3, 4, 5, 6, 7]
    assert "not closed" in table.loc[table["row"] == 3, "problem"].item()
    assert table.loc[table["row"] == 7, "herg_flag"].item() == "flagged"
    assert table.loc[table["row"] == 5, "herg_domain"].item().startswith("outside")
    page.get_by_role("tab", name="Problem rows").click()
    page.get_by_text("Rows are numbered as in the file.").wait_for()


def test_without_the_extra_the_page_says_what_to_install_and_others_work(serve, browser, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(_HIDDEN)
    url = serve({"PYTHONPATH": str(tmp_path)})
    page = browser.new_page()
    page.goto(f"{url}/Compound")
    page.get_by_role("heading", name="Compounds cannot be read here yet").wait_for()
    page.get_by_test_id("stCode").filter(has_text=INSTALL).wait_for()
    page.goto(f"{url}/Models")
    page.get_by_role("heading", name="Inspect the models").wait_for()
    assert page.get_by_test_id("stException").count() == 0
    page.close()
