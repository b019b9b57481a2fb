"""``generate images``: marked files with a text beside them; what cannot be made is refused."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from riskmodels.cli.main import main
from riskmodels.errors import InputError
from riskmodels.generated.images.command import MOST, picture_files, zipped
from riskmodels.generated.images.mark import text_of
from riskmodels.generated.images.model import RetinaGenerator
from tests.generated.images.discs import untrained


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("generator")
    untrained().save(folder)
    return folder


def test_pictures_are_written_marked_with_a_text_beside_them(model: Path, tmp_path: Path) -> None:
    out = tmp_path / "pictures"
    asked = ["generate", "images", "--grade", "1", "--count", "2", "--seed", "3"]
    assert main([*asked, "--out", str(out), "--model", str(model)]) == 0
    files = sorted(path.name for path in out.iterdir())
    assert files == ["README.txt", "invented_grade1_seed3_000.png", "invented_grade1_seed3_001.png"]
    assert "number 1" in text_of((out / files[2]).read_bytes())
    beside = (out / "README.txt").read_text()
    assert "not for diagnosis" in beside
    assert "Do they help? No." in beside


def test_a_folder_that_is_there_is_not_overwritten_unasked(model: Path, tmp_path: Path, capsys) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    asked = ["generate", "images", "--grade", "0", "--count", "1", "--out", str(tmp_path), "--model", str(model)]
    assert main(asked) != 0
    assert "is there already" in capsys.readouterr().err
    assert main([*asked, "--overwrite"]) == 0
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_a_zip_holds_the_same_files_and_is_the_same_each_time(model: Path) -> None:
    generator = RetinaGenerator.load(model)
    data = zipped(generator, 4, 2, 1)
    assert data == zipped(generator, 4, 2, 1)
    with zipfile.ZipFile(BytesIO(data)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == dict(picture_files(generator, 4, 2, 1))


def test_no_more_than_can_be_made_at_once(model: Path) -> None:
    with pytest.raises(InputError, match="at once"):
        list(picture_files(RetinaGenerator.load(model), 0, MOST + 1, 1))
