"""Heart size: widths, checks, what the shipped model says of films and of other pictures, and its reasons."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw, ImageFont
from skimage import data as other_pictures

from riskmodels.errors import ModelFileError
from riskmodels.imaging.frame import Frame, whole_frame
from riskmodels.imaging.heart_checks import (
    age_check,
    learn_ranges,
    learn_side,
    plausibility_checks,
    side_check,
    view_check,
)
from riskmodels.imaging.heart_data import FOLDER, film_pixels, load_films, read_mask
from riskmodels.imaging.heart_film import HEART, LEFT_LUNG, RIGHT_LUNG, dice, film_square, outline, over_picture, widest
from riskmodels.imaging.heart_size import HeartSizeModel, sentence
from riskmodels.imaging.registry import SHIPPED, find_models
from riskmodels.imaging.results import Picture
from riskmodels.model_files.folder import WEIGHTS
from riskmodels.shipping.heart_size import Judged, evaluation, judge, ratio_error

FILM = "wingspan_165"


@pytest.fixture(scope="module")
def model():
    return HeartSizeModel.load(SHIPPED / "heart_size", "cpu")


@pytest.fixture(scope="module")
def film(shared):
    return Picture(film_pixels(shared / FOLDER, FILM), "JPEG", adult=True)


@pytest.fixture(scope="module")
def size(model, film):
    return model.read(film).heart_size


def written(word):
    """A grey film with a word in its corner."""
    image = Image.new("RGB", (1000, 1000), (70, 70, 70))
    ImageDraw.Draw(image).text((40, 40), word, fill=(255, 255, 255), font=ImageFont.load_default(36))
    return np.asarray(image)


def ellipse(side, x, y, a, b):
    """Share of each pixel that an ellipse covers: (side, side) float32."""
    fine = (np.arange(side * 8) + 0.5) / 8
    inside = ((fine[None] - x) / a) ** 2 + ((fine[:, None] - y) / b) ** 2 <= 1
    return inside.reshape(side, 8, side, 8).mean((1, 3)).astype(np.float32)


def chest(side=128, lungs=(30.0, 98.0), heart=64.0):
    """Probability maps of a made-up chest."""
    maps = np.zeros((3, side, side), np.float32)
    maps[RIGHT_LUNG] = ellipse(side, lungs[0], 60, 20, 40)
    maps[LEFT_LUNG] = ellipse(side, lungs[1], 60, 18, 40)
    maps[HEART] = ellipse(side, heart, 80, 22, 20)
    return maps


class TestWidths:
    @pytest.mark.parametrize(("x", "a"), [(64.0, 20.0), (64.3, 20.25), (50.8, 33.6)])
    def test_width_of_a_drawn_ellipse_is_twice_its_half_axis(self, x, a):
        line = widest(ellipse(128, x, 60.5, a, 30))
        assert line.width == pytest.approx(2 * a, abs=0.7)
        assert (line.x0 + line.x1) / 2 == pytest.approx(x, abs=0.3)
        assert line.y == pytest.approx(60.5, abs=5)  # the side of an ellipse is nearly upright over some rows

    def test_whole_pixels_are_measured_between_their_outer_borders(self):
        bar = np.zeros((8, 8), np.float32)
        bar[4, 3:6] = 1
        line = widest(bar)
        assert (line.x0, line.x1, line.y) == (3.0, 6.0, 4.5)

    def test_structure_at_the_border_ends_there(self):
        line = widest(np.ones((8, 8), np.float32))
        assert (line.x0, line.x1) == (0.0, 8.0)

    def test_ratio_is_heart_by_the_span_of_both_lungs(self):
        assert outline(chest()).ratio == pytest.approx(44 / 106, abs=0.01)

    def test_stray_spot_does_not_widen_the_heart(self):
        spotted = chest()
        spotted[HEART, 20:24, 4:8] = 1
        assert outline(spotted).ratio == outline(chest()).ratio

    def test_ratio_of_nothing_is_unknown(self):
        assert np.isnan(outline(np.zeros((3, 32, 32), np.float32)).ratio)

    @pytest.mark.parametrize(("width", "height"), [(512, 256), (256, 512)])
    def test_lines_are_in_the_pixels_of_a_picture_that_is_not_square(self, width, height):
        picture = np.zeros((height, width, 3), np.uint8)
        frame = whole_frame(picture)
        maps = np.zeros((3, 128, 128), np.float32)
        maps[HEART, 60:70, 50:74] = 1
        maps[RIGHT_LUNG, 60:70, 40:50], maps[LEFT_LUNG, 60:70, 74:84] = 1, 1
        heart, lungs = outline(maps).to_picture(frame)
        left, top = (512 - width) / 2, (512 - height) / 2
        assert (heart.x0, heart.x1) == (50 * 4 - left, 74 * 4 - left)
        assert (lungs.x0, lungs.x1) == (40 * 4 - left, 84 * 4 - left)
        assert 60 * 4 - top <= heart.y <= 70 * 4 - top

    def test_film_lies_in_the_middle_of_its_square_and_is_stretched(self):
        rising = np.tile(np.linspace(100, 140, 200).astype(np.uint8)[None, :, None], (100, 1, 3))
        square = film_square(rising, 64)
        assert square.shape == (64, 64)
        assert (square[:16].max(), square[48:].max()) == (0, 0)
        assert (square[32].min(), square[32].max()) == (0, 255)

    def test_lines_and_masks_of_a_film_with_borders_are_in_the_whole_pictures_pixels(self):
        frame = Frame(100, 40, 356, 296, 500, 320)
        maps = np.zeros((3, 128, 128), np.float32)
        maps[HEART, 60:70, 50:74] = 1
        maps[RIGHT_LUNG, 60:70, 40:50], maps[LEFT_LUNG, 60:70, 74:84] = 1, 1
        heart, lungs = outline(maps).to_picture(frame)
        assert (heart.x0, heart.x1) == (100 + 50 * 2, 100 + 74 * 2)
        assert (lungs.x0, lungs.x1) == (100 + 40 * 2, 100 + 84 * 2)
        assert 40 + 60 * 2 <= heart.y <= 40 + 70 * 2
        over = over_picture(maps[HEART], frame)
        assert over.shape == (320, 500)
        assert np.flatnonzero(over.any(axis=0))[[0, -1]] == pytest.approx([200, 247], abs=1)
        assert np.flatnonzero(over.any(axis=1))[[0, -1]] == pytest.approx([160, 179], abs=1)


class TestChecks:
    RANGES = learn_ranges([chest() >= 0.5, chest(heart=66.0) >= 0.5])

    def failed(self, maps):
        everything = (slice(0, 128), slice(0, 128))
        checks = plausibility_checks(outline(maps), everything, self.RANGES)
        return [check.name for check in checks if not check.passed]

    def test_chest_passes(self):
        assert self.failed(chest()) == []

    def test_missing_heart_is_named(self):
        maps = chest()
        maps[HEART] = 0
        assert self.failed(maps) == ["Heart and lungs"]

    def test_lung_in_two_pieces_fails(self):
        maps = chest()
        maps[LEFT_LUNG, 55:65] = 0
        assert self.failed(maps) == ["Heart and lungs"]

    def test_heart_beside_the_lungs_fails(self):
        assert self.failed(chest(heart=104.0)) == ["Sizes and places"]

    def test_lung_at_the_films_edge_is_cut(self):
        assert "Whole lungs" in self.failed(chest(lungs=(14.0, 98.0)))

    @pytest.mark.parametrize(("view", "passed"), [("PA", True), ("", True), ("AP", False), ("LL", False)])
    def test_only_a_pa_film_passes(self, view, passed):
        assert view_check(Picture(np.zeros((8, 8, 3), np.uint8), "DICOM", view=view)).passed is passed

    def test_word_on_a_film_of_unsaid_view_refuses_it(self):
        check = view_check(Picture(written("PORTABLE"), "PNG"))
        assert not check.passed
        assert "“PORTABLE” seems to be written on the film" in check.detail

    def test_view_in_the_file_comes_before_a_word_on_the_film(self):
        check = view_check(Picture(written("AP"), "DICOM", view="PA"))
        assert check.passed
        assert "“AP” seems to be written on it" in check.detail

    @pytest.mark.parametrize(
        ("age", "adult", "passed"),
        [
            (18, None, True),
            (17, None, False),
            (17, True, False),
            (54, False, False),
            (0, True, False),
            (None, True, True),
            (None, False, False),
            (None, None, False),
        ],
    )
    def test_only_an_adult_passes_and_nobody_is_presumed_to_be_one(self, age, adult, passed):
        assert age_check(Picture(np.zeros((8, 8, 3), np.uint8), "PNG", age=age, adult=adult)).passed is passed

    def test_unanswered_age_says_what_to_do(self):
        assert "Answer the question of age" in age_check(Picture(np.zeros((8, 8, 3), np.uint8), "PNG")).detail

    def test_mirrored_film_fails(self):
        assert side_check(0.8).passed
        assert not side_check(-0.8).passed
        assert "seems to be mirrored" in side_check(-0.8).detail

    def test_side_is_learnt_from_films_and_their_mirror_images(self):
        films, mirrored = torch.randn(2, 50, 6, generator=torch.Generator().manual_seed(0))
        films[:, 2], mirrored[:, 2] = films[:, 2] + 4, mirrored[:, 2] - 4
        direction = learn_side(films, mirrored)
        assert direction.abs().argmax() == 2
        assert ((films - mirrored) @ direction).mean() == pytest.approx(1, abs=1e-4)


class TestSentence:
    def test_says_share_and_limit(self):
        assert sentence(0.58, 0.55, 0.61) == (
            "The heart takes 58 % of the chest's width (cardiothoracic ratio). On a PA film of an adult, more than "
            "0.50 counts as enlarged."
        )

    def test_says_when_the_interval_holds_the_limit(self):
        assert sentence(0.51, 0.48, 0.54).endswith("The interval holds 0.50, so this film does not decide it.")


class TestEvaluation:
    JUDGED = Judged(
        ("a", "b", "c", "d"),
        np.array([0.40, 0.52, 0.60, 0.45]),
        np.array([0.42, 0.49, 0.61, 0.55]),
        np.array([0.9, 0.92, 0.94, 0.96]),
        np.full(4, 0.97),
        np.array([False, False, False, True]),
    )

    def test_metrics_by_hand(self):
        card = evaluation(self.JUDGED, 0.035)
        values = {name: numbers[0] for name, numbers in card["metrics"].items()}
        assert values["heart_dice"] == pytest.approx(0.93)
        assert values["ratio_mae"] == pytest.approx(0.04)
        assert values["ratio_bias"] == pytest.approx(-0.025)
        assert (values["accuracy"], values["sensitivity"], values["specificity"]) == (0.5, 0.5, 0.5)
        assert values["interval_coverage"] == 0.75
        assert card["test"]["right_at_threshold"] == 2
        assert card["test"]["refused_by_checks"] == 1

    def test_interval_takes_the_conformal_rank(self):
        errors = np.arange(1, 27) / 1000
        judged = Judged(("",) * 26, errors, np.zeros(26), errors, errors, errors > 1)
        assert ratio_error(judged) == 0.025

    def test_ratio_that_could_not_be_taken_is_the_largest_error(self):
        errors = np.arange(1, 27) / 1000
        errors[0] = np.nan
        judged = Judged(("",) * 26, errors, np.zeros(26), errors, errors, errors > 1)
        assert ratio_error(judged) == 0.026

    def test_dice_by_hand(self):
        one, other = np.zeros((2, 4), bool), np.zeros((2, 4), bool)
        one[0, :2], other[0, 1:] = True, True
        assert dice(one, other) == pytest.approx(2 / 5)


@pytest.mark.shared_data
class TestShippedModel:
    def test_is_found_and_loads(self):
        assert isinstance(find_models()["heart_size"].load("cpu"), HeartSizeModel)

    def test_card_holds_the_targets(self, model):
        metrics = model.card["metrics"]
        assert metrics["heart_dice"][0] >= 0.94
        assert metrics["ratio_mae"][0] <= 0.017

    def test_test_films_give_the_metrics_of_the_card(self, model, shared):
        judged = judge(model, shared, "test")
        again = evaluation(judged, model.error)
        assert again["test"]["films"] == 52
        for name in ("heart_dice", "lung_dice", "ratio_mae", "ratio_bias"):
            assert again["metrics"][name][0] == pytest.approx(model.card["metrics"][name][0], abs=0.002)

    def test_reading_of_a_film_has_a_ratio_near_the_drawn_one(self, size, shared):
        heart = read_mask(shared / FOLDER, FILM)[HEART]
        assert size.ratio == pytest.approx(0.466, abs=0.02)
        assert size.low < size.ratio < size.high
        assert not size.enlarged
        assert dice(size.heart_mask, heart) > 0.94

    def test_lines_lie_on_the_masks(self, size):
        columns = np.flatnonzero(size.heart_mask.any(axis=0))
        assert size.heart.x0 == pytest.approx(columns[0], abs=2)
        assert size.heart.x1 == pytest.approx(columns[-1] + 1, abs=2)
        assert size.heart.width / size.chest.width == pytest.approx(size.ratio)

    def test_film_in_wide_black_borders_is_measured_as_without(self, model, film, size):
        framed = np.zeros((900, 1100, 3), np.uint8)
        framed[200:712, 400:912] = film.pixels
        found = model.read(replace(film, pixels=framed)).heart_size
        # the film's own first lines may be as black as the border
        assert found.ratio == pytest.approx(size.ratio, abs=0.005)
        assert found.heart.x0 == pytest.approx(size.heart.x0 + 400, abs=3)
        assert found.chest.x1 == pytest.approx(size.chest.x1 + 400, abs=3)
        assert found.heart_mask.shape == (900, 1100)
        assert dice(found.heart_mask[200:712, 400:912], size.heart_mask) > 0.98

    def test_wider_picture_gives_lines_in_its_own_pixels(self, model, film, size):
        wide = np.zeros((512, 600, 3), np.uint8)
        wide[:, 44:556] = film.pixels
        measured = model.measure(wide)
        heart, _ = measured.outline.to_picture(measured.frame)
        assert heart.x0 == pytest.approx(size.heart.x0 + 44, abs=5)
        assert heart.width == pytest.approx(size.heart.width, abs=6)
        assert measured.masks()[0].shape == (512, 600)

    def test_film_that_is_not_square_is_read(self, model, film):
        lower = np.asarray(Image.fromarray(film.pixels).resize((512, 420)))
        reading = model.read(Picture(lower, "PNG", adult=True))
        assert reading.refused == ""
        assert reading.heart_size.heart_mask.shape == (420, 512)


@pytest.mark.shared_data
class TestRefusals:
    def test_ap_film_is_refused_with_the_reason(self, model, film):
        reading = model.read(replace(film, source="DICOM", modality="DX", view="AP"))
        assert reading.heart_size is None
        assert "enlarges the heart" in reading.refused

    def test_child_is_refused_with_the_reason(self, model, film):
        reading = model.read(replace(film, source="DICOM", modality="DX", view="PA", age=9))
        assert reading.heart_size is None
        assert "9 years old" in reading.refused

    def test_film_of_unknown_age_is_not_measured(self, model, film):
        reading = model.read(replace(film, adult=None))
        assert reading.heart_size is None
        assert reading.refused.startswith("The file does not say how old the person is.")

    def test_film_below_512_pixels_is_too_small_to_measure(self, model, film):
        small = np.asarray(Image.fromarray(film.pixels).resize((500, 500)))
        assert model.read(replace(film, pixels=small)).refused.startswith("The film is too small to measure.")

    def test_pa_film_is_said_to_be_one_once(self, model, film):
        checks = model.read(replace(film, source="DICOM", modality="DX", view="PA")).checks
        assert [check.passed for check in checks if check.name == "View"] == [True]

    def test_retinal_photo_is_refused(self, model, shared):
        with Image.open(shared / "images" / "idrid_grading" / "img512" / "test" / "IDRiD_001.jpg") as image:
            photo = np.asarray(image.convert("RGB"))
        self.refused(model, photo)

    @pytest.mark.parametrize("name", ["astronaut", "camera", "coins", "moon", "page"])
    def test_picture_of_something_else_is_refused(self, model, name):
        pixels = getattr(other_pictures, name)()
        self.refused(model, pixels if pixels.ndim == 3 else np.stack([pixels] * 3, axis=-1))

    @pytest.mark.parametrize("name", ["negative", "on its side", "upside down", "mirrored", "half"])
    def test_film_shown_wrongly_is_refused(self, model, film, name):
        pixels = film.pixels
        shown = {
            "negative": 255 - pixels,
            "on its side": np.rot90(pixels),
            "upside down": np.rot90(pixels, 2),
            "mirrored": pixels[:, ::-1],
            "half": pixels[:, :280],
        }
        self.refused(model, np.ascontiguousarray(shown[name]))

    def test_no_validation_film_is_taken_for_a_mirrored_one(self, model, shared):
        films = load_films(shared, "val", model.side).films
        described, mirrored = (model._describe(f) for f in (films, films.flip(3)))
        assert bool(((described - mirrored) @ model.side_direction > 0).all())

    def refused(self, model, pixels):
        reading = model.read(Picture(pixels, "PNG", adult=True))
        assert reading.heart_size is None
        assert reading.refused
        # the features or the outlines alone would have refused it, without the checks of the picture
        assert not all(check.passed for check in model.own_checks(model.measure(pixels)))


@pytest.mark.shared_data
class TestReasons:
    def test_heatmap_lies_on_the_heart(self, model, film, size):
        heat = model.heatmap(film, "")
        assert heat.shape == (512, 512)
        assert heat[size.heart_mask].mean() > 0.9 > 0.1 > heat[~size.heart_mask].mean()

    def test_heatmap_of_the_lungs_lies_on_the_lungs(self, model, film, size):
        heat = model.heatmap(film, "lungs")
        assert heat[size.lung_mask].mean() > 0.9

    def test_heatmap_changes_when_the_weights_are_randomised(self, model, film, size):
        random = HeartSizeModel.load(SHIPPED / "heart_size", "cpu")
        torch.manual_seed(0)
        for parameter in random.networks[0].parameters():
            parameter.copy_(torch.randn_like(parameter) * 0.1)
        heat = random.heatmap(film, "")
        assert abs(np.corrcoef(heat.ravel(), model.heatmap(film, "").ravel())[0, 1]) < 0.5

    def test_occlusion_is_hottest_where_a_width_ends(self, model, film, size):
        told = []
        heat = model.occlusion(film, "", told.append)
        assert heat.shape == (512, 512)
        assert heat.max() == pytest.approx(1, abs=0.05)
        assert told == sorted(told)
        assert told[-1] == 1
        middle = heat[180:480]
        assert middle.mean() > heat[:100].mean()


class TestFiles:
    def test_model_comes_back_as_it_was_saved(self, model, tmp_path):
        model.save(tmp_path)
        again = HeartSizeModel.load(tmp_path, "cpu")
        assert (again.side, again.ranges, again.error) == (model.side, model.ranges, model.error)
        state = again.networks[0].state_dict()
        assert all(torch.equal(state[n], t) for n, t in model.networks[0].state_dict().items())

    def test_changed_weights_are_refused(self, model, tmp_path):
        model.save(tmp_path)
        weights = tmp_path / WEIGHTS
        weights.write_bytes(weights.read_bytes()[:-1] + b"x")
        with pytest.raises(ModelFileError, match="not those on its card"):
            HeartSizeModel.load(tmp_path, "cpu")
