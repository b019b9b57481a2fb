"""Read an image in a real browser: a photo, a DICOM made from a real film, refusals, a batch, both widths."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.shared_data]

RETINA, HEART = "Retina", "Heart size"


@pytest.fixture
def photo(shared: Path) -> Path:
    return shared / "images" / "idrid_grading" / "img512" / "test" / "IDRiD_013.jpg"


@pytest.fixture
def film(shared: Path) -> Path:
    return shared / "images" / "wingspan_ctr_512" / "img" / "wingspan_005.jpg"


def as_dicom(film: Path, target: Path, view: str = "PA", age: str = "054Y") -> Path:
    """A film's pixels as a DICOM file, 12 bits, inverted as MONOCHROME1, with a patient's name and age in it."""
    pixels = np.asarray(Image.open(film).convert("L")).astype(np.uint16)
    data = Dataset()
    data.SOPClassUID, data.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.1.1", generate_uid()
    data.PatientName, data.PatientID, data.Modality, data.ViewPosition = "Mustermann^Erika", "4711", "DX", view
    data.PatientAge = age
    data.Rows, data.Columns = pixels.shape
    data.PhotometricInterpretation, data.SamplesPerPixel, data.PixelRepresentation = "MONOCHROME1", 1, 0
    data.BitsAllocated, data.BitsStored, data.HighBit = 16, 12, 11
    data.PixelData = (4095 - pixels * 16).astype("<u2").tobytes()
    data["PixelData"].VR = "OW"
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.save_as(target, enforce_file_format=True)
    return target


def choose(page, *paths: Path) -> None:
    uploader = page.locator('[data-testid="stFileUploaderDropzoneInput"]')
    until(lambda: uploader.count() == 1)  # that of the model chosen before goes when the page has been drawn
    uploader.set_input_files([str(path) for path in paths])


def choose_model(page, title: str) -> None:
    page.get_by_test_id("stMain").get_by_role("radio", name=re.compile(title)).click()
    page.get_by_text("Upload a PA film").wait_for()


def sideways(page) -> bool:
    """Whether the page can be scrolled to the side."""
    return page.get_by_test_id("stMain").evaluate("e => e.scrollWidth > e.clientWidth")


def test_a_photo_is_checked_read_and_explained(open_page, photo):
    page = open_page("/Image")
    choose(page, photo)
    page.locator(".cr-finding .cr-numbers b").first.wait_for()
    assert page.locator(".cr-checks li").count() >= 5
    assert page.locator(".cr-gauge .cr-threshold").count() == 2 * page.locator(".cr-finding").count() >= 4
    assert page.locator(".cr-grades tbody tr").count() == 5
    page.locator("img[alt*='with its evidence']").wait_for()
    page.get_by_text("places speaking for it").first.wait_for()


def test_main_answer_is_in_view_without_scrolling(open_page, photo):
    page = open_page("/Image")
    choose(page, photo)
    box = page.locator(".cr-finding").first.bounding_box()
    assert box["y"] + box["height"] < 900
    page.locator("img[alt*='with its evidence']").wait_for()
    assert page.locator("img[alt*='with its evidence']").bounding_box()["y"] < 600


def test_occlusion_is_drawn_on_request(open_page, photo):
    page = open_page("/Image")
    choose(page, photo)
    page.get_by_text("places speaking for it").first.wait_for()
    page.get_by_text("Hidden parts", exact=True).click()
    page.get_by_text(re.compile("Matters most when hidden:|No part by itself")).wait_for()


def test_sample_is_read_at_one_click(open_page):
    page = open_page("/Image")
    page.get_by_role("button", name="Try a sample").click()
    page.locator(".cr-finding .cr-numbers b").first.wait_for()
    assert page.get_by_text("Sample picture").is_visible()


def test_a_photo_of_another_camera_is_ranked_among_the_test_photos(open_page):
    page = open_page("/Image")
    page.get_by_role("button", name="Try a sample").click()
    numbers = page.locator(".cr-finding .cr-numbers")
    numbers.first.wait_for()
    assert all("test photos" in words for words in numbers.all_inner_texts())
    assert page.get_by_text("Not calibrated for this camera: a rank, not a probability.").first.is_visible()
    assert page.locator(".cr-grades").count() == 0
    assert page.locator(".cr-finding .cr-threshold").count() == 0


@pytest.mark.parametrize("name", ["IDRiD_013.jpg", "IDRiD_035.jpg", "IDRiD_080.jpg"])
def test_the_sentence_agrees_with_number_and_thresholds(open_page, photo, name):
    page = open_page("/Image")
    choose(page, photo.with_name(name))
    page.locator(".cr-finding .cr-numbers b").first.wait_for()
    for finding in page.locator(".cr-finding").all():
        told, words = finding.locator(".cr-gauge").get_attribute("aria-label"), finding.inner_text()
        number = int(re.search(r"(\d+) %", told).group(1))
        screening, confirmation = (int(n) for n in re.findall(r"threshold for \w+ (\d+) %", told))
        if "At or above the confirmation threshold" in words:
            assert number >= confirmation
        elif "Between the thresholds" in words:
            assert screening <= number <= confirmation
        else:
            assert "Below the screening threshold" in words
            assert number <= screening
        assert "of 100 test photos with it" in words


def test_a_dicom_film_is_measured_and_its_patient_is_never_shown(open_page, film, tmp_path):
    page = open_page("/Image")
    choose_model(page, HEART)
    choose(page, as_dicom(film, tmp_path / "film.dcm"))
    page.locator(".cr-finding .cr-numbers b").first.wait_for()
    assert float(page.locator(".cr-finding .cr-numbers b").first.inner_text()) == pytest.approx(0.6, abs=0.05)
    page.locator("img[alt*='The heart is']").wait_for()
    assert page.get_by_text("DICOM DX PA, 512 × 512 pixels").is_visible()
    content = page.content()
    assert "Mustermann" not in content
    assert "4711" not in content


@pytest.mark.parametrize("case", ["film for the retina", "photo for the heart", "film taken from the front", "text"])
def test_what_cannot_be_read_is_refused_calmly(open_page, photo, film, tmp_path, case):
    page = open_page("/Image")
    text = tmp_path / "letter.png"
    text.write_text("Dear colleague, " * 50)
    file, heart = {
        "film for the retina": (film, False),
        "photo for the heart": (photo, True),
        "film taken from the front": (as_dicom(film, tmp_path / "ap.dcm", "AP"), True),
        "text": (text, False),
    }[case]
    if heart:
        choose_model(page, HEART)
    choose(page, file)
    page.get_by_role("heading", name="No reading of this picture").wait_for()
    assert page.locator(".cr-failed").count() >= 1
    if case != "text":
        page.locator("img[alt^='The refused picture']").wait_for()
    assert page.locator(".cr-finding").count() == 0
    assert page.get_by_test_id("stAlert").count() == 0


def test_a_batch_is_read_and_downloaded(open_page, photo, film, tmp_path):
    formula = tmp_path / "=cmd.jpg"
    formula.write_bytes(photo.read_bytes())
    page = open_page("/Image")
    choose(page, photo, film, formula)
    page.get_by_text("3 checked = 2 with a reading + 1 refused").wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the results").click()
    target = tmp_path / "results.csv"
    download.value.save_as(target)
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["file"] for row in rows] == [photo.name, film.name, "'=cmd.jpg"]
    assert [bool(row["refused"]) for row in rows] == [False, True, False]
    assert 0 <= float(rows[0]["referable"]) <= 1
    assert rows[1]["referable"] == ""


def test_results_survive_a_visit_to_another_page(open_page, photo):
    page = open_page("/Image")
    choose(page, photo)
    page.get_by_text("places speaking for it").first.wait_for()
    page.get_by_test_id("stSidebar").get_by_role("link", name="Home").click()
    page.get_by_text("Models in use").wait_for()
    page.get_by_test_id("stSidebar").get_by_role("link", name="Read an image").click()
    page.get_by_text("places speaking for it").first.wait_for()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1440])
def test_nothing_is_wider_than_the_window(open_page, photo, film, width, theme):
    page = open_page("/Image", width=width, theme=theme)
    assert not sideways(page)
    choose(page, photo)
    page.get_by_text("places speaking for it").first.wait_for()
    assert not sideways(page)
    page.get_by_role("button", name="Clear").click()
    page.get_by_role("button", name="Undo clear").wait_for()
    choose(page, photo, film)
    page.get_by_text("2 checked =").wait_for()
    assert not sideways(page)
    assert page.get_by_test_id("stException").count() == 0
