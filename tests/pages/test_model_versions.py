"""Editing curves, the list of versions, comparing two, and the local prevalence, as parts of the Models page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from riskmodels.records import LOCAL, Actor, Role, audit
from riskmodels.records.audit import Action
from riskmodels.tabular.versions import SHIPPED_VERSION, VersionStore
from riskmodels.vocabulary import VOCABULARY
from ui.database import database
from ui.models import shipped_models

WHY = "Above 45 too few people were seen"
READER = Actor("reader", "Grace", frozenset({Role.CARE}))


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> VersionStore:
    monkeypatch.setenv("CARERISK_MODEL_VERSIONS", str(tmp_path / "versions"))
    return VersionStore()


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("ui.inspect.edit_curve", "ui.versions.listing", "ui.versions.prevalence", "ui.versions.saving"):
        monkeypatch.setattr(f"{module}.current_actor", lambda: READER)


def editor(outcome: str = "diabetes", name: str = "bmi") -> AppTest:
    def page(outcome: str, name: str) -> None:
        from ui.inspect.edit_curve import draw_edit
        from ui.models import shipped_models

        draw_edit(shipped_models()["population"], outcome, name)

    app = AppTest.from_function(page, default_timeout=300, args=(outcome, name))
    app.session_state[f"{key_of(outcome, name)}.open"] = True
    return checked(app.run())


def versions() -> AppTest:
    def page() -> None:
        from ui.inspect.versions import draw_versions

        draw_versions("population")

    app = AppTest.from_function(page, default_timeout=300)
    app.session_state["inspect.versions.population.open"] = True
    return checked(app.run())


def key_of(outcome: str = "diabetes", name: str = "bmi") -> str:
    return f"inspect.edit.{shipped_models()['population'].version}.{outcome}.{name}"


def checked(app: AppTest) -> AppTest:
    assert not app.exception
    return app


def html(app: AppTest) -> str:
    return "\n".join(e.proto.body for e in app.get("html") if not e.proto.body.startswith("<style>"))


def cut_at(app: AppTest, value: float) -> AppTest:
    app.segmented_control(key=f"{key_of()}.kind").set_value("cut above").run()
    return checked(app.slider(key=f"{key_of()}.cut above").set_value(value).run())


def save(app: AppTest) -> AppTest:
    app.text_area(key=f"{key_of()}.why").set_value(WHY).run()
    return checked(app.button(key=f"{key_of()}.save").click().run())


def saved_edit(value: float = 30.0) -> str:
    save(cut_at(editor(), value))
    return VersionStore().versions("population")[0].version


class TestEditor:
    def test_it_shows_at_once_who_moves_and_how_good_both_are(self) -> None:
        app = cut_at(editor(), 30.0)
        assert any("move by more than one point" in m.value for m in app.markdown)
        assert "AUROC" in html(app)
        assert "Woman of" in html(app) or "Man of" in html(app)
        assert any("NHANES 2017–2018" in c.value for c in app.caption)

    def test_version_is_saved_with_a_reason_only_and_the_trail_tells_who(self, store: VersionStore) -> None:
        app = cut_at(editor(), 30.0)
        assert app.button(key=f"{key_of()}.save").disabled
        save(app)
        (version,) = store.versions("population")
        assert (version.derived["reason"], version.derived["by"]) == (WHY, LOCAL.id)
        assert store.chosen("population") == SHIPPED_VERSION
        event = audit.events(database(), LOCAL, kind="model").rows[0]
        assert (event.actor, event.action, event.record_id) == (LOCAL.id, Action.SAVE, "population")
        assert event.detail == {
            "version": version.version, "method": "curve edit", "outcome": "diabetes", "input": "bmi"
        }  # fmt: skip

    def test_kept_part_can_be_undone_before_saving(self, store: VersionStore) -> None:
        app = cut_at(editor(), 45.0)
        app.button(key=f"{key_of()}.more").click().run()
        assert any("1 part kept" in c.value for c in app.caption)
        app.button(key=f"{key_of()}.undo").click().run()
        assert not any("kept, and" in c.value for c in app.caption)
        save(cut_at(app, 30.0))
        (version,) = store.versions("population")
        assert [part["low"] for part in version.derived["parts"]] == [30.0]

    def test_two_parts_are_saved_together(self, store: VersionStore) -> None:
        app = cut_at(editor(), 45.0)
        app.button(key=f"{key_of()}.more").click().run()
        save(cut_at(app, 30.0))
        model = store.load("population", store.versions("population")[0].version, "cpu")
        shown = model.curve("diabetes", "bmi")
        assert np.ptp(shown.logit[shown.x >= 30]) < 0.01
        assert len(model.card["edits"]) == 2

    def test_choice_is_edited_by_its_answers_and_not_smoothed(self) -> None:
        app = editor("cvd_10y", "smoking")
        key = key_of("cvd_10y", "smoking")
        assert app.segmented_control(key=f"{key}.kind").options == ["Make level", "No effect above", "No effect below"]
        answers = [choice.label for choice in VOCABULARY["smoking"].choices]
        assert app.select_slider(key=f"{key}.part").options == answers
        assert any("cannot be told here" in c.value for c in app.caption)

    def test_others_see_what_was_edited_and_no_editor(self, store: VersionStore, reader: None) -> None:
        assert not editor().expander

    def test_everybody_reads_that_a_curve_was_edited(self, store: VersionStore) -> None:
        store.choose("population", saved_edit())
        assert any("cut above 30" in c.value and WHY in c.value for c in editor().caption)


class TestVersions:
    def test_shipped_alone_is_said(self) -> None:
        assert any("the shipped one, which is in force" in c.value for c in versions().caption)

    def test_list_says_who_did_what_when_and_why(self) -> None:
        saved_edit()
        shown = html(versions())
        assert "This computer" in shown
        assert WHY in shown
        assert "Diabetes: the curve of body mass index was cut above 30.0 kg/m²" in shown

    def test_put_in_force_and_taken_back_with_an_entry_in_the_trail(self, store: VersionStore) -> None:
        version = saved_edit()
        app = versions()
        checked(app.button(key="version_force.population").click().run())
        assert store.chosen("population") == version
        checked(app.button(key="version_back.population").click().run())
        assert store.chosen("population") == SHIPPED_VERSION
        done = [(e.action, e.detail["version"]) for e in audit.events(database(), LOCAL, kind="model").rows[:2]]
        assert done == [(Action.ROLL_BACK, SHIPPED_VERSION), (Action.IN_FORCE, version)]

    def test_two_are_compared_on_the_outcome_that_was_changed(self) -> None:
        saved_edit()
        app = versions()
        assert any("move by more than one point" in m.value for m in app.markdown)
        assert "Largest moves" in html(app)

    def test_reader_reads_and_cannot_change(self, store: VersionStore, monkeypatch: pytest.MonkeyPatch) -> None:
        saved_edit()
        for module in ("ui.versions.listing", "ui.versions.prevalence"):
            monkeypatch.setattr(f"{module}.current_actor", lambda: READER)
        app = versions()
        assert WHY in html(app)
        assert not app.button
        assert any("An administrator puts a version in force" in c.value for c in app.caption)

    def test_role_is_asked_again_when_it_is_done(self, store: VersionStore, monkeypatch: pytest.MonkeyPatch) -> None:
        saved_edit()
        app = versions()
        monkeypatch.setattr("ui.versions.saving.current_actor", lambda: READER)
        app.button(key="version_force.population").click().run()
        assert "needs the role admin" in app.error[0].value
        assert store.chosen("population") == SHIPPED_VERSION

    def test_prevalence_is_stated_with_its_shift_people_and_source(self, store: VersionStore) -> None:
        app, key = versions(), "inspect.versions.population"
        app.number_input(key=f"{key}.prevalence.diabetes").set_value(6.0).run()
        app.text_input(key=f"{key}.prevalence_why").set_value("Register 2025").run()
        assert any("log-odds" in m.value and "to 6.0 %" in m.value for m in app.markdown)
        checked(app.button(key=f"{key}.prevalence_save").click().run())
        assert store.versions("population")[0].derived["reason"] == "Register 2025"
        assert "to a prevalence of 6 %" in html(versions())

    def test_absurd_prevalence_is_refused_in_words(self) -> None:
        app, key = versions(), "inspect.versions.population"
        app.number_input(key=f"{key}.prevalence.diabetes").set_value(80.0).run()
        app.text_input(key=f"{key}.prevalence_why").set_value("Register 2025").run()
        assert "Recalibrate on outcomes" in app.error[0].value
