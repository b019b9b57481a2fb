"""The section on compounds is measured with the shipped models and put in the place of the former one."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("rdkit")
from riskmodels.shipping.bench.molecules import HEADING, main


def test_the_section_takes_the_place_of_the_former_one(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text(f"# Benchmarks\n\n{HEADING}\n\nof before\n\n## Another\n\nkept\n", encoding="utf-8")
    assert main(["--count", "8", "--out", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    assert "of before" not in text
    assert "8 compounds, one thread" in text
    assert text.index(HEADING) < text.index("## Another\n\nkept")
