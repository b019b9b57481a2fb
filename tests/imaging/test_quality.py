"""Cheap checks: pictures of the right kind pass, other kinds and spoilt pictures are named for what they are."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom.data import get_testdata_file
from scipy import ndimage

from riskmodels import SAMPLES
from riskmodels.imaging.chest_quality import chest_checks
from riskmodels.imaging.picture import open_picture
from riskmodels.imaging.results import Picture, Pixels
from riskmodels.imaging.retina_quality import retina_checks
from riskmodels.imaging.sample import FILE

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


def scanned(pixels: Pixels, side: int, noise: float, quality: int) -> Pixels:
    """A film as a scanner of another size, with noise, would store it as JPEG."""
    larger = np.asarray(Image.fromarray(pixels[..., 0]).resize((side, side), Image.Resampling.BICUBIC), dtype=float)
    grainy = (larger + np.random.default_rng(0).normal(0, noise, larger.shape)).clip(0, 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(grainy).save(buffer, "JPEG", quality=quality)
    with Image.open(buffer) as image:
        return np.array(image.convert("RGB"))


@pytest.fixture(scope="module")
def retina() -> Pixels:
    return load(SAMPLES / FILE)


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

    @pytest.mark.parametrize(("side", "noise", "quality"), [(600, 0, 75), (1024, 0, 60), (1024, 8, 75), (512, 5, 30)])
    def test_films_of_other_scanners_are_not_blurred(
        self, films: list[Pixels], side: int, noise: float, quality: int
    ) -> None:
        assert not any("Sharpness" in failed(chest_checks, scanned(p, side, noise, quality)) for p in films[::6])

    @pytest.mark.parametrize("side", [600, 1400])
    def test_blurred_films_of_other_sizes_fail(self, films: list[Pixels], side: int) -> None:
        assert all("Sharpness" in failed(chest_checks, scanned(blurred(p), side, 0, 75)) for p in films[::6])

    def test_black_borders_change_no_check(self, films: list[Pixels]) -> None:
        film = films[0]
        framed = np.pad(film, ((150, 50), (300, 200), (0, 0)))
        plain, with_borders = ({c.name: c for c in chest_checks(Picture(p, "PNG"))} for p in (film, framed))
        assert {name: c.passed for name, c in plain.items()} == {name: c.passed for name, c in with_borders.items()}
        assert plain["Sharpness"].detail == with_borders["Sharpness"].detail
        assert "without its black borders" in with_borders["Size of the film"].detail

    def test_film_whose_borders_hide_its_small_size_is_too_small(self, films: list[Pixels]) -> None:
        small = np.asarray(Image.fromarray(films[0]).resize((400, 400)))
        assert "Size of the film" in failed(chest_checks, np.pad(small, ((200, 200), (200, 200), (0, 0))))


class TestFilmsOfPydicom:
    """RG1 is a PA film of a chest, RG3 a leg; there is no RG2. They are in pydicom-data."""

    @pytest.fixture(params=["RG1_UNCR.dcm", "RG3_UNCR.dcm"])
    def film(self, request: pytest.FixtureRequest) -> Pixels:
        path = get_testdata_file(request.param, download=False)
        assert path is not None, "pydicom-data is not installed"
        return open_picture(Path(str(path)).read_bytes()).pixels

    def test_is_sharp(self, film: Pixels) -> None:
        assert "Sharpness" not in failed(chest_checks, film)

    @pytest.mark.parametrize("sigma", [3, 4])
    def test_is_not_when_blurred(self, film: Pixels, sigma: float) -> None:
        spread = sigma * max(film.shape) / 512
        plane = ndimage.gaussian_filter(film[..., 0], spread)
        assert "Sharpness" in failed(chest_checks, np.repeat(plane[..., None], 3, axis=2))
