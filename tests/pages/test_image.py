"""The page "Read an image" with a stand-in for the models: what the page does, not what a model says."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from threading import Event, Lock

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from riskmodels.checks.file_check import Check
from riskmodels.errors import ModelFileError
from riskmodels.imaging.findings import Question
from riskmodels.imaging.model import CLASSIFIER, HEART_SIZE
from riskmodels.imaging.reading import Loaded, read_item
from riskmodels.imaging.registry import Found
from riskmodels.imaging.results import Evidence, Finding, HeartSize, Line, Picture, Rates, Reading, Share
from riskmodels.imaging.targets import Target
from tests.imaging.lesions.drawn import Drawing, draw
from tests.waiting import run_until, until
from ui.image.models import in_order
from ui.image.picture import CANDIDATES, EVIDENCE, HIDDEN
from ui.text import plain

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ""
CHECKS = ""
REFUSAL = "This picture has no colour: it is no photo of the retina. Upload a photo of the back of the eye."
LIMIT = "Trained on <few> pictures."


class StandIn:
    """Reads any coloured picture and refuses grey ones; the other way round when it measures hearts.

    Args:
        kind: of model.
        seconds: that a reading takes.
    """

    def __init__(self, kind: str = CLASSIFIER, seconds: float = 0.0) -> None:
        self.kind, self.seconds, self.card = kind, seconds, found_model(kind).card
        self.reads = self.maps = self.hidden = 0

    def read(self, picture: Picture) -> Reading:
        self.reads += 1
        time.sleep(self.seconds)
        grey = bool((np.ptp(picture.pixels.astype(int), axis=2) < 3).all())
        if grey == (self.kind == CLASSIFIER):
            return Reading((*picture.checks, Check("Colour", False, REFUSAL)), refused=REFUSAL)
        checks = (*picture.checks, Check("Colour", True, "As it should be."))
        if self.kind == HEART_SIZE:
            return Reading(checks, heart_size=heart_size(picture))
        return Reading(checks, findings=findings(float(picture.pixels.mean()) / 255), scale=SCALE)

    def evidence(self, picture: Picture, finding: str) -> Evidence:
        self.maps += 1
        places = np.zeros((4, 4))
        places[0, 3], places[3, 0] = 2.0, -0.5
        on_picture = np.kron(places, np.ones([side // 4 for side in picture.pixels.shape[:2]]))
        return Evidence(places, -1.0, on_picture.astype(np.float32))

    def occlusion(self, picture: Picture, finding: str, progress=None) -> np.ndarray:
        self.hidden += 1
        for step in range(1, 5):
            progress(step / 4)
        heat = np.zeros(picture.pixels.shape[:2], dtype=np.float32)
        heat[-heat.shape[0] // 4 :, -heat.shape[1] // 4 :] = 1
        return heat


SCALE = tuple(Share(label, share) for label, share in (("None", 0.2), ("Mild", 0.3), ("Severe", 0.5)))


def findings(probability: float) -> tuple[Finding, ...]:
    return (
        Finding("referable", "Referable retinopathy", probability, 0.0, 1.0, 0.3, "See an ophthalmologist."),
        Finding("any", "Any retinopathy", 0.81, 0.7, 0.93, 0.5, "There are signs of it."),
    )


def asked(probability: float) -> Finding:
    """A finding between two thresholds, as a question words it."""
    question = Question("a", "A", "t", 1, 0.3, "It looks like it.", "It does not look like it.", 0.8, 0.5)
    told = {name: Rates((0.95, 0.9, 0.98), (0.7, 0.6, 0.8)) for name in ("screening", "confirmation")}
    members = np.full((2, 1), np.log(probability / (1 - probability)))
    return question.find(Target("t", ("no", "yes"), ordered=True), members, told)


def ranked() -> Finding:
    """A finding of a picture from another camera."""
    question = Question("a", "A", "t", 1, 0.3, "There.", "Not there.")
    quantiles = np.linspace(-3, 3, 101).tolist()
    return question.ranked(Target("t", ("no", "yes"), ordered=True), np.full((2, 1), 2.5), quantiles)


def heart_size(picture: Picture) -> HeartSize:
    height, width = picture.pixels.shape[:2]
    mask = np.zeros((height, width), dtype=bool)
    mask[height // 3 : -height // 3, width // 3 : -width // 3] = True
    heart, chest = Line(height / 2, width / 3, 2 * width / 3), Line(height / 2, width / 10, 9 * width / 10)
    return HeartSize(0.54, 0.5, 0.58, 0.5, heart, chest, mask, ~mask, "On a PA film this is called enlarged.")


def found_model(kind: str = CLASSIFIER) -> Found:
    name = "retina" if kind == CLASSIFIER else "heart_size"
    card = {
        "name": name,
        "title": f"Stand-in {name}",
        "kind": kind,
        "version": "2026-11-24-0123abcd",
        "created": "2026-11-24",
        "about": "Reads a picture for a test.",
        "limits": [LIMIT],
        "sample": SAMPLE,
        "checks": CHECKS,
    }
    return Found(Path("/nowhere") / name, card)


def loaded(kind: str = CLASSIFIER, seconds: float = 0.0) -> Loaded:
    return Loaded(StandIn(kind, seconds), found_model(kind), Lock())


def photo(side: int = 300, red: int = 180, seed: int = 0) -> bytes:
    """A PNG in colour: red, with a little noise."""
    noise = np.random.default_rng(seed).integers(0, 30, (side, side, 3))
    return png((noise + np.array([red, 60, 20])).astype(np.uint8))


def film(side: int = 300) -> bytes:
    """A grey PNG."""
    grey = np.random.default_rng(1).integers(0, 255, (side, side, 1)).astype(np.uint8)
    return png(np.repeat(grey, 3, axis=2))


def png(pixels: np.ndarray) -> bytes:
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, StandIn]]:
    """The stand-ins in place of the models on disk, by kind."""
    made = {kind: StandIn(kind) for kind in (CLASSIFIER, HEART_SIZE)}

    def find_models() -> dict[str, Found]:
        return {f.card["name"]: f for f in map(found_model, made)}

    monkeypatch.setattr("riskmodels.imaging.registry.find_models", find_models)
    monkeypatch.setattr("ui.image.models.find_models", find_models)
    monkeypatch.setattr(Found, "load", lambda found, device=None: made[found.kind])
    st.cache_resource.clear()
    yield made
    st.cache_resource.clear()


@pytest.fixture
def page(models: dict[str, StandIn]) -> AppTest:
    return open_page()


def open_page() -> AppTest:
    app = AppTest.from_file(str(ROOT / "home.py"), default_timeout=300)
    return app.switch_page("pages/3_Image.py").run()


def upload(page: AppTest, *files: bytes, names: tuple[str, ...] = ()) -> AppTest:
    """Choose files, and wait until they have been read."""
    labels = names or tuple(f"picture{i}.png" for i in range(1, len(files) + 1))
    page.file_uploader[0].set_value([(n, f, "image/png") for n, f in zip(labels, files, strict=True)]).run()
    return settle(page)


def settle(page: AppTest) -> AppTest:
    return run_until(page, lambda: "image.cancel" not in keys(page))


def keys(page: AppTest) -> set[str | None]:
    return {button.key for button in page.button}


def html_of(page: AppTest) -> str:
    bodies = [element.proto.body for element in page.get("html")]
    return "\n".join(body for body in bodies if not body.startswith("<style>"))


def captions(page: AppTest) -> str:
    return "\n".join(element.value for element in page.caption)


def pictures(page: AppTest) -> list[str]:
    """Alternative texts of the pictures shown."""
    return [image.alt for element in page.get("image") for image in element.proto.imgs]


def table(page: AppTest):
    return page.dataframe[0].value


def choose(page: AppTest, model: str) -> AppTest:
    page.session_state["image.model"] = model
    return page.run()


class TestEmpty:
    def test_page_says_what_the_model_reads_and_its_limits(self, page):
        assert not page.exception
        assert page.title[0].value == "Read an image"
        assert plain("Reads a picture for a test.") in captions(page)
        assert "Trained on &lt;few&gt; pictures." in html_of(page)

    def test_nothing_is_loaded_before_a_picture_comes(self, models, monkeypatch):
        def load(found, device=None):
            raise AssertionError("must not be loaded")

        monkeypatch.setattr(Found, "load", load)
        assert not open_page().exception

    def test_there_is_no_button_for_a_sample_that_does_not_exist(self, page):
        assert keys(page) == set()

    def test_heart_size_explains_what_to_upload(self, page):
        assert "Upload a PA film of an adult" in captions(choose(page, "heart_size"))

    def test_sidebar_names_the_models_of_this_page_alone(self, page):
        named = "\n".join(caption.value for caption in page.sidebar.caption)
        assert "Stand-in retina  \n0123abcd · 2026-11-24" in named
        assert "Population model" not in named

    def test_without_any_model_the_page_says_what_to_do(self, models, monkeypatch):
        monkeypatch.setattr("riskmodels.imaging.registry.find_models", dict)
        assert "make train-imaging" in open_page().error[0].value

    def test_a_damaged_model_is_named_with_what_to_do(self, page, monkeypatch):
        def load(found, device=None):
            raise ModelFileError("The weights are not those on its card.", hint="Restore the folder.")

        monkeypatch.setattr(Found, "load", load)
        upload(page, photo())
        assert "The weights are not those on its card. Restore the folder." in page.error[0].value
        assert "Stand\\-in retina" in page.error[0].value


class TestOne:
    def test_every_finding_has_number_interval_threshold_and_words(self, page):
        shown = html_of(upload(page, photo()))
        assert "<b>81 %</b> 70–93 %" in shown
        assert "81 %, interval 70–93 %, threshold for screening 50 %" in shown
        assert "There are signs of it. At or above the screening threshold of 50\xa0%." in shown

    def test_a_probability_below_its_threshold_says_so(self, page):
        assert "Below the screening threshold of 30\xa0%" in html_of(upload(page, photo(red=20)))

    @pytest.mark.parametrize(
        ("probability", "sentence", "verdict"),
        [
            (0.1, "It does not look like it.", "Below the screening threshold of 30\xa0%"),
            (0.5, "Neither clearly there nor clearly absent.", "Between the thresholds for screening, 30\xa0%"),
            (0.9, "It looks like it.", "At or above the confirmation threshold of 80\xa0%"),
        ],
    )
    def test_the_sentence_follows_the_number(self, page, monkeypatch, probability, sentence, verdict):
        monkeypatch.setitem(globals(), "findings", lambda _: (asked(probability),))
        shown = html_of(upload(page, photo()))
        assert f"{sentence} " in shown
        assert verdict in shown
        assert "of 100 test photos with it, 95 (90–98) reach this threshold" in shown

    def test_a_picture_of_another_camera_is_ranked(self, page, monkeypatch):
        monkeypatch.setitem(globals(), "findings", lambda _: (ranked(),))
        monkeypatch.setitem(globals(), "SCALE", ())
        shown = html_of(upload(page, photo()))
        assert "<b>Highest 10 %</b> of test photos" in shown
        assert "Not calibrated for this camera" in shown
        assert "These are log-odds, not calibrated for this camera." in captions(page)
        assert "together log-odds" not in captions(page)
        assert "cr-grades" not in shown

    def test_checks_come_before_any_number(self, page):
        shown = html_of(upload(page, photo()))
        assert 0 < shown.index("Colour") < shown.index("81 %")

    def test_classes_stand_as_a_scale(self, page):
        shown = html_of(upload(page, photo()))
        assert "most likely: severe" in shown
        assert shown.count('<th scope="row">') >= 3

    def test_evidence_is_told_in_words_that_add_up_and_by_area(self, page):
        upload(page, photo())
        assert (
            "Referable retinopathy: places speaking for it add +2.00, those against −0.50, the rest of the model "
            "−1.00: together log-odds +0.50 = 62 %."
        ) in captions(page)
        assert "for it upper right, against it lower left" in captions(page)
        assert "Log-odds that each area" in html_of(page)
        assert "upper right" in pictures(page)[0]

    def test_opacity_is_moved_without_evidence_anew(self, page, models):
        upload(page, photo())
        page.slider(key="image.opacity").set_value(0).run()
        assert models[CLASSIFIER].maps == 1
        assert models[CLASSIFIER].reads == 1

    def test_another_finding_has_its_own_evidence(self, page, models):
        upload(page, photo())
        page.selectbox(key="image.finding").set_value("any").run()
        assert "Any retinopathy: places" in captions(page)
        assert models[CLASSIFIER].maps == 2

    def test_evidence_begins_with_what_reaches_its_threshold(self, page):
        upload(page, photo(red=20))
        assert "Any retinopathy: places" in captions(page)

    def test_occlusion_is_computed_on_request_and_once(self, page, models):
        upload(page, photo())
        assert models[CLASSIFIER].hidden == 0
        for method in (HIDDEN, EVIDENCE, HIDDEN):
            page.segmented_control(key="image.method").set_value(method).run()
            assert ("Matters most when hidden: lower right" in captions(page)) == (method == HIDDEN)
        assert models[CLASSIFIER].hidden == 1

    def test_a_model_of_other_pictures_has_no_lesion_candidates(self, page):
        upload(page, photo())
        assert list(page.segmented_control(key="image.method").options) == [EVIDENCE, HIDDEN]
        assert "Location and severity" not in html_of(page)

    def test_evidence_that_fails_leaves_picture_and_reading(self, page, models, monkeypatch, caplog):
        def evidence(picture, finding):
            raise RuntimeError("red 180")

        monkeypatch.setattr(models[CLASSIFIER], "evidence", evidence)
        upload(page, photo())
        assert "The program failed at the evidence of this picture" in captions(page)
        assert len(pictures(page)) == 1
        assert "81 %" in html_of(page)
        assert "180" not in caplog.text

    def test_name_of_a_file_is_shown_as_text(self, page):
        upload(page, photo(), names=("![x](http://evil.example/a.png).png",))
        assert any(r"\!\[x\]\(http\:" in element.value for element in page.markdown)

    def test_heart_is_measured_and_drawn(self, page):
        upload(choose(page, "heart_size"), film(), names=("film.png",))
        shown = html_of(page)
        assert "<b>0.54</b> 0.50–0.58" in shown
        assert "Above the threshold of 0.50." in shown
        assert "The heart is 100 pixels wide, the chest 240: ratio 0.54." in captions(page)

    def test_the_film_can_be_seen_without_drawing(self, page):
        upload(choose(page, "heart_size"), film())
        page.segmented_control(key="image.view").set_value("Film alone").run()
        assert pictures(page) == ["The film without a drawing"]

    def test_sample_of_the_model_is_read(self, models, monkeypatch, tmp_path):
        (tmp_path / "sample.png").write_bytes(photo())
        monkeypatch.setattr("ui.image.upload.SAMPLES", tmp_path)
        monkeypatch.setitem(globals(), "SAMPLE", "sample.png")
        page = open_page()
        page.button(key="image.sample").click().run()
        assert "Sample picture" in page.markdown[0].value
        assert "81 %" in html_of(page)

    def test_model_with_a_sample_stands_first(self):
        plain, sampled = found_model(), found_model(HEART_SIZE)
        sampled.card["sample"] = "sample.png"
        assert in_order({"plain": plain, "sampled": sampled}) == ["sampled", "plain"]

    def test_a_sample_outside_its_folder_is_not_offered(self, models, monkeypatch):
        monkeypatch.setitem(globals(), "SAMPLE", "../../LICENSE")
        assert "image.sample" not in keys(open_page())


class TestLesions:
    @pytest.fixture
    def page(self, models, monkeypatch) -> AppTest:
        monkeypatch.setitem(globals(), "CHECKS", "retina")
        return open_page()

    def test_candidates_are_outlined_on_request_and_told_by_quadrant(self, page):
        upload(page, png(draw()))
        assert "Location and severity" in html_of(page)
        assert "Left eye, by the side on which the disc lies." in html_of(page)
        page.segmented_control(key="image.method").set_value(CANDIDATES).run()
        assert "Outlined: 3 bright candidates and 3 dark candidates." in captions(page)
        assert "no diagnosis" in pictures(page)[0]
        assert "B bright" in html_of(page)

    def test_a_photo_without_any_says_so_and_what_was_not_located(self, page):
        upload(page, png(draw(Drawing(exudates=(), bleedings=(), disc=False, macula=False))))
        assert "No candidates found" in html_of(page)
        assert "The optic disc was not located surely" in html_of(page)

    def test_a_search_that_fails_leaves_picture_and_reading(self, page, monkeypatch):
        def find_lesions(pixels):
            raise ValueError("4711")

        monkeypatch.setattr("ui.image.maps.find_lesions", find_lesions)
        upload(page, photo())
        assert "Location and severity cannot be told" in captions(page)
        assert "places speaking for it" in captions(page)


class TestRefused:
    def test_refusal_is_no_error_and_shows_the_picture_and_what_to_do(self, page):
        upload(page, film())
        assert not page.error
        assert "No reading of this picture" in html_of(page)
        assert html_of(page).count("it is no photo of the retina. Upload a photo") == 1
        assert "%" not in html_of(page)
        assert pictures(page)[0].startswith("The refused picture, small")

    def test_failed_check_is_marked(self, page):
        shown = html_of(upload(page, film()))
        assert 'Colour<span class="sr-only"> (not passed)</span>' in shown
        assert 'Format<span class="sr-only"> (passed)</span>' in shown

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"", "empty"),
            (b"hello, this is a letter\n" * 20, "text file"),
            (photo()[:2000], "damaged"),
            (photo(side=60), "too small"),
            (bytes(40_000_001), "40 MB"),
            (b"%PDF-1.7 ....", "PDF"),
        ],
    )
    def test_file_that_is_no_picture_is_refused_in_words(self, page, data, words):
        upload(page, data, names=("photo.png",))
        assert not page.exception
        assert words in html_of(page)
        assert "No reading of this picture" in html_of(page)
        assert pictures(page) == []

    def test_dicom_without_pixels_is_refused(self, page):
        upload(page, dicom_without_pixels(), names=("film.dcm",))
        assert "No reading of this picture" in html_of(page)
        assert "pixel" in html_of(page)
        assert "Nobody" not in html_of(page)

    def test_a_program_error_is_told_without_details(self, page, models, monkeypatch, caplog):
        def read(picture):
            raise ValueError("patient 4711")

        monkeypatch.setattr(models[CLASSIFIER], "read", read)
        upload(page, photo(), names=("meier.png",))
        assert "The program failed at this picture" in html_of(page)
        assert "ValueError" in caplog.text
        assert "4711" not in caplog.text
        assert "meier" not in caplog.text


def dicom_without_pixels() -> bytes:
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, generate_uid

    data = Dataset()
    data.SOPClassUID, data.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.1.1", generate_uid()
    data.PatientName, data.Modality, data.Rows, data.Columns = "Nobody^Anna", "DX", 300, 300
    data.PhotometricInterpretation, data.SamplesPerPixel, data.PixelRepresentation = "MONOCHROME2", 1, 0
    data.BitsAllocated, data.BitsStored, data.HighBit = 16, 12, 11
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    buffer = BytesIO()
    data.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


class TestBatch:
    MIX = (photo(seed=1), film(), b"no picture at all", photo(red=20, seed=2))

    def test_counts_add_up(self, page):
        upload(page, *self.MIX)
        line = page.markdown[0].value
        assert "**4** checked = **2** with a reading + **2** refused" in line
        assert "**1** reach the main finding's threshold" in line

    def test_table_has_a_row_a_file_with_result_or_reason(self, page):
        shown = table(upload(page, *self.MIX))
        assert list(shown["No."]) == [1, 2, 3, 4]
        assert list(shown["Threshold"]) == ["screening reached", "", "", "not reached"]
        assert [bool(reason) for reason in shown["Note"]] == [False, True, True, False]

    def test_one_of_them_is_seen_in_full(self, page):
        upload(page, *self.MIX)
        assert "81 %" in html_of(page)
        page.selectbox(key="image.chosen").set_value(2).run()
        assert "No reading of this picture" in html_of(page)
        page.selectbox(key="image.chosen").set_value(4).run()
        assert "Below the screening threshold of 30\xa0%" in html_of(page)
        assert "places speaking for it" in captions(page)

    def test_no_more_than_a_hundred_are_read(self, page):
        files = [b"x%d" % i for i in range(103)]
        upload(page, *files)
        assert len(table(page)) == 100
        assert "**3** above the limit of 100 left out" in page.markdown[0].value

    def test_a_picture_more_reads_only_that_one(self, page, models):
        upload(page, *self.MIX[:2])
        before = models[CLASSIFIER].reads
        upload(page, *self.MIX[:2], photo(seed=7))
        assert models[CLASSIFIER].reads == before + 1

    def test_stopped_batch_keeps_what_was_read(self, page, models, monkeypatch):
        gate, real = Event(), models[CLASSIFIER].read

        def read(picture):
            if models[CLASSIFIER].reads:
                gate.wait(20)
            return real(picture)

        monkeypatch.setattr(models[CLASSIFIER], "read", read)
        page.file_uploader[0].set_value([(f"{i}.png", photo(seed=i), "image/png") for i in range(4)]).run()
        until(lambda: models[CLASSIFIER].reads == 1)
        page.run()
        page.button(key="image.cancel").click().run()
        gate.set()
        assert "stopped: **3** not looked at" in page.markdown[0].value
        assert len(table(page)) == 1

    def test_results_are_kept_when_the_page_is_left(self, page, models):
        upload(page, *self.MIX)
        reads = models[CLASSIFIER].reads
        page.switch_page("home.py").run()
        page.switch_page("pages/3_Image.py").run()
        assert len(table(page)) == 4
        assert models[CLASSIFIER].reads == reads
        assert "places speaking for it" in captions(page)

    def test_a_picture_whose_file_is_gone_keeps_its_reading(self, page):
        upload(page, *self.MIX)
        page.switch_page("home.py").run()
        page.switch_page("pages/3_Image.py").run()
        page.selectbox(key="image.chosen").set_value(4).run()
        assert "Upload this one again" in captions(page)
        assert "Below the screening threshold of 30\xa0%" in html_of(page)

    def test_another_model_reads_the_files_itself(self, page):
        upload(page, *self.MIX)
        settle(choose(page, "heart_size"))
        assert [bool(reason) for reason in table(page)["Note"]] == [True, False, True, True]

    def test_masks_are_not_kept(self, page):
        upload(choose(page, "heart_size"), film(), photo())
        kept = page.session_state["image.batches"]["heart_size@2026-11-24-0123abcd"].items[0]
        assert kept.reading.heart_size.heart_mask.size == 0


class TestClear:
    def test_clear_forgets_everything_and_undo_brings_it_back(self, page):
        upload(page, photo())
        page.button(key="image.clear").click().run()
        assert "81 %" not in html_of(page)
        assert "image.clear" not in keys(page)
        page.button(key="image.undo_clear").click().run()
        assert "81 %" in html_of(page)
        assert "places speaking for it" in captions(page)

    def test_what_was_cleared_is_gone_once_another_picture_was_read(self, page):
        upload(page, photo())
        page.button(key="image.clear").click().run()
        upload(page, photo(red=20))
        page.button(key="image.clear").click().run()
        page.button(key="image.undo_clear").click().run()
        assert "Below the screening threshold of 30\xa0%" in html_of(page)


class TestKept:
    def test_an_item_takes_little_room(self):
        item, shown = read_item(1, "film.png", film(side=1500), loaded(HEART_SIZE))
        assert len(item.thumbnail) < 20_000
        assert shown is not None
        assert max(shown.pixels.shape) <= 1024

    def test_two_sessions_share_no_picture(self, models):
        first, second = upload(open_page(), photo()), open_page()
        assert "81 %" in html_of(first)
        assert "81 %" not in html_of(second)


def test_patient_page_imports_no_image_model_and_no_reader_of_images():
    script = (
        "import sys; from streamlit.testing.v1 import AppTest\n"
        "app = AppTest.from_file('home.py', default_timeout=300).run()\n"
        "app.switch_page('pages/1_Patient.py').run(); assert not app.exception\n"
        "heavy = ('pydicom', 'efficientnet', 'riskmodels.imaging.', 'riskmodels.interop.dicom')\n"
        "print(sorted(m for m in sys.modules if m.startswith(heavy)))"
    )
    environment = os.environ | {"PYTHONWARNINGS": "ignore"}
    ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert ran.stdout.strip().splitlines()[-1] == "[]"
