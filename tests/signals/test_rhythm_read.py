"""A recording read once: what page, command line and record share."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from riskmodels.signals import rhythm_read
from riskmodels.signals.asked import UnansweredError
from riskmodels.signals.rhythm.files import read_ecg
from riskmodels.signals.rhythm_read import COUPLET, PAUSE, RUN_OF, RhythmRead, read_rhythm
from tests.signals.strips import StandIn, strip_csv, times_of


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rhythm_read, "ventricular_model", lambda folder: StandIn())


def read(data: bytes, answers: dict[str, str] | None = None) -> RhythmRead:
    return read_rhythm({"strip.csv": data}, answers, opened=read_ecg)


@pytest.mark.usefixtures("stand_in")
class TestRead:
    def test_every_beat_is_found_and_the_early_ones_are_called(self):
        found = read(strip_csv())
        assert len(found.beats.samples) == len(times_of(60, (10, 20, 30)))
        assert np.flatnonzero(found.calls.ventricular).tolist() == [10, 20, 30]
        assert found.refused == ""

    def test_a_lead_turned_over_has_the_same_beats_but_for_one_early_one(self):
        up, down = (set(read(strip_csv(upright=upright)).beats.samples.tolist()) for upright in (True, False))
        assert len(up ^ down) <= 1

    def test_beats_of_a_stretch_with_the_lead_off_are_not_counted(self):
        found = read(strip_csv(off=(20.0, 30.0), header="time [s],II [mV]"))
        assert not ((found.seconds > 20) & (found.seconds < 30)).any()
        assert found.checked.usable_seconds < 51

    def test_a_flat_lead_is_refused_and_nothing_is_said(self):
        found = read(strip_csv(off=(0.0, 60.0), header="time [s],II [mV]"))
        assert found.refused
        assert found.report is None
        assert found.episodes() == ()
        assert found.summary()["beats"] == 0
        assert found.summary()["ventricular"] == {"refused": found.refused}

    def test_the_rate_is_asked_where_there_is_no_time(self):
        with pytest.raises(UnansweredError) as asked:
            read(strip_csv(header="II [mV]"))
        assert [question.name for question in asked.value.questions] == ["rate"]
        assert read(strip_csv(header="II [mV]"), {"rate": "125"}).ecg.rate == 125

    def test_the_parts_add_up_to_what_is_called(self):
        found = read(strip_csv(130))
        parts = found.burden()
        assert [part.start for part in parts] == [0, 60, 120]
        assert sum(part.ventricular for part in parts) == 3
        assert sum(part.beats for part in parts) == found.calls.seen
        assert found.share().value == pytest.approx(100 * 3 / found.calls.seen)
        assert found.per_hour() == pytest.approx(3 * 3600 / found.checked.usable_seconds)

    def test_the_share_has_an_interval_that_holds_it(self):
        share = read(strip_csv()).share()
        assert share.low <= share.value <= share.high

    def test_runs_and_couplets_are_told_in_the_order_of_time(self):
        episodes = read(strip_csv(early=(20, 21, 40, 41, 42))).episodes()
        assert [episode.kind for episode in episodes] == [COUPLET, RUN_OF]
        assert [episode.beats for episode in episodes] == [2, 3]

    def test_a_pause_is_told_with_its_length(self):
        lines = strip_csv(early=(), header="time [s],II [mV]").decode().splitlines()
        quiet = [f"{place / 125:.4f},{0.02 * (place % 2):.4f}" for place in range(3750, 4000)]
        data = "\n".join([*lines[:3751], *quiet, *lines[4001:]]).encode()
        pauses = [episode for episode in read(data).episodes() if episode.kind == PAUSE]
        assert len(pauses) == 1
        assert 2 < pauses[0].seconds < 3.5
        assert pauses[0].start == pytest.approx(29.5, abs=1)

    def test_the_summary_is_plain_json(self):
        told = json.loads(json.dumps(read(strip_csv()).summary(), allow_nan=False))
        assert told["lead_read"] == "II"
        assert told["heart_rate"]["mean"]["unit"] == "bpm"
        assert told["ventricular"]["called"] == 3
        assert told["variability"]["SDNN"]["value"] is None
        assert told["variability"]["SDNN"]["reason"]
        assert "Judged on nobody." in told["limits"]


def test_without_a_model_the_rhythm_is_still_told(tmp_path: Path):
    found = read_rhythm({"strip.csv": strip_csv()}, opened=read_ecg, folder=tmp_path / "none")
    assert found.model is None
    assert "train-signals" in found.calls.refused
    assert found.report.rate.mean.value == pytest.approx(75, abs=3)
    assert found.report.ectopic is None
    assert found.burden() == ()
    assert found.share().value is None
