"""Model folders that want to run code, claim anything, or lead elsewhere. Reading weights never executes them."""

from __future__ import annotations

import contextlib
import copy
import hashlib
import json
import pickle
import shutil
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch

from riskmodels.errors import ModelFileError
from riskmodels.imaging import model as image_model
from riskmodels.imaging import registry
from riskmodels.imaging.registry import Found
from riskmodels.model_files.folder import CARD, SEAL, WEIGHTS, read_card, read_model, seal_card, write_card, write_model
from riskmodels.shipping.selfcheck import image_checks
from riskmodels.tabular.model import RiskModel

FORMAT, HINT = 1, "Train it again."
DATA = Path(__file__).resolve().parents[2] / "data"
SHIPPED = ("models/chest_pain", "models/population", "image_models/retina", "image_models/heart_size")
PERSON = pd.DataFrame({"age": [55.0], "sex": [0.0]})
#: what a place of a card may hold that it should not
WRONG = [None, True, -1, 1e999, "7", [], {}, [[1]], {"a": 1}]
#: entries that answers are computed with
COMPUTED = ("encoding", "calibration", "support", "histograms", "config", "targets", "questions", "temperatures",
            "network", "ranges", "ratio_error_90", "name", "kind", "version", "format", "created")  # fmt: skip


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
    digest = hashlib.sha256(data).hexdigest()
    change_card(folder, weights_sha256=digest, version=f"2026-11-24-{digest[:8]}")


def change_card(folder: Path, **entries: Any) -> None:
    """Another card, sealed as if it had been written so."""
    write_card(folder, json.loads((folder / CARD).read_text()) | entries)


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

    def test_weights_that_the_version_does_not_name_are_refused(self, folder: Path) -> None:
        data = safetensors(tensor([3], [0, 12]), b"\1" * 12)
        (folder / WEIGHTS).write_bytes(data)
        change_card(folder, weights_sha256=hashlib.sha256(data).hexdigest())
        with pytest.raises(ModelFileError, match="names other weights"):
            read_model(folder, FORMAT, HINT)

    @pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
    @pytest.mark.parametrize("kind", [torch.float32, torch.float16, torch.bfloat16, torch.float64])
    def test_weights_that_are_no_numbers_are_refused(self, tmp_path: Path, value: str, kind: torch.dtype) -> None:
        table = {"w": torch.tensor([1.0, float(value)], dtype=kind), "n": torch.tensor([1])}
        write_model(tmp_path / "model", table, {"created": "2026-11-24"}, FORMAT)
        with pytest.raises(ModelFileError, match="numbers that are none"):
            read_model(tmp_path / "model", FORMAT, HINT)

    def test_card_that_was_edited_is_refused(self, folder: Path) -> None:
        path = folder / CARD
        path.write_text(path.read_text().replace("2026-11-24", "2026-11-25", 1))
        with pytest.raises(ModelFileError, match="changed after it was written"):
            read_model(folder, FORMAT, HINT)

    def test_card_of_before_there_was_a_seal_is_read_and_can_be_sealed(self, folder: Path) -> None:
        card = json.loads((folder / CARD).read_text())
        del card[SEAL]
        (folder / CARD).write_text(json.dumps(card))
        assert SEAL not in read_model(folder, FORMAT, HINT)[1]
        assert seal_card(folder) == read_model(folder, FORMAT, HINT)[1][SEAL]

    def test_card_that_was_edited_cannot_be_sealed(self, folder: Path) -> None:
        path = folder / CARD
        path.write_text(path.read_text().replace("2026-11-24", "2026-11-25", 1))
        with pytest.raises(ModelFileError, match="Take “card_sha256” out"):
            seal_card(folder)

    @pytest.mark.parametrize("name", SHIPPED)
    def test_shipped_cards_are_sealed(self, name: str) -> None:
        assert SEAL in read_card(DATA / name, HINT)

    def test_card_of_any_size_is_not_read(self, folder: Path) -> None:
        with (folder / CARD).open("wb") as file:
            file.truncate(2**34)
        with pytest.raises(ModelFileError, match="too large"):
            read_model(folder, FORMAT, HINT)


def load(folder: Path) -> Any:
    """The model of a folder, whatever its kind."""
    kind = json.loads((folder / CARD).read_text()).get("kind")
    if kind is None:
        model = RiskModel.load(folder, "cpu")
        model.predict(PERSON)
        return model
    return Found(folder, read_card(folder, HINT)).load("cpu")


def parts(value: Any, path: tuple[Any, ...] = (), depth: int = 3) -> Iterator[tuple[Any, ...]]:
    """Places within a card; of a long list the first two."""
    if path:
        yield path
    if depth:
        inside = value.items() if isinstance(value, dict) else enumerate(value[:2]) if isinstance(value, list) else ()
        for key, part in inside:
            yield from parts(part, (*path, key), depth - 1)


def replaced(card: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The card with another value in one place."""
    other = copy.deepcopy(card)
    place = other
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return other


class TestKinds:
    """A card whose entries are of another kind than they should be: a refusal in words, never another error."""

    @pytest.fixture
    def copied(self, tmp_path: Path) -> Callable[[str], Path]:
        return lambda name: Path(shutil.copytree(DATA / name, tmp_path / "model"))

    @pytest.mark.parametrize("name", [name for name in SHIPPED if "population" not in name])
    @pytest.mark.parametrize("value", WRONG, ids=repr)
    def test_any_place_of_a_card_is_refused_or_harmless(
        self, name: str, value: Any, copied: Callable[[str], Path]
    ) -> None:
        folder = copied(name)
        card = json.loads((folder / CARD).read_text())
        computed = [path for path in parts(card) if path[0] in COMPUTED]
        for path in computed[:: max(1, len(computed) // 8)]:
            write_card(folder, replaced(card, path, value))
            with contextlib.suppress(ModelFileError):
                load(folder)

    @pytest.mark.parametrize(
        ("name", "path", "value"),
        [
            ("models/chest_pain", ("calibration",), [1.0, 0.0]),
            ("models/chest_pain", ("calibration", "coronary_disease"), ["1.0", "0.0"]),
            ("models/chest_pain", ("calibration", "coronary_disease"), [float("nan"), 0.0]),
            ("models/chest_pain", ("calibration",), {}),
            ("models/chest_pain", ("support",), []),
            ("models/chest_pain", ("support", "coronary_disease", "age", "low"), "31"),
            ("models/chest_pain", ("support", "coronary_disease", "age", "low"), float("-inf")),
            ("models/chest_pain", ("support",), {"diabetes": {}}),
            ("models/chest_pain", ("encoding",), {}),
            ("models/chest_pain", ("encoding", 0, "knots"), "123456"),
            ("models/chest_pain", ("encoding", 0, "scale"), 0.0),
            ("models/chest_pain", ("encoding", 0, "means"), [0.0]),
            ("models/chest_pain", ("encoding", 0, "name"), "shoe_size"),
            ("models/chest_pain", ("encoding", 0, "logarithmic"), "no"),
            ("models/chest_pain", ("histograms",), []),
            ("models/chest_pain", ("histograms", "age"), [1, 2]),
            ("models/chest_pain", ("training_rows",), "920"),
            ("models/chest_pain", ("data",), "UCI"),
            ("models/chest_pain", ("name",), ["chest_pain"]),
            ("models/chest_pain", ("version",), 7),
            ("models/chest_pain", ("format",), "1"),
            ("models/chest_pain", ("format",), True),
            ("image_models/retina", ("temperatures", "grade"), "1"),
            ("image_models/retina", ("temperatures", "grade"), 0),
            ("image_models/retina", ("temperatures",), {}),
            ("image_models/retina", ("questions", 0, "level"), 9),
            ("image_models/retina", ("questions", 0, "threshold"), "0.8"),
            ("image_models/retina", ("questions", 0, "target"), "age"),
            ("image_models/retina", ("targets", 0, "classes"), "abcde"),
            ("image_models/retina", ("config", "side"), "448"),
            ("image_models/retina", ("sample",), ["a.jpg"]),
            ("image_models/retina", ("limits",), "none"),
            ("image_models/heart_size", ("ranges", "heart"), [0.1]),
            ("image_models/heart_size", ("ranges", "heart"), ["0.1", "0.2"]),
            ("image_models/heart_size", ("ranges",), {}),
            ("image_models/heart_size", ("network", "networks"), 0),
            ("image_models/heart_size", ("network", "side"), 255),
            ("image_models/heart_size", ("ratio_error_90",), "0.05"),
            ("image_models/heart_size", ("ratio_error_90",), float("inf")),
        ],
    )
    def test_entry_that_answers_hang_on_is_refused(
        self, name: str, path: tuple[Any, ...], value: Any, copied: Callable[[str], Path]
    ) -> None:
        folder = copied(name)
        write_card(folder, replaced(json.loads((folder / CARD).read_text()), path, value))
        with pytest.raises(ModelFileError):
            load(folder)

    @pytest.mark.parametrize(
        "change",
        [
            {"quantiles": [[1.0]]},
            {"quantiles": 1},
            {"correlation": "x"},
            {"standing": []},
            {"names": [1]},
            {"population": 1},
        ],
        ids=str,
    )
    def test_reference_population_of_other_kinds_is_refused(
        self, change: dict[str, Any], copied: Callable[[str], Path]
    ) -> None:
        path = copied("models/chest_pain") / "reference.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | change))
        with pytest.raises(ModelFileError, match="cannot be read"):
            load(path.parent)

    def test_weights_of_another_model_are_refused(self, copied: Callable[[str], Path]) -> None:
        folder = copied("models/chest_pain")
        replace_weights(folder, (DATA / "models" / "population" / WEIGHTS).read_bytes())
        with pytest.raises(ModelFileError, match="cannot be read"):
            load(folder)

    def test_weights_that_cannot_be_opened_are_told_so(self, folder: Path) -> None:
        (folder / WEIGHTS).unlink()
        (folder / WEIGHTS).mkdir()
        with pytest.raises(ModelFileError):
            read_model(folder, FORMAT, HINT)

    def test_image_model_with_a_card_of_other_kinds_is_not_offered_and_selfcheck_says_so(
        self, copied: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = copied("image_models/heart_size")
        change_card(folder, title=["x"])
        for module in (registry, image_model):
            monkeypatch.setattr(module, "SHIPPED", folder.parent)
        monkeypatch.setattr(registry, "_ORDER", (folder.name,))
        monkeypatch.delenv(registry.FOLDERS_VARIABLE, raising=False)
        assert registry.find_models() == {}
        assert [(check.name, check.passed) for check in image_checks()] == [("model", False)]


class TestPlaces:
    def test_image_model_is_offered_by_its_card_but_read_from_its_own_folder(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        change_card(folder, name="../../etc", title="x", kind="classifier")
        monkeypatch.setenv(registry.FOLDERS_VARIABLE, str(folder.parent))
        assert registry.find_models()["../../etc"].folder == folder
