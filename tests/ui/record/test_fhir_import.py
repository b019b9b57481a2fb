"""The import popover and the export, on a page of their own: the form, both of them, and nothing else."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from riskmodels.interop.fhir.read import Code, FhirPatient, Found, Unused, Version, read_bundle
from riskmodels.tasks import Room
from tests.interop.fhir.invented import order
from tests.waiting import HUNG
from ui.record import fhir_import
from ui.record.draft import unit_key, value_key

FOLDER = Path(__file__).resolve().parents[2] / "interop" / "fhir"
TODAY = date(2026, 11, 24)


class Day(date):
    """The day on which the bundles are read."""

    @classmethod
    def today(cls) -> date:
        return TODAY


def script() -> None:
    """What the page's toolbar does with both functions."""
    from datetime import date

    import streamlit as st

    from riskmodels.assessment import Answer
    from riskmodels.outcomes import OUTCOME
    from riskmodels.vocabulary import VARIABLES, VOCABULARY
    from ui.patient.case import Case
    from ui.patient.fhir_export import draw_export, fhir_document
    from ui.patient.field_notes import notes_of
    from ui.patient.fields import draw_choice
    from ui.record import draft
    from ui.record.fhir_import import draw_import, imported, when_measured

    draft.read_again()
    draw_import()
    st.button("Clear", on_click=draft.clear)
    if draft.undo_available():
        st.button("Undo", on_click=draft.undo)
    for variable in VARIABLES:
        if variable.units:
            st.number_input(variable.label, value=None, key=draft.value_key(variable.name))
            if len(variable.units) > 1:
                symbols = [unit.symbol for unit in variable.units]
                st.selectbox("unit", symbols, key=draft.unit_key(variable.name))
        else:
            draw_choice(variable)
    patient = imported()
    st.text(f"imported {patient.subject if patient else 'nobody'}")
    st.text(f"measured {when_measured('hba1c')}")
    for name in ("glucose", "systolic_bp", "total_cholesterol", "diabetes"):
        st.text(f"under {name}: {'; '.join(n.text for n in notes_of(VOCABULARY[name], draft.check_draft()))}")
    st.session_state["entered"] = dict(draft.content().entered)
    hba1c = draft.entered("hba1c")
    st.text(f"dated {hba1c.when if hba1c else ''}")
    frame = draft.check_draft().frame
    answer = Answer(OUTCOME["cvd_10y"], 0.123, 0.1, 0.15, "", "", 0.5, float("nan"))
    refused = Answer(OUTCOME["diabetes"], *[float("nan")] * 3, "already told of diabetes", "", *[float("nan")] * 2)

    class Model:
        """Name, version and inputs are all that the export asks of a model."""

        version, inputs = "1", tuple(VOCABULARY)

    class Assessed:
        """What the export asks of an assessment."""

        def __init__(self):
            self.frame, self.models = frame, {"population": Model()}

        def row(self):
            return frame.iloc[0]

        def answers(self):
            return [answer, refused]

    case = Case(Assessed(), draft.chosen_units(), None, [])
    draw_export(case)
    st.session_state["document"] = fhir_document(case, date(2026, 11, 24), "R4")


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr(fhir_import, "date", Day)
    return AppTest.from_function(script, default_timeout=300).run()


def upload(page: AppTest, data: bytes, name: str = "bundle.json") -> AppTest:
    page.file_uploader[0].set_value((name, data, "application/json"))
    return read(page.run())


def read(page: AppTest) -> AppTest:
    """The page once the file has been read, which a process beside it does."""
    assert page.session_state["task.fhir_import"].task.wait(HUNG)
    return page.run()


def fill(page: AppTest, name: str) -> AppTest:
    upload(page, (FOLDER / name).read_bytes())
    return page.button(key="fhir.fill").click().run()


def press(page: AppTest, label: str) -> AppTest:
    return next(b for b in page.button if b.label == label).click().run()


def table(page: AppTest) -> str:
    return next(e.proto.body for e in page.get("html") if "cr-import" in e.proto.body and "<section" in e.proto.body)


def texts(page: AppTest) -> list[str]:
    return [element.value for element in page.text]


def document(page: AppTest) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(page.session_state["document"])
    return made


def resource(page: AppTest, kind: str) -> dict[str, Any]:
    return next(e["resource"] for e in document(page)["entry"] if e["resource"]["resourceType"] == kind)


class TestImport:
    def test_shows_before_it_fills(self, page: AppTest) -> None:
        upload(page, (FOLDER / "synthea_like_r4.json").read_bytes())
        assert not page.exception
        shown = table(page)
        assert "16 fields would be filled" in shown
        assert "83 days ago" in shown
        assert "Measured in whole blood" in shown
        assert "No field of the form is read from 2 codes" in shown
        assert page.number_input(key=value_key("age")).value is None

    def test_fills_numbers_in_the_units_they_were_reported_in(self, page: AppTest) -> None:
        fill(page, "german_lab_r4.json")
        assert not page.exception
        assert page.number_input(key=value_key("total_cholesterol")).value == 5.9
        assert page.selectbox(key=unit_key("total_cholesterol")).value == "mmol/L"
        assert page.number_input(key=value_key("creatinine")).value == 88
        assert page.segmented_control(key=value_key("hypertension")).value == 1

    def test_page_goes_on_while_the_file_is_read_and_reading_can_be_stopped(self, page: AppTest) -> None:
        busy = Room(0)  # nobody gets a place, so the file waits until it is stopped
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(fhir_import, "shared_room", lambda: busy)
            data = (FOLDER / "synthea_like_r4.json").read_bytes()
            page.file_uploader[0].set_value(("b.json", data, "application/json"))
            page.run()
            assert "Reading the bundle" in next(e.proto.text for e in page.get("progress"))
            page.number_input(key=value_key("age")).set_value(40.0)
            press(page, "Cancel")
            page.run()
        assert page.number_input(key=value_key("age")).value == 40
        assert any("Stopped" in caption.value for caption in page.caption)
        press(page, "Begin again")
        assert "16 fields would be filled" in table(read(page))

    def test_look_back_decides_what_counts(self, page: AppTest) -> None:
        upload(page, (FOLDER / "synthea_like_r4.json").read_bytes())
        read(page.selectbox(key="fhir.look_back").set_value("5 years").run())
        assert "17 fields would be filled" not in table(page)  # HbA1c of 2021-08 is older than that
        assert "It is older than the look-back" in table(page)
        read(page.selectbox(key="fhir.look_back").set_value("6 months").run())
        assert "16 fields would be filled" in table(page)

    def test_undo_brings_back_what_was_typed(self, page: AppTest) -> None:
        page.number_input(key=value_key("age")).set_value(40.0).run()
        fill(page, "synthea_like_r4.json")
        assert page.number_input(key=value_key("age")).value == 54
        press(page, "Undo")
        assert page.number_input(key=value_key("age")).value == 40

    @pytest.mark.parametrize("data", [b"<Bundle/>", b"{", b'{"resourceType": "Patient"}', b""])
    def test_error_says_what_to_do_and_leaves_the_form_alone(self, page: AppTest, data: bytes) -> None:
        page.number_input(key=value_key("age")).set_value(40.0).run()
        upload(page, data)
        assert not page.exception
        assert "The form is unchanged." in page.error[0].value
        assert page.number_input(key=value_key("age")).value == 40
        assert not [b for b in page.button if b.key == "fhir.fill"]

    def test_text_of_the_sender_is_never_markup(self) -> None:
        evil = '<img src=x onerror="alert(1)">'
        found = Found("hba1c", 6.2, "%", "6.2 %", None, evil, Code(evil, evil, evil), evil)
        problem = Unused(evil, evil, None, evil)
        patient = FhirPatient(Version.R4, "", {}, {"hba1c": found}, (problem,), (), (evil,))
        assert "<img" not in fhir_import.found_table(patient, TODAY)


def bundle(*rows: dict[str, Any]) -> bytes:
    """Of one patient, each row an Observation or a report."""
    person = {"resourceType": "Patient", "id": "p", "gender": "male", "birthDate": "1969-05-05"}
    resources = [person, *({"subject": {"reference": "Patient/p"}, "status": "final"} | row for row in rows)]
    entries = [{"resource": resource} for resource in resources]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


def observed(code: str, when: str = "2026-11-01", **value: Any) -> dict[str, Any]:
    concept = {"coding": [{"system": "http://loinc.org", "code": code}]}
    dated = {"effectiveDateTime": when} if when else {}
    return {"resourceType": "Observation", "id": f"o{code}", "code": concept, **dated, **value}


WHOLE_BLOOD = observed("2339-0", valueQuantity={"value": 104, "unit": "mg/dL"})


class TestFromHospitals:
    def test_pressure_in_words_unit_in_capitals_and_a_date_in_the_report(self, page: AppTest) -> None:
        report = {
            "resourceType": "DiagnosticReport",
            "code": {"text": "Lipids"},
            "effectiveDateTime": "2026-10-02",
            "result": [{"reference": "Observation/o2093-3"}],
        }
        cholesterol = observed("2093-3", when="", valueQuantity={"value": 231, "unit": "MG/DL"})
        upload(page, bundle(observed("85354-9", valueString="150/90"), cholesterol, report))
        assert "read from the text" in table(page)
        page.button(key="fhir.fill").click().run()
        assert page.number_input(key=value_key("systolic_bp")).value == 150
        assert page.number_input(key=value_key("total_cholesterol")).value == 231
        under = "under total_cholesterol: Total cholesterol: 2026-10-02, LOINC 2093-3; the date is that of its D"
        assert any(text.replace("\\", "").startswith(under) for text in texts(page))

    def test_date_and_code_stand_under_the_field_until_it_is_edited(self, page: AppTest) -> None:
        upload(page, bundle(observed("2345-7", valueQuantity={"value": 104, "unit": "mg/dL"})))
        page.button(key="fhir.fill").click().run()
        assert "under glucose: Glucose: 2026-11-01, LOINC 2345-7" in [text.replace("\\", "") for text in texts(page)]
        page.number_input(key=value_key("glucose")).set_value(105.0).run()
        assert "under glucose:" in texts(page)

    def test_value_of_another_method_is_used_only_where_it_is_ticked_and_keeps_the_reason(self, page: AppTest) -> None:
        upload(page, bundle(WHOLE_BLOOD))
        assert "Measured in whole blood" in table(page)
        page.checkbox(key="fhir.anyway.glucose.0").check().run()
        assert "used knowing that" in table(page)
        page.button(key="fhir.fill").click().run()
        assert page.number_input(key=value_key("glucose")).value == 104
        kept = page.session_state["entered"]["glucose"]
        assert (kept.when, kept.source) == ("2026-11-01", "LOINC 2339-0")
        assert kept.note == "measured in whole blood and not in serum or plasma; used knowing that"
        assert any("used knowing that" in text for text in texts(page) if text.startswith("under glucose"))

    def test_value_that_is_not_ticked_is_not_used(self, page: AppTest) -> None:
        upload(page, bundle(WHOLE_BLOOD))
        page.button(key="fhir.fill").click().run()
        assert page.number_input(key=value_key("glucose")).value is None

    def test_export_keeps_code_date_and_reason(self, page: AppTest) -> None:
        upload(page, bundle(WHOLE_BLOOD, observed("18262-6", valueQuantity={"value": 131, "unit": "mg/dL"})))
        page.checkbox(key="fhir.anyway.glucose.0").check().run()
        page.button(key="fhir.fill").click().run()
        written = {
            e["resource"]["code"]["text"]: e["resource"]
            for e in document(page)["entry"]
            if e["resource"]["resourceType"] == "Observation"
        }
        glucose, ldl = written["Glucose"], written["LDL cholesterol"]
        assert [c["code"] for c in glucose["code"]["coding"]] == ["glucose"]
        assert glucose["effectiveDateTime"] == "2026-11-01"
        assert [n["text"] for n in glucose["note"]] == [
            "Reported as: LOINC 2339-0.",
            "Note: measured in whole blood and not in serum or plasma; used knowing that.",
        ]
        assert ldl["code"]["coding"][0]["code"] == "18262-6"


class TestWhoseItIs:
    def test_imported_patient_is_known_until_the_form_is_cleared(self, page: AppTest) -> None:
        fill(page, "us_core_vitals_r4.json")
        assert "imported Patient/inv-2" in texts(page)
        press(page, "Clear")
        assert "imported nobody" in texts(page)

    @pytest.mark.parametrize(("name", "value"), [("age", 33.0), ("age", None)])
    def test_another_age_is_another_patient(self, page: AppTest, name: str, value: float | None) -> None:
        fill(page, "us_core_vitals_r4.json")
        page.number_input(key=value_key(name)).set_value(value).run()
        assert "imported nobody" in texts(page)

    def test_another_sex_is_another_patient(self, page: AppTest) -> None:
        fill(page, "us_core_vitals_r4.json")
        page.segmented_control(key=value_key("sex")).set_value(0.0).run()
        assert "imported nobody" in texts(page)

    def test_date_stands_until_the_value_is_changed(self, page: AppTest) -> None:
        fill(page, "us_core_vitals_r4.json")
        assert "measured 2026-10-01" in texts(page)
        assert "dated 2026-10-01" in texts(page)
        page.number_input(key=value_key("hba1c")).set_value(6.0).run()
        assert "measured" in texts(page)
        assert "dated" in texts(page)


class TestExport:
    def test_names_the_imported_patient_and_the_dates(self, page: AppTest) -> None:
        fill(page, "us_core_vitals_r4.json")
        assert resource(page, "Patient") == {
            "resourceType": "Patient",
            "id": "inv-2",
            "gender": "male",
            "birthDate": "1963-07",
        }
        assert resource(page, "RiskAssessment")["subject"] == {"reference": "Patient/inv-2"}
        weight = next(
            e["resource"] for e in document(page)["entry"] if e["resource"].get("code", {}).get("text") == "Weight"
        )
        assert weight["effectiveDateTime"] == "2026-11-03"
        assert weight["valueQuantity"] | {"system": ""} == {
            "value": 200.6,
            "unit": "lb",
            "system": "",
            "code": "[lb_av]",
        }

    def test_typed_patient_gets_a_random_id(self, page: AppTest) -> None:
        page.number_input(key=value_key("age")).set_value(40.0).run()
        assert resource(page, "RiskAssessment")["subject"]["reference"].startswith("urn:uuid:")
        assert "birthDate" not in resource(page, "Patient")

    def test_refusal_is_a_note_and_no_prediction(self, page: AppTest) -> None:
        page.number_input(key=value_key("age")).set_value(40.0).run()
        body = resource(page, "RiskAssessment")
        assert [p["outcome"]["coding"][-1]["code"] for p in body["prediction"]] == ["cvd_10y"]
        assert "already told of diabetes" in body["note"][1]["text"]

    def test_derived_values_are_marked(self, page: AppTest) -> None:
        fill(page, "us_core_vitals_r4.json")
        notes = {e["resource"]["code"]["text"]: e["resource"]["note"] for e in document(page)["entry"] if _noted(e)}
        assert set(notes) == {"Body mass index", "eGFR"}

    @pytest.mark.parametrize("name", ["synthea_like_r4.json", "german_lab_r4.json", "us_core_vitals_r4.json"])
    def test_what_went_in_comes_out(self, page: AppTest, name: str) -> None:
        fill(page, name)
        before = read_bundle((FOLDER / name).read_bytes(), TODAY)
        after = read_bundle(page.session_state["document"], TODAY)
        assert {n: after.values.get(n) for n in before.values if n != "age"} == {
            n: pytest.approx(v, rel=1e-9) for n, v in before.values.items() if n != "age"
        }

    def test_both_versions_are_offered(self, page: AppTest) -> None:
        page.number_input(key=value_key("age")).set_value(40.0).run()
        assert [e.proto.label for e in page.get("download_button")] == ["FHIR R4", "FHIR R5"]


def _noted(entry: dict[str, Any]) -> bool:
    body = entry["resource"]
    return body["resourceType"] == "Observation" and "derived" in str(body.get("method"))


def _text(entry: dict[str, Any]) -> str:
    return str(entry["resource"].get("code", {}).get("text", ""))


class TestMedicinesByName:
    def ordered(self, *texts: str, **changes: Any) -> bytes:
        orders = [order(str(i), {"text": text}, **changes) for i, text in enumerate(texts)]
        patient = {"resourceType": "Patient", "id": "p", "gender": "male", "birthDate": "1969-05-05"}
        entries = [{"fullUrl": "urn:uuid:p", "resource": patient}, *({"resource": each} for each in orders)]
        return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()

    def question(self, page: AppTest) -> Any:
        return next(e for e in page.segmented_control if (e.key or "").startswith("fhir.asked."))

    def test_are_asked_once_a_field_and_not_taken_in_silence(self, page: AppTest) -> None:
        upload(page, self.ordered("Lisinopril 10 mg tablet", "amlodipine 5 MG Oral Tablet"))
        assert not page.exception
        assert "2 fields would be filled. 1 medicine question below." in table(page)
        label = self.question(page).label.replace("\\", "")
        assert label == "Lisinopril 10 mg tablet; amlodipine 5 MG Oral Tablet → takes blood-pressure medicine?"
        page.button(key="fhir.fill").click().run()
        assert page.segmented_control(key=value_key("bp_medication")).value is None

    @pytest.mark.parametrize(("answer", "value"), [("Yes", 1), ("No", None)])
    def test_the_answer_decides(self, page: AppTest, answer: str, value: float | None) -> None:
        upload(page, self.ordered("Atorvastatin 40 mg"))
        self.question(page).set_value(answer).run()
        page.button(key="fhir.fill").click().run()
        assert not page.exception
        assert page.segmented_control(key=value_key("cholesterol_medication")).value == value

    def test_dose_and_what_was_not_matched_are_listed(self, page: AppTest) -> None:
        shown = table(upload(page, self.ordered("Atorvastatin 40 mg", "Levothyroxine 50 mcg")))
        assert "1 tablet, once a day" in shown
        assert "By its name: takes a statin or other cholesterol medicine" in shown
        assert "Levothyroxine 50 mcg" in shown
        assert "No field of the form" in shown

    def test_a_name_of_the_sender_is_never_markup(self, page: AppTest) -> None:
        upload(page, self.ordered("Atorvastatin <img src=x> [a](http://x) 40 mg"))
        assert "<img" not in table(page)
        assert "[a](http" not in self.question(page).label
