"""Better compounds on the page: the profile, proposals with their evidence, nothing found, the start outside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rdkit import Chem
from streamlit.testing.v1 import AppTest

from riskmodels import ROOT
from riskmodels.molecules.better import propose
from riskmodels.tasks import Task
from tests.molecules.fakes import FakeModels
from ui.compound import one, optimise

BENZYLAMINE, OCTANE = "NCc1ccccc1", "CCCCCCCC"


class Here:
    """Does the page's tasks at once and in this process."""

    def start(self, function: Callable[..., Any], *args: Any, limits: object) -> Task[Any]:
        task: Task[Any] = Task(lambda _: function(*args))
        task.run()
        return task


class FakeGenerator:
    """Draws one compound within the domain of the fake models, and one outside it."""

    @classmethod
    def load(cls) -> FakeGenerator:
        return cls()

    def around(self, mol: Chem.Mol, radius: float, number: int, seed: int) -> list[str]:
        return ["c1ccccc1", "CCCCCCO"]


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    for module in (one, optimise):
        monkeypatch.setattr(module, "shared_room", Here)
    monkeypatch.setattr(one, "compound_models", FakeModels)
    monkeypatch.setattr(propose, "load_models", FakeModels)
    monkeypatch.setattr(propose, "Generator", FakeGenerator)
    monkeypatch.setattr(propose, "LEAST_LIKENESS", 0.0)  # small compounds are hardly like one another
    app = AppTest.from_file(str(ROOT / "home.py"), default_timeout=300)
    app.switch_page("pages/9_Compound.py").run()
    return app.segmented_control(key="compound_view").set_value("Better ones").run()


def write(page: AppTest, smiles: str) -> AppTest:
    return page.text_input(key="compound_smiles").set_value(smiles).run()


def search(page: AppTest) -> AppTest:
    return page.button(key="compound_search").click().run()


def shown(page: AppTest) -> str:
    assert not page.exception
    html = [element.proto.body for element in page.get("html")]
    return "\n".join([*html, *(e.value for e in [*page.markdown, *page.caption, *page.error])])


def wish(page: AppTest, name: str) -> Any:
    return page.segmented_control(key=f"compound_wish_{name}")


def test_by_default_herg_is_lowered_and_the_strongest_target_kept(page: AppTest) -> None:
    write(page, BENZYLAMINE)
    assert wish(page, "herg").value == "lower"
    assert [name for name in ("ppar_gamma", "thrombin", "factor_xa") if wish(page, name).value == "keep"] == [
        "ppar_gamma"
    ]
    assert "none was made or measured" in shown(page)


def test_proposals_come_with_change_evidence_domain_and_notes(page: AppTest) -> None:
    write(page, BENZYLAMINE)
    wish(page, "ppar_gamma").set_value("leave").run()
    said = shown(search(page))
    assert "variants tried" in said
    assert "hERG 5.3 → " in said
    assert "Losing –CN on an aromatic carbon" in said
    assert "Synthetic accessibility" in said
    assert "No rank: outside the domain" in said
    assert "hERG: no number, outside the domain" in said
    assert page.get("plotly_chart")
    assert page.get("download_button")


def test_when_nothing_is_better_the_reason_and_what_to_loosen_are_told(page: AppTest) -> None:
    write(page, "c1ccccc1")
    said = shown(search(page))
    assert "No better compound was found" in said
    assert "Allow a larger loss" in said or "begin with another compound" in said


def test_a_profile_without_a_change_is_asked_for(page: AppTest) -> None:
    write(page, BENZYLAMINE)
    wish(page, "herg").set_value("keep").run()
    assert "Nothing is to be lowered or raised" in shown(page).replace("\\", "")


def test_a_start_outside_every_domain_cannot_be_bettered(page: AppTest) -> None:
    write(page, OCTANE)
    assert "outside every domain" in shown(page)


def test_another_compound_begins_anew(page: AppTest) -> None:
    search(write(page, BENZYLAMINE))
    assert "variants tried" not in shown(write(page, "CCc1ccccc1"))
