"""The page "Make invented patients": whose people, which columns, what came of it, and what is refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from riskmodels import ROOT
from riskmodels.errors import InputError
from riskmodels.evaluation.bootstrap import Estimate
from riskmodels.generated.task import Asked, Invented, invent_task
from riskmodels.generated.written.cards import Cards
from riskmodels.generated.written.packed import packed
from riskmodels.generated.written.write import Form
from riskmodels.interop.columns.propose import propose
from riskmodels.interop.columns.sample import take_sample
from riskmodels.interop.table.source import open_source
from riskmodels.own_models.task import UploadedTable
from riskmodels.tasks import Task
from tests.generated.invented import write_clinic
from ui.generate import columns, result, state


class Here:
    """Does the page's tasks at once and in this process."""

    def start(self, function: Callable[..., Any], *args: Any, limits: object) -> Task[Any]:
        task: Task[Any] = Task(lambda _: function(*args))
        task.run()
        return task


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_clinic(tmp_path_factory.mktemp("clinic"), 600).read_bytes()


@pytest.fixture(scope="module")
def made(clinic: bytes) -> Invented:
    """What the page's own task makes of the clinic."""
    mapping = propose(take_sample(open_source(clinic))).mapping
    return invent_task(UploadedTable("clinic.csv", clinic), mapping, Asked(steps=100))


def judged(made: Invented, auc: float) -> Invented:
    """The same with another figure of the strongest attack: of so few people chance alone decides it."""
    membership = replace(made.cards.privacy.membership, auc=Estimate(auc, auc - 0.02, auc + 0.02))
    return replace(made, cards=replace(made.cards, privacy=replace(made.cards.privacy, membership=membership)))


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    for module in (columns, result):
        monkeypatch.setattr(module, "shared_room", Here)
    app = AppTest.from_file(str(ROOT / "home.py"), default_timeout=300)
    return app.switch_page("pages/8_Generate.py").run()


def upload(page: AppTest, content: bytes, name: str = "clinic.csv") -> AppTest:
    page.file_uploader(key="generate_upload").set_value((name, content, "text/csv"))
    return page.run()


def shown(page: AppTest) -> str:
    html = [element.proto.body for element in page.get("html")]
    return "\n".join([*html, *(e.value for e in [*page.markdown, *page.caption, *page.subheader, *page.error])])


@pytest.fixture
def learnt(page: AppTest, clinic: bytes, made: Invented, monkeypatch: pytest.MonkeyPatch) -> Callable[[float], AppTest]:
    """The page after the clinic was learnt, with a figure of the strongest attack; asks are kept."""

    def learn(auc: float) -> AppTest:
        asked: list[Asked] = []

        def invent(table: UploadedTable, mapping: object, wanted: Asked) -> Invented:
            asked.append(wanted)
            return judged(made, auc)

        monkeypatch.setattr(result, "invent_task", invent)
        upload(page, clinic)
        page.button(key="generate_start").click().run()
        assert not page.exception
        page.session_state["test.asked"] = asked
        return page

    return learn


class TestPeople:
    def test_banner_says_what_invented_people_are_not(self, page: AppTest) -> None:
        assert not page.exception
        assert page.title[0].value == "Make invented patients"
        assert "Invented people are no patients" in shown(page)
        assert "adding them to real people made prediction worse" in shown(page)

    def test_by_how_much_is_what_the_trial_found(self, page: AppTest) -> None:
        rows = (
            (ROOT / "docs" / "generated.md").read_text(encoding="utf-8").split("## Invented rows are not more data")[1]
        )
        _, _, _, alone, added, *_ = next(row for row in rows.splitlines() if "(VAE) | logistic" in row).split("|")
        assert f"0{alone.strip()} → 0{added.strip()}" in shown(page)

    def test_the_demo_cohort_is_looked_at(self, page: AppTest) -> None:
        page.button(key="generate_demo").click().run()
        assert not page.exception
        assert page.multiselect(key="generate_columns").value[:2] == ["age", "sex"]
        assert page.multiselect(key="generate_outcomes").value == ["diabetes", "heart_attack", "stroke"]
        assert "it tells patients apart" in shown(page)

    def test_an_upload_says_what_is_left_out_and_why(self, page: AppTest, clinic: bytes) -> None:
        upload(page, clinic)
        for words in ("seen on", "a date would tell who somebody is", "no answer is shared by 10 people"):
            assert words in shown(page)

    def test_the_file_of_the_cohort_page_is_offered(self, page: AppTest, clinic: bytes) -> None:
        page.switch_page("pages/2_Cohort.py").run()
        page.file_uploader(key="cohort_upload").set_value(("mine.csv", clinic, "text/csv"))
        page.run()
        page.switch_page("pages/8_Generate.py").run()
        page.button(key="generate_cohort").click().run()
        assert not page.exception
        assert "mine" in page.expander[0].label

    def test_a_file_that_is_none_is_told(self, page: AppTest) -> None:
        upload(page, b"%PDF-1.4 nothing", "report.csv")
        assert "The file was not read" in page.error[0].value

    def test_a_file_with_nothing_to_learn_is_told(self, page: AppTest) -> None:
        upload(page, b"patient_id,note\n" + b"".join(b"%d,text %d\n" % (i, i) for i in range(60)))
        assert "Nothing can be learnt from this file" in page.error[0].value

    def test_discarding_leaves_no_file(self, page: AppTest, clinic: bytes) -> None:
        upload(page, clinic)
        page.button(key="generate_leave").click().run()
        assert "generate.people" not in page.session_state


class TestAsking:
    def test_what_is_asked_for_is_what_was_chosen(self, page: AppTest, clinic: bytes, learnt: Any) -> None:
        upload(page, clinic)
        page.multiselect(key="generate_columns").unselect("stay").run()
        page.number_input(key="generate_number").set_value(200).run()
        page = learnt(0.5)
        (wanted,) = page.session_state["test.asked"]
        assert wanted == Asked(("stay",), ("diabetes",), 200)

    def test_one_column_is_too_few(self, page: AppTest, clinic: bytes) -> None:
        upload(page, clinic)
        page.multiselect(key="generate_columns").set_value(["age"]).run()
        assert page.button(key="generate_start").disabled


class TestResult:
    def test_people_that_may_be_given_away_have_three_downloads(self, learnt: Any) -> None:
        page = learnt(0.505)
        assert [b.proto.label for b in page.get("download_button") if "Download" in b.proto.label] == [
            "Download CSV",
            "Download FHIR",
            "Download OMOP tables",
        ]
        assert "360 invented people" in shown(page)
        assert "with an AUC of 0.505; 0.5 is guessing" in shown(page)

    def test_every_column_has_its_picture(self, learnt: Any, made: Invented) -> None:
        page = learnt(0.505)
        assert shown(page).count('class="cr-multiple"') == made.table.shape[1]
        assert "HbA1c" in shown(page)
        assert len(page.get("plotly_chart")) == 3

    def test_people_that_leak_are_refused_with_reason_and_remedy(self, learnt: Any) -> None:
        page = learnt(0.58)
        assert "These people must not be given away" in shown(page)
        assert "The limit is 0.52" in shown(page)
        assert "What helps" in shown(page)
        assert not [b for b in page.get("download_button") if "Download" in b.proto.label]

    def test_discarded_people_can_be_had_back(self, learnt: Any) -> None:
        page = learnt(0.505)
        page.button(key="generate_discard").click().run()
        assert "360 invented people" not in shown(page)
        page.button(key="generate_undo").click().run()
        assert "360 invented people" in shown(page)
        assert len(page.session_state["test.asked"]) == 1

    def test_they_are_there_again_after_another_page(self, learnt: Any) -> None:
        page = learnt(0.505)
        page.switch_page("pages/6_Models.py").run()
        page.switch_page("pages/8_Generate.py").run()
        assert "360 invented people" in shown(page)

    def test_what_cannot_be_invented_is_told(
        self, page: AppTest, clinic: bytes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object) -> Invented:
            raise InputError("Too few people.", hint="Have more.")

        monkeypatch.setattr(result, "invent_task", refuse)
        upload(page, clinic)
        page.button(key="generate_start").click().run()
        assert "Nobody was invented" in shown(page)
        assert "Too few people. Have more." in shown(page)
        page.button(key="generate_discard").click().run()
        assert state.INVENT not in str(page.error)


class TestPacked:
    @pytest.mark.parametrize(
        ("form", "name"),
        [
            (Form.CSV, "invented_people.csv"),
            (Form.FHIR, "invented_fhir/Observation.ndjson"),
            (Form.OMOP, "invented_omop/person.csv"),
        ],
    )
    def test_a_download_has_the_people_and_both_cards(self, made: Invented, form: Form, name: str) -> None:
        data = packed(made.table.head(3), judged(made, 0.5).cards, form, _day())
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
        assert {name, "privacy.json", "privacy.md", "use.json", "use.md"} <= set(names)

    def test_people_that_are_refused_are_not_packed(self, made: Invented) -> None:
        cards: Cards = judged(made, 0.6).cards
        with pytest.raises(InputError, match="Refused"):
            packed(made.table, cards, Form.CSV, _day())


def _day() -> Any:
    from datetime import date

    return date(2026, 1, 31)
