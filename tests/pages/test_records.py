"""The page "Find a record", run by Streamlit's AppTest: list, search, filters, pages, deleted records, labels."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from riskmodels.records import LOCAL, RecordsError, audit, listing, patients
from riskmodels.records.assessments import Estimate, NewAssessment
from riskmodels.records.facts import Entered, Facts
from riskmodels.records.listing import Query
from riskmodels.records.model_hash import hash_of
from riskmodels.records.patients import Patient
from ui.database import database
from ui.records.listing import page_key

APP = str(Path(__file__).resolve().parents[2] / "home.py")
PAGE = "pages/4_Records.py"
HOSTILE = ("<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "$latex_{x}$", ":material/home: **bold**")


def assessment(risks: Mapping[str, float]) -> NewAssessment:
    outputs = {name: Estimate(risk, risk, risk, 0.0) for name, risk in risks.items()}
    return NewAssessment("population", "v1", "a" * 64, {}, {}, hash_of({}), outputs, {})


def save(label: str = "", day: date = date(2026, 11, 2), age: float = 54, sex: float = 0, **risks: float) -> Patient:
    """A patient with one visit."""
    values = {"age": age, "sex": sex}
    facts = Facts({"age": Entered(age, "years"), "sex": Entered(sex, "")}, values)
    return patients.create(database(), LOCAL, label, day, facts, [assessment(risks)] if risks else [])[0]


def open_page() -> AppTest:
    app = AppTest.from_file(APP, default_timeout=300).run()
    return app.switch_page(PAGE).run()


def rows(app: AppTest) -> list[str]:
    """The text of each row beside its button."""
    found = [e.proto.body for e in app.main.get("html") if 'class="cr-record"' in e.proto.body]
    return [
        re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)).strip() for body in found if "cr-records-head" not in body
    ]


def codes(app: AppTest) -> list[str]:
    return [button.label for button in app.main.button if (button.key or "").startswith("open_")]


def words(app: AppTest) -> str:
    return "\n".join(element.value for element in [*app.main.markdown, *app.main.caption])


Search = Callable[[str], AppTest]


class TestList:
    def test_without_records_it_says_how_one_comes_about(self) -> None:
        app = open_page()
        assert not app.exception
        assert "There is no record yet." in words(app)
        assert [link.proto.page for link in app.main.get("page_link")] == ["Patient"]

    def test_a_row_tells_code_label_age_sex_visits_last_visit_and_risks(self) -> None:
        patient = save("Ward 3", cvd_10y=0.071)
        app = open_page()
        assert codes(app) == [patient.code]
        row = rows(app)[0]
        assert "Label: Ward 3 Age and sex: 54, female Visits: 1 Last visit: 2026-11-02" in row
        assert "Heart and vessels: 7.1 %" in row
        assert "Diabetes: –" in row

    def test_the_last_visit_comes_first(self) -> None:
        old, new = save(day=date(2025, 1, 1)), save(day=date(2026, 1, 1))
        assert codes(open_page()) == [new.code, old.code]

    def test_another_order(self) -> None:
        low, high = save(cvd_10y=0.05), save(cvd_10y=0.3, day=date(2020, 1, 1))
        app = open_page()
        app.selectbox(key="records.order").set_value("Highest risk first").run()
        assert codes(app) == [high.code, low.code]

    def test_a_page_has_fifty_rows_and_says_of_how_many(self) -> None:
        for number in range(53):
            save(day=date(2026, 1, 1) - timedelta(days=number))
        app = open_page()
        assert len(codes(app)) == 50
        assert "1–50 of 53 records" in words(app)

    def test_the_second_page_has_the_others(self) -> None:
        made = [save(day=date(2026, 1, 1) - timedelta(days=number)) for number in range(53)]
        app = open_page()
        app.session_state[page_key(Query())] = 2
        app.run()
        assert codes(app) == [patient.code for patient in made[50:]]
        assert "51–53 of 53 records" in words(app)

    def test_a_row_opens_the_record_on_the_patient_page(self) -> None:
        patient = save("Ward 3")
        app = open_page()
        app.button(key=f"open_{patient.id}").click().run()
        assert not app.exception
        assert app.title[0].value == "Assess a patient"
        assert app.query_params["record"] == patient.id
        opened = audit.events(database(), LOCAL, kind="patient", record_id=patient.id).rows[0]
        assert opened.action == "open"

    @pytest.mark.parametrize("label", HOSTILE)
    def test_a_label_is_shown_as_it_was_typed(self, label: str) -> None:
        save(label)
        app = open_page()
        bodies = [e.proto.body for e in app.main.get("html") if 'class="cr-record"' in e.proto.body]
        assert not any("<img" in body for body in bodies)
        assert label not in words(app)  # nowhere as Markdown
        assert label.replace("<", "&lt;").replace(">", "&gt;") in bodies[-1]

    def test_an_unreachable_database_says_so_and_offers_another_try(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: object) -> None:
            raise RecordsError("The database cannot be reached.", hint="Try again.")

        monkeypatch.setattr(listing, "search", broken)
        app = open_page()
        assert app.error[0].value == "The records cannot be listed. The database cannot be reached. Try again."
        assert "Try again" in [button.label for button in app.main.button]


class TestSearch:
    def search(self, app: AppTest, text: str) -> AppTest:
        return app.text_input(key="records.text").set_value(text).run()

    @pytest.mark.parametrize("shorten", [lambda code: code, lambda code: code[2:5], str.lower])
    def test_by_code(self, shorten: Callable[[str], str]) -> None:
        wanted, _ = save(), save()
        assert codes(self.search(open_page(), shorten(wanted.code))) == [wanted.code]

    def test_by_a_part_of_the_label(self) -> None:
        wanted, _ = save("Ward 3, Ünal"), save("Ward 4")
        assert codes(self.search(open_page(), "unal")) == [wanted.code]

    def test_nothing_found_says_so_and_leads_back(self) -> None:
        save()
        app = self.search(open_page(), "zzz")
        assert "No record matches." in words(app)
        next(b for b in app.main.button if b.label == "Show all records").click().run()
        assert len(codes(app)) == 1

    def test_the_search_is_not_in_the_address(self) -> None:
        save("Mustermann")
        app = self.search(open_page(), "Mustermann")
        assert not app.query_params

    def test_it_is_still_there_after_a_look_at_another_page(self) -> None:
        wanted, _ = save("Ward 3"), save("Ward 4")
        app = self.search(open_page(), "Ward 3")
        app.switch_page("home.py").run()
        app.switch_page(PAGE).run()
        assert codes(app) == [wanted.code]


class TestFilters:
    def found(self, choose: Callable[[AppTest], object]) -> Sequence[str]:
        app = open_page()
        choose(app)
        return codes(app.run())

    def test_by_sex(self) -> None:
        _, man = save(sex=0), save(sex=1)
        assert self.found(lambda app: app.selectbox(key="records.sex").set_value(1)) == [man.code]

    def test_by_age(self) -> None:
        _, older = save(age=40), save(age=59)
        assert self.found(lambda app: app.slider(key="records.ages").set_value((50, 59))) == [older.code]

    def test_by_risk(self) -> None:
        _, high = save(cvd_10y=0.05), save(cvd_10y=0.2)
        assert self.found(lambda app: app.number_input(key="records.risk").set_value(10.0)) == [high.code]

    def test_by_last_visit(self) -> None:
        _, late = save(day=date(2025, 1, 1)), save(day=date(2026, 1, 1))
        chosen = self.found(lambda app: app.date_input(key="records.from").set_value(date(2025, 6, 1)))
        assert chosen == [late.code]

    def test_filters_are_named_and_can_be_left(self) -> None:
        save(sex=0), save(sex=1)
        app = open_page()
        app.selectbox(key="records.sex").set_value(0).run()
        assert "1 record: women" in words(app)
        next(b for b in app.main.button if b.label == "Show all").click().run()
        assert len(codes(app)) == 2

    def test_a_time_that_ends_before_it_begins_is_told(self) -> None:
        save()
        app = open_page()
        app.date_input(key="records.from").set_value(date(2026, 2, 1))
        app.date_input(key="records.to").set_value(date(2026, 1, 1)).run()
        assert "after its end" in words(app)


class TestDeleted:
    def open_deleted(self) -> AppTest:
        app = open_page()
        return app.segmented_control(key="records.view").set_value("Deleted").run()

    def test_none_is_told(self) -> None:
        save()
        assert "No deleted record." in words(self.open_deleted())

    def test_a_deleted_record_stands_there_with_its_days_left(self) -> None:
        patient = save("Ward 3")
        patients.delete(database(), LOCAL, patient.id)
        app = self.open_deleted()
        assert f"Label: {patient.code} Ward 3" in rows(app)[0]
        assert "Gone for good in: 30 days" in rows(app)[0]
        assert codes(app) == []

    def test_it_is_restored_and_listed_again(self) -> None:
        patient = save("Ward 3")
        patients.delete(database(), LOCAL, patient.id)
        app = self.open_deleted()
        app.button(key=f"restore_{patient.id}").click().run()
        assert f"{patient.code} is restored" in words(app)
        app.segmented_control(key="records.view").set_value("Records").run()
        assert codes(app) == [patient.code]
        assert "is restored" not in words(app)

    def test_one_that_is_gone_meanwhile_is_told(self) -> None:
        patient = save()
        patients.delete(database(), LOCAL, patient.id)
        app = self.open_deleted()
        patients.restore(database(), LOCAL, patient.id)
        app.button(key=f"restore_{patient.id}").click().run()
        assert f"{patient.code} was not restored." in words(app)
