"""Models of one's own on the page "Score a cohort": asked, trained, kept, offered for their layout alone, deleted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from riskmodels.own_models import training
from riskmodels.own_models.store import OwnModels
from riskmodels.own_models.training import config_for
from riskmodels.tasks import Task
from tests.own_models.files import OUTCOME, clinic
from ui.cohort import own_models

ROOT = Path(__file__).resolve().parents[2]


class Here:
    """Does the page's tasks at once and in this process, where the test's small settings hold."""

    def start(self, function: Callable[..., Any], *args: Any, limits: object) -> Task[Any]:
        task: Task[Any] = Task(lambda _: function(*args))
        task.run()
        return task


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("CARERISK_MODEL_VERSIONS", str(tmp_path / "versions"))
    monkeypatch.setattr(own_models, "shared_room", Here)
    monkeypatch.setattr(
        training, "config_for", lambda rows: replace(config_for(rows), members=3, epochs=12, interval_steps=20)
    )
    monkeypatch.setattr(training, "CANDIDATES", training.CANDIDATES[1:2])
    monkeypatch.setattr(training, "REPLICATES", 20)
    monkeypatch.setattr(training, "peer_risks", lambda *_: ({}, {}))
    app = AppTest.from_file(str(ROOT / "home.py"), default_timeout=300)
    return app.switch_page("pages/2_Cohort.py").run()


def upload(page: AppTest, drop: str = "") -> AppTest:
    table = clinic().drop(columns=[drop] if drop else [])
    content = table.to_csv(index=False).encode()
    page.file_uploader(key="cohort_upload").set_value(("clinic.csv", content, "text/csv"))
    return page.run()


def chosen(kind: Any, start: str) -> Any:
    return next(widget for widget in kind if str(widget.key).startswith(start))


def said(page: AppTest) -> str:
    return "\n".join(c.value for c in page.caption).replace("\\", "")


def trained(page: AppTest) -> AppTest:
    chosen(page.selectbox, "own_model_outcome").select(OUTCOME).run()
    chosen(page.multiselect, "own_model_keep").select("Marker X").run()
    assert page.button(key="own_model_train").disabled  # what 0 means is open
    chosen(page.radio, "own_model_code").set_value(True).run()
    page.button(key="own_model_train").click().run()
    return page


def test_trained_kept_offered_used_and_deleted(page: AppTest) -> None:
    trained(upload(page))
    assert not page.exception
    assert not page.error
    assert "It holds for people like those of the file: 600 rows" in said(page)
    assert OwnModels().all() == ()  # nothing is kept before it is asked for
    page.button(key="own_model_keep").click().run()
    (kept,) = OwnModels().all()
    page.button(key=f"own_score.{kept.name}").click().run()
    assert "600 rows read" in said(page)
    page.button(key=f"own_delete.{kept.name}").click().run()
    page.button(key=f"own_delete_now.{kept.name}").click().run()
    assert OwnModels().all() == ()
    assert not page.exception


def test_column_that_can_be_no_input_is_refused_in_words(page: AppTest) -> None:
    upload(page)
    chosen(page.selectbox, "own_model_outcome").select(OUTCOME).run()
    chosen(page.multiselect, "own_model_keep").select("Site").run()
    assert any("is the same in every row" in error.value for error in page.error)
    assert page.button(key="own_model_train").disabled


def test_model_is_not_offered_for_another_layout(page: AppTest) -> None:
    trained(upload(page))
    page.button(key="own_model_keep").click().run()
    (kept,) = OwnModels().all()
    upload(page, drop="Marker X")
    assert f"own_score.{kept.name}" not in {button.key for button in page.button}
