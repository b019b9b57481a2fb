"""The page "Inspect the models", run by Streamlit's AppTest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from riskmodels.errors import ModelFileError
from riskmodels.evaluation.evidence import read_evidence
from riskmodels.imaging.registry import Found
from riskmodels.outcomes import OUTCOME, OUTCOMES
from riskmodels.tabular.model import load_shipped
from riskmodels.tabular.versions import VersionStore
from tests.measured import measured_copy
from ui import models as ui_models
from ui.inspect import evidence, page

ROOT = Path(__file__).resolve().parents[2]
TABS = ("Validation", "Curves", "Subgroups", "Peers", "Missing inputs", "Data", "Versions", "TRIPOD+AI")
OF_OUTCOMES = [(outcome.model, outcome.name) for outcome in OUTCOMES]


@pytest.fixture(autouse=True)
def _fresh_caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CARERISK_MODEL_VERSIONS", str(tmp_path / "versions"))
    monkeypatch.setattr(evidence, "SHIPPED", measured_copy(tmp_path / "measured"))
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


def open_page(model: str = "population", outcome: str | None = None, tab: str = "Validation") -> AppTest:
    app = AppTest.from_file(str(ROOT / "home.py"), default_timeout=300)
    app.session_state["inspect.model"] = model
    if outcome:
        app.session_state["inspect.outcome"] = outcome
    app.session_state["inspect.tab"] = tab
    app.switch_page("pages/6_Models.py").run()
    assert not app.exception
    return app


def words(app: AppTest) -> str:
    told = [*app.main.markdown, *app.main.caption, *app.main.error, *app.main.warning]
    return "\n".join(element.value for element in told).replace("\\", "")


def tables(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.main.get("html"))


def charts(app: AppTest) -> int:
    return len(app.main.get("plotly_chart"))


class TestFirstSentence:
    @pytest.mark.parametrize(("model", "outcome"), OF_OUTCOMES)
    def test_says_how_good_it_is_for_whom_and_where_it_fails(self, model: str, outcome: str) -> None:
        told = read_evidence(evidence.SHIPPED / model)
        assert told is not None
        shown = words(open_page(model, outcome))
        assert f"**{OUTCOME[outcome].label}.** {told['outcomes'][outcome]['sentence']}" in shown
        assert OUTCOME[outcome].population in shown


class TestTabs:
    @pytest.mark.parametrize("tab", TABS)
    @pytest.mark.parametrize(("model", "outcome"), OF_OUTCOMES)
    def test_every_tab_of_every_outcome_opens(self, model: str, outcome: str, tab: str) -> None:
        app = open_page(model, outcome, tab)
        assert [element.label for element in app.main.get("tab")] == list(TABS)
        assert not app.error

    def test_only_the_open_tab_is_computed(self) -> None:
        assert "Known of each person" not in [box.label for box in open_page(tab="Data").selectbox]

    def test_validation_follows_what_is_known_of_each_person(self) -> None:
        app = open_page(outcome="diabetes")
        assert charts(app) == 4
        before = tables(app)
        app.selectbox(key="inspect.subset").set_value("seven basics").run()
        assert not app.exception
        assert tables(app) != before

    def test_outcome_learnt_from_an_equation_is_judged_by_it(self) -> None:
        assert "PREVENT" in tables(open_page(outcome="cvd_10y"))

    def test_curve_of_a_chosen_input_is_drawn_large_with_its_settled_direction(self) -> None:
        app = open_page(outcome="diabetes", tab="Curves")
        app.selectbox(key="inspect.input").set_value("waist").run()
        assert "Waist: lowest at" in words(app)
        assert "de Koning 2007" in words(app)

    def test_all_curves_are_a_switch_away(self) -> None:
        app = open_page(outcome="diabetes", tab="Curves")
        few = charts(app)
        app.toggle(key="inspect.all").set_value(True).run()
        inputs = len(load_shipped(device="cpu")["population"].inputs_of("diabetes"))
        assert charts(app) == few - 9 + inputs

    def test_surface_of_a_chosen_pair(self) -> None:
        app = open_page(outcome="cvd_10y", tab="Curves")
        box = app.selectbox(key="inspect.pair")
        assert 1 <= len(box.options) <= 10
        box.set_value(box.options[-1]).run()
        assert not app.exception
        assert "What the two add together beyond their own curves" in words(app)

    def test_groups_by_origin_are_in_a_table(self) -> None:
        app = open_page(outcome="dysglycaemia", tab="Subgroups")
        app.segmented_control(key="inspect.by").set_value("origin").run()
        assert "Non-Hispanic Black" in tables(app)


class TestWithoutEvidence:
    def test_says_what_to_run_and_still_shows_the_curves(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(evidence, "SHIPPED", tmp_path)
        assert "Run `python -m riskmodels evaluate`" in words(open_page())
        app = open_page(tab="Curves")
        assert "Run `python -m riskmodels evaluate`" in words(app)
        assert charts(app) > 5

    @pytest.mark.parametrize("tab", TABS)
    def test_every_tab_opens(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tab: str) -> None:
        monkeypatch.setattr(evidence, "SHIPPED", tmp_path)
        open_page(tab=tab)


class TestVersionMadeHere:
    def test_figures_are_said_to_be_those_of_the_version_it_was_made_from(self) -> None:
        model = load_shipped(device="cpu")["population"]
        slope, intercept = model.calibration["diabetes"]
        derived = {"from": model.version, "outcome": "diabetes", "method": "intercept", "date": "2026-11-29"}
        made = model.calibrated(
            model.calibration | {"diabetes": (slope, intercept + 0.4)},
            model.reference,
            model.card | {"derived": derived},
        )
        store = VersionStore()
        store.choose("population", store.save(made).version)
        assert f"those of {model.version}, not its own" in words(open_page(outcome="diabetes"))
        assert "not its own" not in words(open_page(outcome="dysglycaemia"))


class TestImageModels:
    @pytest.mark.parametrize("tab", ["Validation", "Data", "Limits"])
    @pytest.mark.parametrize("name", ["retina", "heart_size"])
    def test_every_tab_opens(self, name: str, tab: str) -> None:
        app = AppTest.from_file(str(ROOT / "home.py"), default_timeout=300)
        app.session_state["inspect.model"] = f"image:{name}"
        app.session_state["inspect.image_tab"] = tab
        app.switch_page("pages/6_Models.py").run()
        assert not app.exception
        assert tables(app) or words(app)

    def test_texts_of_a_model_trained_by_a_stranger_are_text(self, monkeypatch: pytest.MonkeyPatch) -> None:
        hostile = "<img src=x onerror=alert(1)> **bold**"
        card = {"name": "own", "title": hostile, "kind": "classifier", "version": "1", "about": hostile,
                "limits": [hostile], "data": {"people": hostile}}  # fmt: skip
        monkeypatch.setattr(page, "find_models", lambda: {"own": Found(Path(), card)})
        app = AppTest.from_file(str(ROOT / "home.py"), default_timeout=300)
        app.session_state["inspect.model"] = "image:own"
        app.session_state["inspect.image_tab"] = "Data"
        app.switch_page("pages/6_Models.py").run()
        assert not app.exception
        assert "<img" not in tables(app)
        assert "**bold**" not in "\n".join(element.value for element in [*app.main.markdown, *app.main.caption])


def test_without_risk_models_it_says_so_and_image_models_remain(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ModelFileError("The model folder is damaged.", hint="Run make train.")

    monkeypatch.setattr(ui_models, "load_shipped", broken)
    app = open_page()
    assert "The risk models cannot be inspected. The model folder is damaged. Run make train." in words(app)
    assert "Grades one colour photo of the retina" in words(app)
