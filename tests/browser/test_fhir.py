"""FHIR in a real Chromium: a bundle is shown, fills the form, is undone; what is exported is valid and comes back."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.chromium import HUNG_MS, unhurried
from tests.waiting import until

pytestmark = pytest.mark.browser

FOLDER = Path(__file__).resolve().parents[1] / "interop" / "fhir"
#: the day the bundles were written for
WRITTEN = date(2026, 11, 24)
POPOVER = "[data-testid='stPopoverBody']"
SHOWN = ".cr-import"
ANSWER = ".cr-answer:has(.cr-numbers b)"
STATE = ".cr-state[role='status']"
BUNDLE_CLASS = {"R4": "fhir.resources.R4B.bundle", "R5": "fhir.resources.bundle"}
YEARS = {"in 10 years": 10, "now": 0}
MARKUP = '<img src=x onerror="window.ran=1">'
PATIENT = {"resourceType": "Patient", "id": "p", "gender": "male", "birthDate": "1960-01-01"}
TWO_PATIENTS = json.dumps(
    {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": PATIENT | {"id": i}} for i in "pq"]}
).encode()
REFUSED = {
    "XML": (b"<Bundle/>", "The file is XML"),
    "half a file": (b'{"resourceType": "Bundle", "entry": [', "The file is not JSON"),
    "nested without end": (b"[" * 100_000, "levels deep"),
    "two patients": (TWO_PATIENTS, "holds 2 patients; one is needed"),
}
FILLED_FIELDS = """Object.fromEntries([
        ...[...document.querySelectorAll('.st-key-form input')].map(e => [e.getAttribute('aria-label'), e.value]),
        ...[...document.querySelectorAll('.st-key-form [role=radiogroup]')].map(
            e => [e.getAttribute('aria-label'), e.querySelector('[aria-checked=true]')?.textContent]),
    ].filter(([label, value]) => value && !label.startsWith('Unit')))"""
SCRIPT_RAN = "window.ran === 1 || document.querySelector('img[src=x]') !== null"

Json = dict[str, Any]


def as_of_today(name: str) -> bytes:
    """The bundle with its full dates moved, so that its measurements are as recent as on the day it was written."""
    moved = date.today() - WRITTEN
    text = (FOLDER / name).read_text(encoding="utf-8")
    return re.sub(r"\d{4}-\d\d-\d\d", lambda m: str(date.fromisoformat(m.group()) + moved), text).encode()


def days_ago(written: str) -> str:
    """A day of a bundle as :func:`as_of_today` moves it."""
    return str(date.fromisoformat(written) + (date.today() - WRITTEN))


def upload(page: Any, data: bytes, name: str = "bundle.json") -> None:
    page.get_by_role("button", name="Import", exact=True).click()
    file = {"name": name, "mimeType": "application/json", "buffer": data}
    page.locator(f"{POPOVER} input[type='file']").set_input_files(file)


def press_fill(page: Any) -> None:
    page.locator(SHOWN).wait_for()
    page.get_by_role("button", name="Fill the form").click()


def import_file(page: Any, data: bytes) -> None:
    upload(page, data)
    age = row(page, "Age", "Would be filled").split()[1]
    press_fill(page)
    page.locator(ANSWER).first.wait_for()
    wait_for_age(page, age)


def wait_for_age(page: Any, age: str) -> None:
    """Until the form shows it: the fields may be drawn after the estimates."""
    from playwright.sync_api import expect

    expect(page.get_by_label("Age, years").first).to_have_value(age, timeout=HUNG_MS)


def filled(page: Any) -> dict[str, str]:
    """What stands in the form, by the label of the field, which names the unit."""
    return dict(page.evaluate(FILLED_FIELDS))


def risks(page: Any) -> dict[str, str]:
    """Estimates as the page shows them, by outcome."""
    answers = page.locator(ANSWER).all()
    return {a.locator("h3").inner_text(): a.locator(".cr-numbers b").inner_text() for a in answers}


def download(page: Any, version: str) -> bytes:
    page.get_by_role("button", name="Download", exact=True).click()
    with page.expect_download() as started:
        page.get_by_role("button", name=f"FHIR {version}").click()
    page.keyboard.press("Escape")
    return Path(started.value.path()).read_bytes()


def type_age(page: Any, age: str) -> None:
    field = page.get_by_label("Age, years").first
    field.fill(age)
    field.press("Enter")
    page.locator(STATE, has_text="Not saved").wait_for()


def of_kind(document: bytes, kind: str) -> list[Json]:
    return [e["resource"] for e in json.loads(document)["entry"] if e["resource"]["resourceType"] == kind]


def predictions(document: bytes) -> dict[str, Json]:
    found = [p for r in of_kind(document, "RiskAssessment") for p in r.get("prediction", [])]
    return {p["outcome"]["text"]: p for p in found}


def assert_same_risk(probability: float, shown: str) -> None:
    """The fraction in the file is the percentage on the page, but for the rounding of both."""
    number = shown.removesuffix("%").strip()
    digits = len(number.partition(".")[2])
    written_to = 10.0 ** (len(str(int(probability * 100))) - 3)
    assert abs(probability * 100 - float(number)) <= (10.0**-digits + written_to) / 2


@pytest.fixture(scope="module")
def desk(browser: Any) -> Iterator[Any]:
    """One window for the tests of this file; fails when the browser had to refuse anything by the content policy."""
    refused: list[str] = []
    context = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    context.set_default_timeout(HUNG_MS)
    page = unhurried(context.new_page())
    page.on("console", lambda m: refused.append(m.text) if "Content Security Policy" in m.text else None)
    yield page
    context.close()
    assert refused == []


def begin(desk: Any, address: str) -> Any:
    desk.goto(address)
    desk.get_by_role("button", name="Import", exact=True).wait_for()
    return desk


def begin_record(desk: Any, address: str) -> Any:
    """The record's page, once its values stand in the form, whose fields may be drawn after the estimates."""
    page = begin(desk, address)
    page.locator(ANSWER).first.wait_for()
    wait_for_age(page, "54")
    return page


@pytest.fixture
def page(desk: Any, app_url: str) -> Any:
    """The Patient page with an empty form."""
    return begin(desk, f"{app_url}/Patient")


@dataclass(frozen=True)
class Exported:
    """What stood on the page when it was exported, and the files by version."""

    form: dict[str, str]
    risks: dict[str, str]
    sidebar: str
    files: dict[str, bytes]


@pytest.fixture(scope="module")
def exported(desk: Any, app_url: str) -> Exported:
    """The laboratory's bundle, imported and exported in both versions."""
    page = begin(desk, f"{app_url}/Patient")
    import_file(page, as_of_today("german_lab_r4.json"))
    files = {version: download(page, version) for version in BUNDLE_CLASS}
    return Exported(filled(page), risks(page), page.get_by_test_id("stSidebar").inner_text(), files)


@pytest.fixture(scope="module")
def record_address(desk: Any, app_url: str) -> str:
    """Address of a record made of an imported bundle, labelled “Bed 77”."""
    page = begin(desk, f"{app_url}/Patient")
    import_file(page, as_of_today("synthea_like_r4.json"))
    page.get_by_role("button", name="Save", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Label, optional").fill("Bed 77")
    dialog.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(re.compile(r"\?record=[0-9a-f]{32}$"))
    return str(page.url)


def row(page: Any, name: str, table: str) -> str:
    found = (
        page.get_by_role("table", name=table).get_by_role("row").filter(has=page.get_by_role("rowheader", name=name))
    )
    return " ".join(str(found.inner_text()).split())


class TestImport:
    def test_bundle_is_shown_with_dates_units_reasons_and_unknown_codes(self, page: Any) -> None:
        upload(page, as_of_today("synthea_like_r4.json"))
        page.locator(SHOWN).get_by_text("16 fields would be filled").wait_for()
        measured = days_ago("2026-09-02")
        assert row(page, "Body mass index", "Would be filled").startswith(
            f"Body mass index 32.75 kg/m² {measured} 83 days ago 39156-5"
        )
        assert (
            row(page, "Glucose", "Not used")
            == f"Glucose 109 mg/dL {measured} Measured in whole blood and not in serum or plasma"
        )
        assert "It is older than the look-back" in row(page, "HbA1c", "Not used")
        assert (
            page.get_by_text("No field of the form is read from 2 codes: loinc.org 72514-3 Pain severity").count() == 1
        )
        assert filled(page).keys().isdisjoint({"Age, years", "Sex"})

    def test_form_is_filled_in_the_reported_units_and_undo_brings_the_former_one_back(self, page: Any) -> None:
        type_age(page, "40")
        before = filled(page)
        import_file(page, as_of_today("german_lab_r4.json"))
        after = filled(page)
        assert after["Age, years"] == "68"
        assert after["Total cholesterol, mmol/L"] == "5.9"
        assert after["HbA1c, mmol/mol"] == "42"
        assert after["Creatinine, µmol/L"] == "88"
        assert after["Told: high blood pressure"] == "yes"
        assert "Told: angina" not in after
        assert len(risks(page)) == 2  # HbA1c answers the two of sugar
        page.get_by_role("button", name="Undo", exact=True).click()
        wait_for_age(page, "40")
        until(lambda: filled(page) == before)  # field after field is drawn
        page.locator(ANSWER).first.wait_for(state="detached")

    @pytest.mark.parametrize(("data", "reason"), REFUSED.values(), ids=REFUSED)
    def test_file_that_cannot_be_read_says_why_and_leaves_the_form(self, page: Any, data: bytes, reason: str) -> None:
        type_age(page, "61")
        before = filled(page)
        upload(page, data)
        told = page.locator(f"{POPOVER} [data-testid='stAlert']")
        told.wait_for()
        assert re.fullmatch(f"Not read. .*{reason}.* The form is unchanged.", told.inner_text())
        assert page.get_by_role("button", name="Fill the form").count() == 0
        assert page.get_by_test_id("stException").count() == 0
        assert filled(page) == before

    def test_open_record_is_asked_about_before_it_is_filled(self, desk: Any, record_address: str) -> None:
        page = begin_record(desk, record_address)
        before = filled(page)
        upload(page, as_of_today("german_lab_r4.json"))
        press_fill(page)
        dialog = page.get_by_role("dialog", name="Whose values are these?")
        dialog.get_by_text("Sex: female in the record, male in the import.").wait_for()
        assert dialog.get_by_text("Age: 54 years in the record, 68 years in the import.").count() == 1
        assert filled(page) == before

    def test_question_whose_values_they_are_can_be_answered(self, desk: Any, record_address: str) -> None:
        page = begin_record(desk, record_address)
        upload(page, as_of_today("german_lab_r4.json"))
        press_fill(page)
        dialog = page.get_by_role("dialog", name="Whose values are these?")
        dialog.get_by_role("button", name="fill this visit").click()
        dialog.wait_for(state="detached")
        wait_for_age(page, "68")

    def test_narrow_window_holds_the_popover_and_its_button(self, open_page: Callable[..., Any]) -> None:
        page = open_page("/Patient", width=400, height=800, theme="dark")
        upload(page, as_of_today("german_lab_r4.json"))
        page.locator(SHOWN).wait_for()
        box = page.locator(POPOVER).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 400
        for place in (page.locator(SHOWN), page.get_by_test_id("stMain")):
            assert place.evaluate("e => e.scrollWidth <= e.clientWidth")
        press_fill(page)
        page.locator(ANSWER).first.wait_for()


def coded(system: str, code: str) -> Json:
    return {"coding": [{"system": system, "code": code, "display": MARKUP}], "text": MARKUP}


def hostile_bundle() -> bytes:
    """A valid bundle with markup in every free text."""
    about: Json = {"subject": {"reference": "Patient/p"}}
    day, measured = str(date.today() - timedelta(days=3)), {"resourceType": "Observation", "status": "final"} | about
    known = {"code": coded("http://loinc.org", "2093-3"), "valueQuantity": {"value": 200, "unit": "mg/dL"}}
    no_unit = {"code": coded("http://loinc.org", "2085-9"), "valueQuantity": {"value": 50, "unit": MARKUP}}
    unknown = {"code": coded("http://loinc.org", "99999-9"), "valueString": MARKUP}
    resources = [
        PATIENT | {"name": [{"text": MARKUP, "family": MARKUP}]},
        *(measured | {"effectiveDateTime": day} | told for told in (known, no_unit, unknown)),
        {"resourceType": "Condition", "code": coded("http://snomed.info/sct", "22298006")} | about,
    ]
    entries = [{"resource": r} for r in resources]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


class TestHostileText:
    def test_markup_of_the_sender_is_shown_as_text_and_not_kept(self, page: Any) -> None:
        upload(page, hostile_bundle(), name=f"{MARKUP}.json")
        page.locator(SHOWN).wait_for()
        assert MARKUP in row(page, "Total cholesterol", "Would be filled")
        assert f"50 {MARKUP}" in row(page, "HDL cholesterol", "Not used")
        assert page.get_by_text(f"loinc.org 99999-9 {MARKUP}").count() == 1
        assert not page.evaluate(SCRIPT_RAN)
        press_fill(page)
        page.locator(ANSWER).first.wait_for()
        assert not page.evaluate(SCRIPT_RAN)
        assert b"onerror" not in download(page, "R4")

    def test_markup_in_an_error_is_shown_as_text(self, page: Any) -> None:
        upload(page, json.dumps({"resourceType": MARKUP}).encode())
        told = page.locator(f"{POPOVER} [data-testid='stAlert']")
        told.wait_for()
        assert MARKUP in told.inner_text()
        assert not page.evaluate(SCRIPT_RAN)


@pytest.mark.parametrize("version", BUNDLE_CLASS)
class TestExport:
    def test_file_is_a_valid_bundle_with_the_risks_of_the_page(self, exported: Exported, version: str) -> None:
        document = exported.files[version]
        importlib.import_module(BUNDLE_CLASS[version]).Bundle.model_validate_json(document)
        told = predictions(document)
        assert told.keys() == exported.risks.keys()
        for outcome, shown in exported.risks.items():
            assert_same_risk(told[outcome]["probabilityDecimal"], shown)

    def test_horizon_begins_on_the_day_and_ends_as_the_outcome_says(self, exported: Exported, version: str) -> None:
        first = date.fromisoformat(of_kind(exported.files[version], "RiskAssessment")[0]["occurrenceDateTime"][:10])
        for outcome, told in predictions(exported.files[version]).items():
            years = next(n for words, n in YEARS.items() if outcome.endswith(words))
            period = told["whenPeriod"]
            assert period["start"] == str(first)
            assert int(period["end"][:4]) - first.year == years

    def test_method_names_the_models_of_the_page_and_their_versions(self, exported: Exported, version: str) -> None:
        for assessment in of_kind(exported.files[version], "RiskAssessment"):
            coding = assessment["method"]["coding"][0]
            day, _, mark = coding["version"].rpartition("-")
            assert f"{coding['code'].replace('_', '-').capitalize()} model\n{mark} · {day}" in exported.sidebar
            assert assessment["method"]["text"].endswith(f"model, version {coding['version']}")

    def test_imported_values_keep_their_dates_and_their_patient(self, exported: Exported, version: str) -> None:
        observed = {o["code"]["text"]: o for o in of_kind(exported.files[version], "Observation")}
        assert observed["Total cholesterol"]["effectiveDateTime"] == days_ago("2026-11-01")
        assert of_kind(exported.files[version], "Patient")[0]["id"] == "erfunden"

    def test_file_fills_the_same_values_again(self, page: Any, exported: Exported, version: str) -> None:
        import_file(page, exported.files[version])
        assert exported.form.items() <= filled(page).items()
        assert risks(page) == exported.risks


def test_record_is_exported_without_its_label_and_code(desk: Any, record_address: str) -> None:
    page = begin_record(desk, record_address)
    code = page.locator(".cr-whose b").inner_text()
    document = download(page, "R5")
    importlib.import_module(BUNDLE_CLASS["R5"]).Bundle.model_validate_json(document)
    for outcome, shown in risks(page).items():
        assert_same_risk(predictions(document)[outcome]["probabilityDecimal"], shown)
    record = record_address.partition("record=")[2][:32]
    assert not [secret for secret in ("Bed 77", code, record) if secret in document.decode()]
