"""What the README shows must work."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_python_example_runs() -> None:
    blocks = re.findall(r"```python\n(.*?)```", README, flags=re.S)
    assert blocks
    for block in blocks:
        exec(compile(block, "README.md", "exec"), {})


def test_every_file_it_names_is_there() -> None:
    named = set(re.findall(r"(?:docs|data)/[\w./-]+\.(?:md|png)", README))
    assert named
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []


def test_every_make_target_it_names_exists() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.M))
    named = set(re.findall(r"(?:`|^)make (\w+)", README, flags=re.M))
    assert named
    assert named <= targets


def test_it_lists_every_published_score_with_its_source() -> None:
    from riskmodels.scores import REGISTRY

    for score in REGISTRY.values():
        row = f"give {score.title} a row in README's table of scores, with its source"
        assert score.title in README, row
        assert re.search(r"10\.\d{4,}/\S+\w", score.citation).group() in README, row  # type: ignore[union-attr]
