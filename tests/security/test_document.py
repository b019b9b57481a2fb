"""docs/security.md names tests and files that exist, and leaves no threat without them."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py::[\w:]+)`", TEXT)))
THREATS = dict(re.findall(r"^### (.+?)\n(.*?)(?=^##|\Z)", TEXT, re.MULTILINE | re.DOTALL))


@cache
def names_in(path: str) -> set[str]:
    """``Class::name`` and ``name`` of every test of a file."""
    found = set()
    for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{part.name}" for part in node.body if isinstance(part, ast.FunctionDef)}
    return found


@pytest.mark.parametrize("name", NAMED)
def test_named_test_exists(name: str) -> None:
    path, _, test = name.partition("::")
    assert test.split("::")[-1].startswith("test_")
    assert test in names_in(path)


@pytest.mark.parametrize("threat", THREATS)
def test_threat_says_what_stands_against_it_with_a_test_and_what_is_left(threat: str) -> None:
    told = THREATS[threat]
    assert "- Against:" in told
    assert "- Left:" in told
    assert re.search(r"- Tests: `tests/", told)


def test_files_that_are_named_exist() -> None:
    named = re.findall(r"(?<![`\w/])((?:riskmodels|ui|deploy|tools)/[\w/.-]+?\.(?:py|yaml|sh|service))", TEXT)
    assert len(named) > 15
    assert [name for name in named if not (ROOT / name).is_file()] == []
