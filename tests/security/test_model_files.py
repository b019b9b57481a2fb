"""Model folders that want to run code, claim anything, or lead elsewhere. Reading weights never executes them."""

from __future__ import annotations

import hashlib
import json
import pickle
import struct
from pathlib import Path
from typing import Any

import pytest
import torch

from riskmodels.errors import ModelFileError
from riskmodels.imaging import registry
from riskmodels.model_files import CARD, WEIGHTS, read_model, write_model

FORMAT, HINT = 1, "Train it again."


class Runs:
    """Unpickling it makes a file."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.marker,)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A whole model."""
    write_model(tmp_path / "model", {"w": torch.ones(3)}, {"created": "2026-11-24"}, FORMAT)
    return tmp_path / "model"


def replace_weights(folder: Path, data: bytes) -> None:
    """Other weights, and a card that vouches for them."""
    (folder / WEIGHTS).write_bytes(data)
    card = json.loads((folder / CARD).read_text())
    card["weights_sha256"] = hashlib.sha256(data).hexdigest()
    (folder / CARD).write_text(json.dumps(card))


def safetensors(header: Any, body: bytes = b"\0" * 12, length: int | None = None) -> bytes:
    text = json.dumps(header).encode() if not isinstance(header, bytes) else header
    return struct.pack("<Q", len(text) if length is None else length) + text + body


def tensor(shape: list[int], offsets: list[int], kind: str = "F32") -> dict[str, Any]:
    return {"w": {"dtype": kind, "shape": shape, "data_offsets": offsets}}


LYING = {
    "header longer than the file": safetensors(tensor([3], [0, 12]), length=2**62),
    "header of no length": safetensors(tensor([3], [0, 12]), length=0),
    "header that is no JSON": safetensors(b"\x80\x04not json"),
    "offsets beyond the end": safetensors(tensor([3], [0, 2**40])),
    "offsets that run backwards": safetensors(tensor([3], [12, 0])),
    "shape larger than its bytes": safetensors(tensor([2**31, 2**31], [0, 12])),
    "shape that overflows": safetensors(tensor([2**63, 4], [0, 12])),
    "negative shape": safetensors(tensor([-3], [0, 12])),
    "kind that is none": safetensors(tensor([3], [0, 12], "OBJECT")),
    "header nested a hundred thousand deep": safetensors(b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    "no bytes": b"",
}


class TestPickles:
    @pytest.mark.parametrize("protocol", [0, 2, 5])
    def test_pickle_in_the_place_of_the_weights_is_refused_and_not_run(self, folder: Path, protocol: int) -> None:
        marker = folder / "ran"
        replace_weights(folder, pickle.dumps(Runs(marker), protocol))
        with pytest.raises(ModelFileError):
            read_model(folder, FORMAT, HINT)
        assert not marker.exists()

    def test_torch_archive_in_the_place_of_the_weights_is_refused_and_not_run(self, folder: Path) -> None:
        marker = folder / "ran"
        torch.save(Runs(marker), folder / "other.pt")
        replace_weights(folder, (folder / "other.pt").read_bytes())
        with pytest.raises(ModelFileError):
            read_model(folder, FORMAT, HINT)
        assert not marker.exists()

    @pytest.mark.parametrize("name", ["model.pt", "pytorch_model.bin", "model.pkl", "model.joblib", "model.npz"])
    def test_other_file_in_the_folder_is_not_opened(self, folder: Path, name: str) -> None:
        marker = folder / "ran"
        (folder / name).write_bytes(pickle.dumps(Runs(marker)))
        tensors, _ = read_model(folder, FORMAT, HINT)
        assert list(tensors) == ["w"]
        assert not marker.exists()

    @pytest.mark.parametrize("name", ["model.pt", "pytorch_model.bin", "model.pkl"])
    def test_folder_with_nothing_else_is_no_model(self, tmp_path: Path, name: str) -> None:
        (tmp_path / name).write_bytes(pickle.dumps(Runs(tmp_path / "ran")))
        (tmp_path / CARD).write_text('{"format": 1}')
        with pytest.raises(ModelFileError, match="no model"):
            read_model(tmp_path, FORMAT, HINT)
        assert not (tmp_path / "ran").exists()

    def test_shipped_folders_hold_weights_cards_and_tables_only(self) -> None:
        data = Path(__file__).resolve().parents[2] / "data"
        found = {path.suffix for part in ("models", "image_models") for path in (data / part).rglob("*.*")}
        assert found <= {".safetensors", ".json", ".md", ".csv"}


class TestLies:
    @pytest.mark.parametrize("name", LYING)
    def test_weights_that_claim_what_they_do_not_hold_are_refused(self, folder: Path, name: str) -> None:
        replace_weights(folder, LYING[name])
        with pytest.raises(ModelFileError) as caught:
            read_model(folder, FORMAT, HINT)
        assert caught.value.hint == HINT

    def test_weights_that_are_not_those_of_the_card_are_refused(self, folder: Path) -> None:
        (folder / WEIGHTS).write_bytes(safetensors(tensor([3], [0, 12]), b"\1" * 12))
        with pytest.raises(ModelFileError, match="not those on its card"):
            read_model(folder, FORMAT, HINT)

    @pytest.mark.parametrize("card", ["[" * 100_000, "[]", "null", '"text"', "{", "", "NaN"])
    def test_card_that_is_none_is_refused(self, folder: Path, card: str) -> None:
        (folder / CARD).write_text(card)
        with pytest.raises(ModelFileError):
            read_model(folder, FORMAT, HINT)

    def test_card_of_any_size_is_not_read(self, folder: Path) -> None:
        with (folder / CARD).open("wb") as file:
            file.truncate(2**34)
        with pytest.raises(ModelFileError, match="too large"):
            read_model(folder, FORMAT, HINT)


class TestPlaces:
    def test_image_model_is_offered_by_its_card_but_read_from_its_own_folder(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        card = json.loads((folder / CARD).read_text())
        (folder / CARD).write_text(json.dumps(card | {"name": "../../etc", "title": "x", "kind": "classifier"}))
        monkeypatch.setenv(registry.FOLDERS_VARIABLE, str(folder.parent))
        assert registry.find_models()["../../etc"].folder == folder
