"""Cheap checks: pictures of the right kind pass, other kinds and spoilt pictures are named for what they are."""

from __future__ import annotations

import csv
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from riskmodels.imaging.quality import chest_checks, retina_checks
from riskmodels.imaging.results import Picture, Pixels
from riskmodels.imaging.sample import FILE, FOLDER

Checks = Callable[[Picture], tuple]


def load(path: Path) -> Pixels:
    with Image.open(path) as image:
        return np.array(image.convert("RGB"))


def failed(checks: Checks, pixels: Pixels, **said: str) -> list[str]:
    return [c.name for c in checks(Picture(pixels, "DICOM" if said else "PNG", **said)) if not c.passed]


def blurred(pixels: Pixels) -> Pixels:
    return ndimage.gaussian_filter(pixels, (4, 4, 0))


def dark(pixels: Pixels) -> Pixels:
    return (pixels * 0.15).astype(np.uint8)


def overexposed(pixels: Pixels) -> Pixels:
    return np.clip(pixels * 4.0, 0, 255).astype(np.uint8)


def grey(pixels: Pixels) -> Pixels:
    return np.repeat(pixels[..., 1:2], 3, axis=2)


@pytest.fixture(scope="module")
def retina() -> Pixels:
    return load(FOLDER / FILE)


@pytest.fixture(scope="module")
def small(retina: Pixels) -> Pixels:
    return np.asarray(Image.fromarray(retina).resize((512, 512), Image.Resampling.BOX))


@pytest.fixture(scope="module")
def photos(shared: Path) -> list[Pixels]:
    folder = shared / "images" / "idrid_grading"
    rows = csv.DictReader((folder / "labels_split.csv").read_text().splitlines())
    return [load(folder / "img512" / row["file"]) for row in rows if row["split"] == "val"]


@pytest.fixture(scope="module")
def films(shared: Path) -> list[Pixels]:
    folder = shared / "images" / "wingspan_ctr_512"
    rows = csv.DictReader((folder / "labels_split.csv").read_text().splitlines())
    return [load(folder / "img" / f"{row['id']}.jpg") for row in rows if row["split"] == "val"]


class TestSampleRetina:
    def test_passes(self, retina: Pixels) -> None:
        assert failed(retina_checks, retina) == []

    def test_passes_inside_a_wide_dark_surround(self, retina: Pixels) -> None:
        assert failed(retina_checks, np.pad(retina, ((300, 300), (900, 900), (0, 0)))) == []

    def test_passes_with_its_lower_edge_cut(self, retina: Pixels) -> None:
        assert failed(retina_checks, retina[:1270]) == []

    @pytest.mark.parametrize(
        ("spoil", "check"), [(blurred, "Sharpness"), (dark, "Brightness"), (overexposed, "Brightness")]
    )
    def test_spoilt_is_named(self, small: Pixels, spoil: Callable[[Pixels], Pixels], check: str) -> None:
        assert check in failed(retina_checks, spoil(small))

    def test_grey_is_no_colour_photo(self, small: Pixels) -> None:
        assert failed(retina_checks, grey(small)) == ["Colours of a retina"]

    def test_middle_alone_has_no_round_field(self, retina: Pixels) -> None:
        assert "Round field" in failed(retina_checks, retina[400:1000, 400:1000])

    @pytest.mark.parametrize("change", [np.asarray, grey])
    def test_is_no_chest_film(self, small: Pixels, change: Callable[[Pixels], Pixels]) -> None:
        assert "Frontal chest" in failed(chest_checks, change(small))

    def test_a_refusal_says_what_is_wrong_and_what_to_do_before_value_and_limit(self, small: Pixels) -> None:
        sharp = {c.name: c for c in retina_checks(Picture(blurred(small), "PNG"))}["Sharpness"]
        assert sharp.detail.startswith("The photo is blurred. Take it again. Sharpness ")
        assert sharp.detail.endswith(" of at least 100.")

    def test_names_and_order_are_always_the_same(self, small: Pixels) -> None:
        expected = ["Colours of a retina", "Round field", "Brightness", "Contrast", "Sharpness"]
        for pixels in (small, np.zeros((300, 300, 3), np.uint8)):
            assert [c.name for c in retina_checks(Picture(pixels, "PNG"))] == expected


class TestDicomWords:
    def test_x_ray_is_refused_by_the_retina_model(self, small: Pixels) -> None:
        assert failed(retina_checks, small, modality="DX") == ["Kind of file"]
        assert failed(retina_checks, small, modality="OP") == []

    def test_retinal_dicom_is_refused_by_the_chest_model(self, small: Pixels) -> None:
        assert "Kind of file" in failed(chest_checks, small, modality="OP")

    @pytest.mark.parametrize(("view", "refused"), [("PA", False), ("AP", False), ("LL", True), ("RL", True)])
    def test_lateral_view_is_refused(self, small: Pixels, view: str, refused: bool) -> None:
        assert ("View" in failed(chest_checks, small, modality="DX", view=view)) is refused


@pytest.mark.parametrize("checks", [retina_checks, chest_checks])
@pytest.mark.parametrize(
    "name", "astronaut coffee chelsea camera coins rocket page text clock_motion moon phantom horse ihc logo".split()
)
def test_pictures_of_other_things_fail(name: str, checks: Checks) -> None:
    pytest.importorskip("skimage")
    kind = "jpg" if name == "rocket" else "png"
    path = Path(str(metadata.distribution("scikit-image").locate_file(f"skimage/data/{name}.{kind}")))
    assert failed(checks, load(path)) != []


@pytest.mark.parametrize("checks", [retina_checks, chest_checks])
@pytest.mark.parametrize("shade", [0, 90, 255])
@pytest.mark.parametrize("shape", [(300, 300, 3), (200, 4000, 3)])
def test_empty_picture_fails_without_a_warning(checks: Checks, shade: int, shape: tuple[int, ...]) -> None:
    assert {"Contrast", "Sharpness"} <= set(failed(checks, np.full(shape, shade, np.uint8)))


@pytest.mark.shared_data
class TestValidationPictures:
    def test_photos_pass(self, photos: list[Pixels]) -> None:
        assert np.mean([failed(retina_checks, p) == [] for p in photos]) >= 0.99

    def test_films_pass(self, films: list[Pixels]) -> None:
        assert np.mean([failed(chest_checks, p) == [] for p in films]) >= 0.99

    @pytest.mark.parametrize(
        ("spoil", "check"), [(blurred, "Sharpness"), (dark, "Brightness"), (overexposed, "Brightness")]
    )
    def test_spoilt_photos_fail(self, photos: list[Pixels], spoil: Callable[[Pixels], Pixels], check: str) -> None:
        assert all(check in failed(retina_checks, spoil(p)) for p in photos[::4])

    @pytest.mark.parametrize(
        ("spoil", "check"), [(blurred, "Sharpness"), (dark, "Brightness"), (overexposed, "Brightness")]
    )
    def test_spoilt_films_fail(self, films: list[Pixels], spoil: Callable[[Pixels], Pixels], check: str) -> None:
        assert all(check in failed(chest_checks, spoil(p)) for p in films[::2])

    def test_photos_are_no_films(self, photos: list[Pixels]) -> None:
        assert all("Frontal chest" in failed(chest_checks, grey(p)) for p in photos[::4])

    def test_films_are_no_photos(self, films: list[Pixels]) -> None:
        assert all("Colours of a retina" in failed(retina_checks, p) for p in films[::2])

    @pytest.mark.parametrize("change", [lambda p: 255 - p, lambda p: np.rot90(p).copy()], ids=["inverted", "turned"])
    def test_inverted_and_turned_films_fail(self, films: list[Pixels], change: Callable[[Pixels], Pixels]) -> None:
        assert all("Frontal chest" in failed(chest_checks, change(p)) for p in films[::2])
