"""The committed sample of pressures is what its command writes, says that it is invented, and is read in whole."""

from __future__ import annotations

import hashlib
from pathlib import Path

from riskmodels import SAMPLES
from riskmodels.shipping.signals.pressure_sample import FILE, write_pressure
from riskmodels.signals.pressure.files import read_pressure
from riskmodels.signals.pressure.series import DAY_LONG
from riskmodels.signals.pressure.summary import summarise


def test_committed_sample_is_what_the_command_writes(tmp_path: Path) -> None:
    assert write_pressure(tmp_path).read_bytes() == (SAMPLES / FILE).read_bytes()


def test_file_and_card_say_that_it_is_invented() -> None:
    data, card = (SAMPLES / FILE).read_bytes(), (SAMPLES / "README.md").read_text(encoding="utf-8")
    assert b"INVENTED" in data.splitlines()[0]
    assert "no person was measured" in card
    assert hashlib.sha256(data).hexdigest() in card


def test_it_gives_a_whole_report() -> None:
    series = read_pressure(FILE, (SAMPLES / FILE).read_bytes())
    report = summarise(series)
    assert (series.kind, len(series), len(series.failed)) == (DAY_LONG, 59, 6)
    assert set(report.means) == {"24 hours", "day", "night"}
    assert report.surge is not None
    assert report.surge.reason == ""
