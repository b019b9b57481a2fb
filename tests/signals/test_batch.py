"""Batches of signal files: what belongs together, what is told of a broken one, rows of a table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from riskmodels import ROOT
from riskmodels.errors import SignalError
from riskmodels.signals import batch
from riskmodels.signals.batch import Entry, gather, read_batch
from riskmodels.signals.kinds import Kind

PRESSURE = ROOT / "data" / "samples" / "pressure_24h_invented.csv"
GLUCOSE = ROOT / "data" / "samples" / "glucose_fortnight.csv"


def header(folder: Path, *signals: str) -> Path:
    """A header of a recording with its signal files beside it."""
    path = folder / "strip.hea"
    path.write_text("\n".join(["strip 2 125 750", *(f"{name} 16 200 11 0 0 0 0 II" for name in signals)]))
    return path


class TestGather:
    def test_a_header_brings_the_files_that_it_names(self, tmp_path: Path) -> None:
        (tmp_path / "strip.dat").write_bytes(b"12")
        (tmp_path / "other.dat").write_bytes(b"34")
        assert gather(header(tmp_path, "strip.dat", "strip.dat")).keys() == {"strip.hea", "strip.dat"}

    def test_a_name_that_leads_elsewhere_is_not_followed(self, tmp_path: Path) -> None:
        inner = tmp_path / "inner"
        inner.mkdir()
        (tmp_path / "secret.dat").write_bytes(b"12")
        found = gather(header(inner, "../secret.dat", str(tmp_path / "secret.dat"), "gone.dat"))
        assert found.keys() == {"strip.hea"}

    def test_too_large_a_file_is_not_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(batch, "MAX_BYTES", 3)
        (tmp_path / "a.csv").write_bytes(b"1234")
        with pytest.raises(SignalError, match="more than"):
            gather(tmp_path / "a.csv")


class TestBatch:
    def test_a_broken_file_does_not_stop_the_rest(self, tmp_path: Path) -> None:
        broken = tmp_path / "broken.csv"
        broken.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50))
        first, second, third = read_batch([broken, tmp_path / "gone.csv", PRESSURE], {})
        assert (first.answered, second.answered, third.answered) == (False, False, True)
        assert "not a signal" in first.error
        assert second.error == "No such file or directory"
        assert (third.kind, len(third.sha256)) == ("pressure", 64)
        assert third.summary["means"]["24 hours"]["systolic"]["unit"] == "mmHg"

    def test_a_glucose_file_is_told_by_its_content(self) -> None:
        (found,) = read_batch([GLUCOSE], {}, target="older")
        assert (found.kind, found.error, found.summary["target"]) == ("glucose", "", "older")
        assert "% in range" in found.words

    def test_what_the_file_leaves_open_is_asked_with_the_way_to_answer(self, tmp_path: Path) -> None:
        path = tmp_path / "samples.csv"
        path.write_text("II\n" + "\n".join(str(i % 7) for i in range(400)))
        (found,) = read_batch([path], {}, Kind.RHYTHM)
        assert not found.answered
        assert "--answer " in found.error

    def test_files_of_a_header_are_read_with_it_alone(self, tmp_path: Path) -> None:
        (tmp_path / "strip.dat").write_bytes(b"12")
        paths = [header(tmp_path, "strip.dat"), tmp_path / "strip.dat"]
        assert [Path(found.file).name for found in read_batch(paths, {}, Kind.RHYTHM)] == ["strip.hea"]


class TestEntry:
    def test_refused_files_have_no_figures(self) -> None:
        refused = Entry("a.csv", "glucose", summary={"refused": "Worn for an hour."})
        assert not refused.answered
        assert refused.words == "Worn for an hour."

    def test_a_row_holds_numbers_and_words_by_their_place(self) -> None:
        summary = {"days": 14.0, "figures": {"mean": {"value": 154.0, "low": None}}, "words": ["a"], "checks": [{}]}
        assert Entry("a.csv", "glucose", "e" * 64, summary=summary).row() == {
            "file": "a.csv", "signal": "glucose", "sha256": "e" * 64, "error": "", "days": 14.0,
            "figures.mean.value": 154.0, "figures.mean.low": None,
        }  # fmt: skip

    def test_all_of_it_is_json(self) -> None:
        (found,) = read_batch([PRESSURE], {})
        assert json.loads(json.dumps(found.plain(), allow_nan=False))["signal"] == "pressure"
