"""evidence.json: what is written is read again, and nothing else is."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch

from riskmodels.errors import ModelFileError
from riskmodels.evaluation.evidence import FILE, Evidence, OutcomeEvidence, read_evidence, write_evidence
from riskmodels.model_files.folder import read_card, write_model

EMPTY: OutcomeEvidence = {
    "sentence": "",
    "people": "",
    "weights": "",
    "flow": {"source": "", "people": 0, "left_out": [], "parts": []},
    "validation": {},
    "groups": [],
    "agreement": None,
    "missing": None,
    "narrowing": None,
    "cells": None,
    "held": None,
    "peers": None,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model of one number."""
    write_model(tmp_path, {"bias": torch.ones(1)}, {"name": "small", "created": "2026-11-29"}, 1)
    return tmp_path


def evidence_of(folder: Path, **outcome: Any) -> Evidence:
    card = read_card(folder, "")
    return {
        "format": 1,
        "model": "small",
        "version": card["version"],
        "weights_sha256": card["weights_sha256"],
        "command": "",
        "quick": False,
        "notes": [],
        "outcomes": {"diabetes": {**EMPTY, **outcome}},  # type: ignore[typeddict-item]
    }


def test_what_is_written_is_read_again_with_four_digits_and_none_for_no_number(folder: Path) -> None:
    held = {"ratio": 1.23456789, "n": 123456, "lost": math.nan}
    write_evidence(folder, evidence_of(folder, held=held))
    found = read_evidence(folder)
    assert found is not None
    assert found["outcomes"]["diabetes"]["held"] == {"ratio": 1.235, "n": 123456, "lost": None}


def test_folder_without_evidence_has_none(folder: Path) -> None:
    assert read_evidence(folder) is None


def test_number_that_was_changed_is_noticed(folder: Path) -> None:
    path = write_evidence(folder, evidence_of(folder, sentence="Ranks poorly."))
    path.write_text(path.read_text("utf-8").replace("poorly", "well"), encoding="utf-8")
    with pytest.raises(ModelFileError, match="changed after it was written"):
        read_evidence(folder)


def test_evidence_of_another_model_is_refused(folder: Path) -> None:
    write_evidence(folder, evidence_of(folder))
    write_model(folder, {"bias": torch.zeros(1)}, {"name": "small", "created": "2026-11-29"}, 1)
    with pytest.raises(ModelFileError, match="another model"):
        read_evidence(folder)


def test_evidence_of_another_version_of_the_form_is_refused(folder: Path) -> None:
    write_evidence(folder, evidence_of(folder) | {"format": 2})  # type: ignore[arg-type]
    with pytest.raises(ModelFileError, match="not of this version"):
        read_evidence(folder)


def test_outcome_that_lacks_a_part_is_refused(folder: Path) -> None:
    whole = evidence_of(folder)
    del whole["outcomes"]["diabetes"]["groups"]  # type: ignore[misc]
    write_evidence(folder, whole)
    with pytest.raises(ModelFileError, match="not whole"):
        read_evidence(folder)


@pytest.mark.parametrize("text", ["", "[]", "{}", '"a"', "null"])
def test_file_that_is_none_is_refused(text: str, folder: Path) -> None:
    (folder / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(ModelFileError):
        read_evidence(folder)


def test_file_can_be_read_as_one_line_of_json(folder: Path) -> None:
    path = write_evidence(folder, evidence_of(folder))
    assert len(path.read_text("utf-8").splitlines()) == 1
    assert json.loads(path.read_text("utf-8"))["model"] == "small"
