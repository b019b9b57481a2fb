"""The sections on pictures are measured with the shipped models and put in the place of the former ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskmodels.shipping.bench import imaging


def test_the_sections_take_the_place_of_the_former_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def once(run, times):
        run()
        return float(times)

    monkeypatch.setattr(imaging, "milliseconds", once)
    page = tmp_path / "benchmarks.md"
    page.write_text("# Benchmarks\n\n## One picture\n\nof before\n\n## Another\n\nkept\n", encoding="utf-8")
    assert imaging.main(["--out", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    assert "of before" not in text
    assert "| Retina: evidence map | 9 | × 1.00 |" in text
    assert text.index("## One picture") < text.index("## Another\n\nkept") < text.index("## RetinaMNIST")
