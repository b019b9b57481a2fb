"""Pima Indians from a made-up file of the published form."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from riskmodels.cohorts import pima
from riskmodels.cohorts.registry import Member
from riskmodels.errors import SourceDataError

TEXT = """@relation pima
@attribute Preg real
@data
6,148,72,35,0,33.6,0.627,50,positive
1,0,0,29,0,0,0.351,31,negative
"""


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "pima.dat"
    path.write_text(TEXT)
    digest = hashlib.sha256(TEXT.encode()).hexdigest()
    monkeypatch.setattr(pima, "SOURCE", Member(pima.SOURCE.requirement, pima.SOURCE.path, digest))
    return path


def test_inputs_that_the_app_knows_and_the_label_are_read(source: Path):
    first = pima.read_pima(source).iloc[0]
    assert first.to_dict() == {"age": 50, "bmi": 33.6, "diastolic_bp": 72, "glucose": 148, pima.LABEL: 1}


def test_zero_means_not_measured(source: Path):
    second = pima.read_pima(source).iloc[1]
    assert second[["bmi", "diastolic_bp", "glucose"]].isna().all()
    assert second[pima.LABEL] == 0
    assert not np.isnan(second["age"])


def test_another_file_is_refused(tmp_path: Path):
    path = tmp_path / "pima.dat"
    path.write_text(TEXT)
    with pytest.raises(SourceDataError, match="SHA-256"):
        pima.read_pima(path)
