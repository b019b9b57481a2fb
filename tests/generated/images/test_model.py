"""The generator's folder: written and read again, refused when damaged, and the shipped one."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from riskmodels import ROOT
from riskmodels.errors import InputError, ModelFileError
from riskmodels.generated.images.examples import CARD, SHEET, THUMBNAIL, Examples
from riskmodels.generated.images.model import SHIPPED, RetinaGenerator
from riskmodels.runtime.hashes import file_hash
from tests.generated.images.discs import untrained


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    written = tmp_path_factory.mktemp("generator")
    untrained().save(written)
    return written


def test_what_is_read_draws_as_what_was_written(folder: Path) -> None:
    made, again = untrained().sample(1, 3, seed=4), RetinaGenerator.load(folder).sample(1, 3, seed=4)
    assert made.shape == (3, 16, 16, 3)
    # kernels are kept in half precision
    assert np.abs(made.astype(int) - again.astype(int)).mean() < 1


def test_the_first_pictures_of_a_seed_are_the_same_whatever_the_number(folder: Path) -> None:
    generator = RetinaGenerator.load(folder)
    assert np.array_equal(generator.sample(2, 2, seed=1), generator.sample(2, 4, seed=1)[:2])
    assert not np.array_equal(generator.sample(2, 2, seed=1), generator.sample(2, 2, seed=2))
    assert generator.sample(0, 0, seed=1).shape == (0, 16, 16, 3)
    assert generator.strip(1, 5).shape == (5, 16, 16, 3)


def test_there_is_no_sixth_grade(folder: Path) -> None:
    with pytest.raises(InputError, match="no grade 5"):
        RetinaGenerator.load(folder).sample(5, 1, seed=1)


@pytest.mark.parametrize("damage", ["weights", "card", "shape", "gone"])
def test_a_damaged_folder_is_refused(tmp_path: Path, damage: str) -> None:
    untrained().save(tmp_path)
    weights, card = tmp_path / "model.safetensors", tmp_path / "card.json"
    if damage == "weights":
        weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    elif damage == "card":
        card.write_text(card.read_text().replace("discs", "eyes"))
    elif damage == "shape":
        said = json.loads(card.read_text())
        said["network"]["synthesis"]["latent"] = 999
        del said["card_sha256"]
        card.write_text(json.dumps(said))
    else:
        weights.unlink()
    with pytest.raises(ModelFileError):
        RetinaGenerator.load(tmp_path)


def test_examples_are_read_as_they_were_written_and_refused_when_damaged(tmp_path: Path) -> None:
    shipped = Examples.load()
    shipped.save(tmp_path)
    again = Examples.load(tmp_path)
    assert again.rows == shipped.rows
    assert np.array_equal(again.thumbnails, shipped.thumbnails)
    (tmp_path / SHEET).write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(ModelFileError, match="examples"):
        Examples.load(tmp_path)


class TestShipped:
    def test_it_draws_a_photo_of_each_grade(self) -> None:
        generator = RetinaGenerator.load()
        made = np.concatenate([generator.sample(grade, 1, seed=1) for grade in range(5)])
        assert made.shape == (5, 128, 128, 3)
        # a field of red that is lighter than blue, as in every photo of a retina
        assert (made[..., 0].mean((1, 2)) > made[..., 2].mean((1, 2)) + 10).all()

    def test_it_is_small_and_its_figures_and_examples_are_of_these_weights(self) -> None:
        assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 20_000_000
        version = RetinaGenerator.load().version
        figures = json.loads((ROOT / "data" / "reference" / "generated_images.json").read_text())
        assert figures["version"] == Examples.load().version == version
        assert version in (ROOT / "docs" / "generated_images.md").read_text()

    def test_the_control_that_gives_photos_back_was_flagged(self) -> None:
        figures = json.loads((ROOT / "data" / "reference" / "generated_images.json").read_text())
        assert figures["control"]["share"] == 1

    def test_small_copies_of_real_photos_are_the_few_of_their_card(self) -> None:
        examples = Examples.load()
        assert examples.thumbnails.shape == (len(examples.rows), THUMBNAIL, THUMBNAIL, 3)
        assert {row.photo.split("/")[0] for row in examples.rows} == {"train"}
        card = (SHIPPED / CARD).read_text()
        assert file_hash(SHIPPED / SHEET) in card
        assert "CC BY 4.0" in card
