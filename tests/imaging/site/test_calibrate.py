"""A site's calibration from photos to a kept version, and what a reading says under it."""

from __future__ import annotations

import json
from functools import lru_cache

import numpy as np
import pytest
from scipy.special import expit

from riskmodels.errors import ModelFileError, TrainingError
from riskmodels.imaging.calibration import AS_SHIPPED
from riskmodels.imaging.picture import open_picture
from riskmodels.imaging.results import Picture
from riskmodels.imaging.site.calibrate import calibrate
from riskmodels.imaging.site.photos import SitePhotos, read_labels, see_photos
from riskmodels.imaging.site.store import SiteStore
from tests.imaging.site.conftest import make_model, pixels, png

#: of other cameras
BLUISH, RED = (0.55, 1.1, 2.6), (1.45, 0.6, 0.5)
VERSION = "2026-12-01-0123abcd"


def photo(seed: int, gains: tuple[float, float, float] = (1, 1, 1)) -> Picture:
    return open_picture(png(pixels(seed, gains)))


@lru_cache
def photos_of(model, n: int, gains: tuple[float, float, float], column: str = "grade") -> SitePhotos:
    """Photos of a camera, every third one severe."""
    grades = [seed % 3 for seed in range(n)]
    values = grades if column == "grade" else [int(grade == 2) for grade in grades]
    rows = [f"file,{column}", *(f"{seed}.png,{value}" for seed, value in enumerate(values))]
    files = {f"{seed}.png": png(pixels(seed, gains)) for seed in range(n)}
    return see_photos(read_labels("\n".join(rows).encode(), model), files.get, model)


@pytest.fixture(scope="module")
def made(model):
    return calibrate(model, photos_of(model, 36, BLUISH), "Clinic A", "me")


@pytest.fixture
def store(tmp_path):
    return SiteStore(tmp_path / "sites")


def in_force(store, model):
    kept = store.in_force("made", VERSION)
    return model.for_sites([store.load("made", version.version) for version in kept])


class TestReading:
    def test_a_picture_of_another_camera_has_ranks_and_no_probability(self, model):
        reading = model.read(photo(101, BLUISH))
        assert reading.refused == ""
        assert "not calibrated for this camera" in reading.caution
        assert reading.scale == ()
        for finding in reading.findings:
            assert np.isnan(finding.probability)
            assert 0 <= finding.rank <= 1

    def test_a_picture_of_the_cameras_known_has_probabilities(self, model):
        reading = model.read(photo(100))
        assert reading.caution == ""
        assert sum(share.probability for share in reading.scale) == pytest.approx(1)
        assert all(finding.calibrated and finding.rank is None for finding in reading.findings)

    def test_after_a_sites_calibration_its_camera_has_probabilities_that_say_whose(self, model, made, store):
        store.save(made)
        reading = in_force(store, model).read(photo(101, BLUISH))
        assert reading.caution == ""
        assert reading.calibration == f"Calibrated for Clinic A on 36 photos, {made.card['created']}."
        assert len(reading.scale) == 3
        assert all(finding.calibrated for finding in reading.findings)

    def test_numbers_that_fit_the_sites_photos_stay_as_shipped_and_say_so(self, store):
        model = make_model(bias=0.5)
        made = calibrate(model, photos_of(model, 36, BLUISH), "Clinic A")
        store.save(made)
        reading, plain = in_force(store, model).read(photo(101, BLUISH)), model.read(photo(101, BLUISH))
        assert made.card["method"] == AS_SHIPPED
        assert reading.calibration.startswith("Measured for Clinic A on 36 photos")
        seen = model.see(model.square(photo(101, BLUISH))[0])
        told = [f.probability for f in reading.findings]
        shipped = expit(model.calibrated(seen.logits)["grade"].mean(1)[0])[::-1]
        assert told == pytest.approx(list(shipped))
        assert all(np.isnan(f.probability) for f in plain.findings)

    def test_other_cameras_are_read_as_before(self, model, made, store):
        store.save(made)
        sited, plain = in_force(store, model).read(photo(100)), model.read(photo(100))
        assert sited.calibration == ""
        assert (sited.findings, sited.scale) == (plain.findings, plain.scale)

    def test_what_each_place_adds_still_adds_up_to_the_probability_shown(self, model, made, store):
        store.save(made)
        sited = in_force(store, model)
        for name in ("severe", "any"):
            shown = next(f for f in sited.read(photo(101, BLUISH)).findings if f.name == name)
            told = sited.evidence(photo(101, BLUISH), name).logit
            assert told == pytest.approx(float(np.log(shown.probability / (1 - shown.probability))), abs=1e-5)

    def test_a_calibration_of_other_weights_is_not_used(self, model, made, store):
        store.save(made)
        version = store.versions("made")[0].version
        assert store.in_force("made", "2026-12-02-ffffffff") == ()
        calibration = store.load("made", version)
        model_of_tomorrow = model.with_questions(model.questions)
        model_of_tomorrow.card = model.card | {"version": "2026-12-02-ffffffff"}
        assert model_of_tomorrow.for_sites([calibration]).sites == ()


class TestMade:
    def test_card_says_for_whom_on_what_and_how_good(self, made):
        assert (made.card["site"], made.card["photos"], made.card["by"]) == ("Clinic A", 36, "me")
        assert made.card["method"] == "slope and intercept"
        assert set(made.card["report"]) == {"severe", "any"}
        assert json.dumps(made.card, allow_nan=False)

    def test_it_is_the_same_twice(self, model, made):
        again = calibrate(model, photos_of(model, 36, BLUISH), "Clinic A", "me")
        assert again.card == made.card
        assert all((again.tensors[name] == tensor).all() for name, tensor in made.tensors.items())

    def test_labels_of_one_finding_carry_the_others_thresholds_over_and_say_so(self, model):
        card = calibrate(model, photos_of(model, 36, BLUISH, "severe"), "A").card
        other = next(q for q in card["questions"] if q["name"] == "any")
        assert list(card["report"]) == ["severe"]
        assert "not measured" in other["missing"]
        assert other["prevalence"] is None

    @pytest.mark.parametrize("name", ["", "../x", "a" * 61, "<b>"])
    def test_a_name_that_cannot_be_one_is_refused(self, model, name):
        with pytest.raises(TrainingError, match="cannot be a site's name"):
            calibrate(model, None, name)  # type: ignore[arg-type]


class TestStore:
    def test_kept_and_read_again_it_is_the_same(self, made, store):
        calibration = store.load("made", store.save(made))
        assert calibration.site == "Clinic A"
        assert [calibration.slope, calibration.intercept] == made.tensors["map"].tolist()
        assert calibration.questions["severe"].to_dict() == made.card["questions"][0]

    def test_taken_back_it_is_out_of_force_and_can_be_used_again(self, made, store):
        version = store.save(made)
        store.take_back("made", version, "me")
        assert store.in_force("made", VERSION) == ()
        assert store.versions("made")[0].taken_back
        store.use_again("made", version, "me")
        assert [v.version for v in store.in_force("made", VERSION)] == [version]

    def test_a_sites_newer_version_is_in_force_until_it_is_taken_back(self, model, made, store):
        first = store.save(made)
        later = calibrate(model, photos_of(model, 33, BLUISH), "Clinic A")
        second = store.save(later)
        assert [v.version for v in store.in_force("made", VERSION)] == [second]
        store.take_back("made", second)
        assert [v.version for v in store.in_force("made", VERSION)] == [first]

    def test_two_sites_are_in_force_beside_each_other(self, model, made, store):
        store.save(made)
        store.save(calibrate(model, photos_of(model, 33, RED), "Clinic B"))
        sited = in_force(store, model)
        assert "Clinic A" in sited.read(photo(101, BLUISH)).calibration
        assert "Clinic B" in sited.read(photo(101, RED)).calibration

    def test_a_version_that_was_changed_is_refused(self, made, store):
        version = store.save(made)
        card = store.folder / "made" / version / "card.json"
        card.write_text(card.read_text(encoding="utf-8").replace("Clinic A", "Clinic B"), encoding="utf-8")
        with pytest.raises(ModelFileError, match="changed after it was written"):
            store.load("made", version)

    @pytest.mark.parametrize("name", ["../made", "none"])
    def test_there_is_no_other_version(self, store, name):
        with pytest.raises(ModelFileError):
            store.take_back("made", name)

    def test_what_was_taken_back_must_be_readable(self, made, store):
        store.save(made)
        (store.folder / "made" / "choices.json").write_text("{", encoding="utf-8")
        with pytest.raises(ModelFileError, match=r"Remove choices\.json"):
            store.in_force("made", VERSION)
