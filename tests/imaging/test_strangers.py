"""Pictures of another kind are refused; those of the trained kind are not, however few they were."""

import numpy as np
import pytest
import skimage.data
import torch
from PIL import Image

from riskmodels import SAMPLES
from riskmodels.imaging.backbone import pretrained
from riskmodels.imaging.classifier import ImageClassifier
from riskmodels.imaging.own import OwnTask, train_own
from riskmodels.imaging.results import Picture
from riskmodels.imaging.strangers import ANSWERS, BLOCKS, FILE, Strangers, learn_strangers, look, read_kinds
from riskmodels.imaging.training import ImageConfig

CONFIG = ImageConfig(side=64, frozen_blocks=14, epochs=1, members=2)


def part_of_a_retina(seed, hazy):
    """A part of the open sample photo in a light of its own; a cataract in front of it takes its contrast."""
    rng = np.random.default_rng(seed)
    with Image.open(SAMPLES / "healthy_retina.jpg") as photo:
        left, top = rng.integers(0, 250, 2)
        part = photo.crop((left, top, left + 1100, top + 1100)).rotate(float(rng.uniform(-20, 20))).resize((300, 300))
    pixels = np.asarray(part) * rng.uniform(0.8, 1.2, 3)
    if hazy:
        pixels = 0.55 * pixels + rng.uniform(50, 80)
    return np.clip(pixels, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def cataract(tmp_path_factory):
    """An own model of clear and hazy photos of a retina."""
    root = tmp_path_factory.mktemp("cataract")
    for hazy, kind in enumerate(("clear", "cataract")):
        (root / kind).mkdir()
        for seed in range(15):
            Image.fromarray(part_of_a_retina(2 * seed + hazy, bool(hazy))).save(root / kind / f"{seed}.png")
    out = tmp_path_factory.mktemp("own")
    result = train_own(OwnTask("cataract", root, out, False, CONFIG, "cpu", positive="cataract"), lambda _: None)
    return ImageClassifier.load(result.folder, "cpu")


def test_a_cat_is_refused_by_a_cataract_model(cataract):
    reading = cataract.read(Picture(skimage.data.chelsea(), "PNG"))
    assert reading.refused
    assert reading.findings == ()


def test_a_cat_is_no_retina_to_the_statistics_alone(cataract):
    check = cataract.strangers.check(cataract.network.backbone, skimage.data.chelsea(), "Use a photo of a retina.")
    assert not check.passed
    assert "more like pictures of other kinds" in check.detail
    assert check.detail.endswith("Use a photo of a retina.")


@pytest.mark.parametrize("hazy", [False, True])
def test_new_pictures_of_the_kind_are_read(cataract, hazy):
    reading = cataract.read(Picture(part_of_a_retina(990 + hazy, hazy), "PNG"))
    assert reading.refused == ""
    assert reading.checks[-1].name == "Of the trained kind"


def test_a_cat_is_not_among_the_kinds_that_are_shipped():
    from riskmodels.shipping.strangers import PACKAGED

    assert not [name for pictures in PACKAGED.values() for _, name in pictures if "chelsea" in name]


def test_statistics_are_of_the_backbone_that_is_in_use():
    """Whoever changes stem, blocks or the square must write them again: python -m riskmodels imaging strangers."""
    first = read_kinds()["photos of people and things"][0]
    np.testing.assert_allclose(look(pretrained(BLOCKS), skimage.data.astronaut())[0], first, rtol=0.01, atol=0.01)


def test_a_model_that_was_trained_has_the_same_first_blocks(cataract):
    photo = part_of_a_retina(5, False)
    torch.testing.assert_close(
        look(cataract.network.backbone, photo), look(pretrained(BLOCKS), photo), rtol=0.02, atol=0.1
    )


def test_file_is_tiny_and_holds_numbers_only():
    assert FILE.stat().st_size < 50_000
    for name, rows in read_kinds().items():
        assert rows.shape[1] == ANSWERS, name
        assert np.isfinite(rows).all(), name


def test_own_pictures_of_a_shipped_kind_are_not_strangers_to_themselves():
    kinds = read_kinds()
    found, refused = learn_strangers(kinds["chest films"], kinds)
    assert "chest films" not in refused
    assert min(refused.values()) >= 0.9
    assert (found.score(torch.as_tensor(kinds["chest films"])) >= found.limit).all()


def test_where_kinds_cannot_be_told_apart_own_pictures_are_kept():
    rng = np.random.default_rng(0)
    kinds = {name: rng.normal(size=(40, 6)) + (name == "c") * 0.5 for name in "abc"}
    kinds |= {name: rng.normal(size=(40, 6)) + far for name, far in (("far", 30), ("farther", -40))}
    own = rng.normal(size=(60, 6))
    found, refused = learn_strangers(own, kinds)
    assert "a" not in refused
    assert (found.score(torch.as_tensor(rng.normal(size=(200, 6)))) >= found.limit).float().mean() >= 0.97


def test_file_round_trip(cataract):
    again = Strangers.from_tensors(cataract.strangers.tensors())
    looked = torch.as_tensor(read_kinds()["surfaces"])
    torch.testing.assert_close(again.score(looked), cataract.strangers.score(looked))
    assert Strangers.from_tensors({}) is None
