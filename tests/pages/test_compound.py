"""The page "Screen a compound": one structure, a file, what is refused, and the page without its extra."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from riskmodels import ROOT
from riskmodels.errors import ModelFileError
from riskmodels.molecules import extra
from riskmodels.molecules.screening import screen
from riskmodels.molecules.structures.examples import EXAMPLES, example_file
from riskmodels.tasks import Task
from tests.molecules.fakes import WHY, FakeModels
from tests.waiting import HUNG
from ui.compound import file, one


class Here:
    """Does the page's tasks at once and in this process."""

    def start(self, function: Callable[..., Any], *args: Any, limits: object) -> Task[Any]:
        task: Task[Any] = Task(lambda _: function(*args))
        task.run()
        return task


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    for module in (one, file):
        monkeypatch.setattr(module, "shared_room", Here)
    monkeypatch.setattr(one, "compound_models", FakeModels)
    monkeypatch.setattr(screen, "load_models", FakeModels)
    app = AppTest.from_file(str(ROOT / "home.py"), default_timeout=300)
    return app.switch_page("pages/9_Compound.py").run()


def write(page: AppTest, smiles: str) -> AppTest:
    return page.text_input(key="compound_smiles").set_value(smiles).run()


def upload(page: AppTest, content: bytes, name: str = "compounds.csv") -> AppTest:
    page.segmented_control(key="compound_view").set_value("A file").run()
    page.file_uploader(key="compound_upload").set_value((name, content, "text/csv"))
    return page.run()


def shown(page: AppTest) -> str:
    assert not page.exception
    html = [element.proto.body for element in page.get("html")]
    return "\n".join([*html, *(e.value for e in [*page.markdown, *page.caption, *page.subheader, *page.error])])


class TestOneCompound:
    def test_banner_says_what_the_numbers_are_for(self, page: AppTest) -> None:
        assert page.title[0].value == "Screen a compound"
        assert "estimates for chemists" in shown(page)

    def test_an_example_is_answered(self, page: AppTest) -> None:
        page.button(key="compound_try").click().run()
        said = shown(page)
        assert page.text_input(key="compound_smiles").value == EXAMPLES[0].smiles
        assert "hERG (unwanted): pIC50" in said
        assert "flagged; border of 10 µmol/L dotted" in said
        assert "that no atom explains = pIC50 6.0" in said
        assert said.count("data:image/svg+xml") >= 2

    def test_atoms_are_those_of_the_endpoint_chosen(self, page: AppTest) -> None:
        write(page, "c1ccccc1CN")
        page.segmented_control(key="compound_endpoint").set_value("factor_xa").run()
        assert "Contribution of each atom to Factor Xa" in shown(page)
        assert "Nearest measured compounds, Factor Xa" in shown(page)

    def test_what_was_changed_is_said(self, page: AppTest) -> None:
        assert "left out as the partner of a salt or crystal" in shown(write(page, "c1ccccc1CN.Cl"))

    def test_outside_the_domain_the_nearest_stand_in_place_of_a_number(self, page: AppTest) -> None:
        said = shown(write(page, "CCCCCCCCCC"))
        assert "No number for hERG" in said
        assert WHY in said
        assert "no number: outside the domain." in said
        assert "pIC50 6.2, 0.63 µmol/L" in said

    def test_a_bad_structure_is_refused_with_its_place(self, page: AppTest) -> None:
        said = shown(write(page, "C1CC"))
        assert "No answer for this structure" in said
        assert "opened by 1 at character 2 is not closed" in said

    def test_a_text_that_is_code_is_shown_as_text(self, page: AppTest) -> None:
        assert "<img src=x" not in shown(write(page, "<img src=x onerror=alert(1)>"))

    def test_alerts_are_drawn_with_their_meaning(self, page: AppTest) -> None:
        said = shown(write(page, "O=C1C=CC(=O)C=C1"))
        assert "PAINS: quinone A" in said
        assert "often seem to act in assays of any kind" in said

    def test_models_that_are_not_there_are_told(self, page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail() -> None:
            raise ModelFileError("There is no model.", hint="Restore the folder.")

        monkeypatch.setattr(one, "compound_models", fail)
        assert "There is no model" in write(page, "c1ccccc1").error[0].value


class TestFile:
    def test_the_examples_are_screened(self, page: AppTest) -> None:
        page.segmented_control(key="compound_view").set_value("A file").run()
        page.button(key="compound_tries").click().run()
        said = shown(page)
        assert "**7 read** · 6 screened · 1 problem row" in said
        table, problems = (frame.value for frame in page.dataframe)
        assert table["Name"].tolist() == [example.name for example in EXAMPLES]
        assert problems["Row"].tolist() == [8]

    def test_rows_without_a_number_come_last_in_an_order(self, page: AppTest) -> None:
        upload(page, b"smiles,name\nCCCCCCCC,far\nc1ccccc1,small\nc1ccc2ccccc2c1,large\n")
        page.selectbox(key="compound_order").set_value("Lowest hERG first").run()
        assert page.dataframe[0].value["Name"].tolist() == ["small", "large", "far"]
        page.toggle(key="compound_inside").set_value(True).run()
        assert page.dataframe[0].value["Name"].tolist() == ["small", "large"]

    def test_a_column_that_nothing_tells_is_asked_for(self, page: AppTest) -> None:
        upload(page, b"a,b\nc1ccccc1,CCO\nc1ccccc1C,CCN\n")
        assert "Which column holds the structures?" in shown(page)
        page.selectbox(key="compound_column").set_value("a").run()
        assert "**2 read** · 2 screened" in shown(page)

    def test_another_kind_of_file_is_refused(self, page: AppTest) -> None:
        assert "The file was not screened" in shown(upload(page, b"%PDF-1.4 nothing", "compounds.pdf"))

    def test_without_a_number_for_both_there_is_no_empty_figure(self, page: AppTest) -> None:
        upload(page, b"smiles\nCCCCCCCC\n")
        assert "No compound has a number for both" in shown(page)
        assert not page.get("plotly_chart")

    def test_discarding_leaves_no_file(self, page: AppTest) -> None:
        upload(page, example_file())
        page.button(key="compound_leave").click().run()
        assert "compound.file" not in page.session_state

    def test_the_case_file_has_its_problem_rows(self, page: AppTest, shared: Path) -> None:
        upload(page, (shared / "cases" / "molecules" / "molecules_invented.csv").read_bytes())
        assert "**6 read** · 4 screened · 2 problem rows" in shown(page)


#: the page in a process where an import of the extra fails
_HIDDEN = """
import importlib.util, sys
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: None if name in ("rdkit", "selfies") else found(name, *more)
sys.modules["rdkit"] = sys.modules["selfies"] = None
from streamlit.testing.v1 import AppTest
app = AppTest.from_file("home.py", default_timeout=300).run()
app.switch_page("pages/9_Compound.py").run()
assert not app.exception, app.exception
assert not app.text_input
print(*(element.proto.body for element in app.get("html")), *(block.value for block in app.code))
"""


class TestWithoutTheExtra:
    def test_the_page_says_what_to_install_and_imports_nothing_of_it(self, tmp_path: Path) -> None:
        environment = os.environ | {"CARERISK_DATA": str(tmp_path)}
        done = subprocess.run(
            [sys.executable, "-c", _HIDDEN], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=HUNG
        )
        assert done.returncode == 0, done.stderr
        assert "Compounds cannot be read here yet" in done.stdout
        assert "RDKit and SELFIES" in done.stdout
        assert extra.INSTALL in done.stdout
