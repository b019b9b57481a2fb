"""Distinctive values planted wherever a person can put one, then looked for where they must not be.

In what the process wrote at debug level, in names of files, in what another browser sees, in addresses, and as markup.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.chromium import IDLE

pytestmark = pytest.mark.browser

SCRIPT = "<img src=x onerror=window.__run=1>"
LABEL, GLUCOSE = f"Quarkmann {SCRIPT}", "163.37"
COLUMN, CELL = f"Knurpsel{SCRIPT}", f"Schnabelwopp{SCRIPT}"
FAMILY, NUMBER, CITY = "Ypsilantis", "MRN-90817263", "Wolkenkuckucksheim"
BROKEN, EXPLODING, PICTURE, SEARCHED, TYPED = "Zwiebelfisch", "Krawallo", "Röntgenix", "Suchfix", "Adressfix"
SENSOR = "Zuckerwatt"
PLANTED = ("Quarkmann", GLUCOSE, "Knurpsel", "Schnabelwopp", FAMILY, NUMBER, CITY, BROKEN, EXPLODING, PICTURE, SEARCHED,
           TYPED, SENSOR)  # fmt: skip
OpenPage = Callable[[str], Any]
#: that a file was not read, or that something went wrong
TOLD = "[data-testid='stAlert'], [data-testid='stException'], .cr-failed, .cr-refusal"
#: a word at whose sight the server of these tests fails (conftest.py)
EXPLODE = "EXPLODE"


def choose(scope: Any, path: Path) -> None:
    uploader = scope.locator('[data-testid="stFileUploaderDropzoneInput"]').first
    uploader.wait_for(state="attached")
    uploader.set_input_files(str(path))


def enter_and_save(open_page: OpenPage) -> Any:
    """A patient from the form, saved under a label."""
    page = open_page("/Patient")
    page.get_by_role("button", name="Show an invented patient").click()
    page.locator(".cr-answer").first.wait_for()
    field = page.get_by_label("Glucose, mg/dL").first
    field.fill(GLUCOSE)
    field.press("Enter")
    page.get_by_role("button", name="Save", exact=True).first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").first.fill(LABEL)
    dialog.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/Patient?record=*")
    page.get_by_text("Quarkmann").first.wait_for()
    return page


def import_fhir(open_page: OpenPage, folder: Path) -> Any:
    """A bundle with a name, a number and an address; then one that is broken off."""
    patient = {
        "resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1961-03-17",
        "name": [{"family": FAMILY}], "identifier": [{"value": NUMBER}], "address": [{"city": CITY}],
    }  # fmt: skip
    bundle = json.dumps({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": patient}]})
    page = open_page("/Patient")
    for name, text in ((f"{FAMILY}.json", bundle), (f"{FAMILY}-2.json", bundle[:-20])):
        (folder / name).write_text(text)
        page.get_by_role("button", name="Import").first.click()
        choose(page, folder / name)
        page.get_by_role("button", name="Fill the form").or_(page.get_by_text("JSON")).first.wait_for()
        page.keyboard.press("Escape")
        page.reload()
        page.get_by_role("heading", level=1).wait_for()
    return page


def upload_cohorts(open_page: OpenPage, folder: Path) -> Any:
    """A file with planted names, columns and cells, scored; one that is damaged; one at which the app fails."""
    rows = [f"{CELL}{i},{40 + i % 30},female,{22 + i % 10},{CELL}" for i in range(50)]
    (folder / "Schnabelwopp.csv").write_text("\n".join([f"patient_id,age,sex,bmi,{COLUMN}", *rows]))
    (folder / "broken.csv").write_text(f'id,age,sex\n1,"{BROKEN}\n' + "1,2,3\n" * 20)
    (folder / "exploding.csv").write_text(f"id,age\n{EXPLODING},{EXPLODE}\n")
    page = open_page("/Cohort")
    choose(page, folder / "Schnabelwopp.csv")
    page.get_by_role("button", name="Score 50 rows").click()
    page.get_by_text("50 read =").wait_for()
    page.locator(IDLE).wait_for()
    for name in ("broken.csv", "exploding.csv"):
        other = open_page("/Cohort")
        choose(other, folder / name)
        other.get_by_text("Columns and units").or_(other.locator(TOLD)).first.wait_for()
        other.locator(IDLE).wait_for()
    return page


def upload_pictures(open_page: OpenPage, folder: Path) -> None:
    (folder / f"{PICTURE}.png").write_bytes(b"\x89PNG\r\n\x1a\n" + PICTURE.encode() * 20)
    (folder / f"{PICTURE}-2.png").write_bytes(b"\x89PNG\r\n\x1a\n" + PICTURE.encode() + EXPLODE.encode())
    for name in (f"{PICTURE}.png", f"{PICTURE}-2.png"):
        page = open_page("/Image")
        choose(page, folder / name)
        page.locator(TOLD).first.wait_for()


def upload_signal(open_page: OpenPage, folder: Path) -> None:
    path = folder / f"{SENSOR}.csv"
    path.write_text(f"time,glucose [mg/dL]\n{SENSOR},{SENSOR}\n", encoding="utf-8")
    page = open_page("/Signal")
    choose(page, path)
    page.locator(TOLD).first.wait_for()


def search(open_page: OpenPage, served: Any) -> Any:
    page = open_page("/Records")
    page.get_by_label("Code or label").fill(SEARCHED)
    page.keyboard.press("Enter")
    page.get_by_text("No record matches").wait_for()
    page.get_by_label("Code or label").fill("quark")
    page.keyboard.press("Enter")
    page.get_by_text("1 record", exact=True).wait_for()
    page.request.get(f"{served.url}/{TYPED}?label={TYPED}")
    page.request.get(f"{served.url}/media/{TYPED}.csv?title={TYPED}")
    page.request.post(f"{served.url}/_stcore/upload_file/{TYPED}/{TYPED}", data=TYPED)
    return page


@pytest.fixture(scope="module")
def visited(open_page: OpenPage, served: Any, tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """Everything above, done once; the pages that were left open."""
    folder = tmp_path_factory.mktemp("uploads")
    pages = [enter_and_save(open_page), import_fhir(open_page, folder), upload_cohorts(open_page, folder)]
    upload_pictures(open_page, folder)
    upload_signal(open_page, folder)
    return [*pages, search(open_page, served)]


def test_log_holds_none_of_what_was_planted(visited: list[Any], served: Any) -> None:
    written = served.log.read_text(encoding="utf-8", errors="replace")
    assert [word for word in PLANTED if word.casefold() in written.casefold()] == []


def test_log_tells_where_the_app_failed(visited: list[Any], served: Any) -> None:
    """Or the test above would look into an empty file."""
    lines = [json.loads(line) for line in served.log.read_text().splitlines() if line.startswith("{")]
    failed = [line for line in lines if line.get("error", "").startswith("ValueError < KeyError")]
    assert failed
    assert all("KeyError" in line["error"] and line["stack"] for line in failed)
    assert {"debug", "info"} <= {line["level"] for line in lines}


def test_lines_that_are_no_json_are_those_of_the_start(visited: list[Any], served: Any) -> None:
    lines = [line for line in served.log.read_text().splitlines() if line.strip()]
    start = re.compile(
        r"\s*(\d{4}-\d\d-\d\d [\d:.]+ (Found ASGI app|Starting|Server|.*Uvicorn)|You can now view|\w* ?URL:)"
    )
    assert [line for line in lines if not line.startswith("{") and not start.match(line)] == []


def test_names_of_files_hold_none_of_it(visited: list[Any], served: Any) -> None:
    names = " ".join(str(path.relative_to(served.data)) for path in served.data.rglob("*"))
    assert [word for word in PLANTED if word.casefold() in names.casefold()] == []


def test_addresses_hold_none_of_it(visited: list[Any]) -> None:
    addresses = " ".join(page.url for page in visited)
    assert [word for word in PLANTED if word.casefold() in addresses.casefold()] == []


def test_markup_that_was_planted_did_not_run(visited: list[Any]) -> None:
    assert [page.evaluate("window.__run") for page in visited] == [None] * len(visited)
    assert [page.locator("img[onerror]").count() for page in visited] == [0] * len(visited)


def test_label_and_column_are_shown_as_they_were_typed(visited: list[Any]) -> None:
    """Or the test above would pass because nothing was shown."""
    assert visited[0].get_by_text("<img src=x").count() > 0
    assert visited[2].get_by_text("Schnabelwopp").count() > 0


@pytest.mark.parametrize("path", ["/", "/Patient", "/Cohort", "/Image", "/Signal"])
def test_another_browser_sees_none_of_it(visited: list[Any], open_page: OpenPage, path: str) -> None:
    page = open_page(path)
    page.locator(IDLE).wait_for()
    seen = page.content()
    # the cohort's name may stand in the list of one's own jobs: without sign-in both browsers are the same person
    listed = {"Schnabelwopp"} if path == "/Cohort" else set()
    assert [word for word in PLANTED if word.casefold() in seen.casefold() and word not in listed] == []
