"""The models that pages use: those in force now, whichever process put them there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from riskmodels.tabular.versions import VersionStore
from ui.models import shipped_models

ROOT = Path(__file__).resolve().parents[2]
FACTS = {"from": "v0", "outcome": "diabetes", "method": "intercept", "date": "2026-11-24T10:00:00+00:00"}
CHOOSE = "import sys; from riskmodels.tabular.versions import VersionStore; VersionStore().choose(*sys.argv[1:])"


def test_version_put_in_force_by_another_process_is_used_from_the_next_look_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARERISK_MODEL_VERSIONS", str(tmp_path))
    shipped = shipped_models()["population"]
    assert shipped_models()["population"] is shipped
    card = shipped.card | {"derived": FACTS}
    fitted = shipped.calibration | {"diabetes": (1.0, 1.0)}
    version = VersionStore().save(shipped.calibrated(fitted, shipped.reference, card)).version
    assert shipped_models()["population"] is shipped
    subprocess.run([sys.executable, "-c", CHOOSE, "population", version], cwd=ROOT, check=True)
    assert shipped_models()["population"].version == version
    subprocess.run([sys.executable, "-c", CHOOSE, "population", "shipped"], cwd=ROOT, check=True)
    assert shipped_models()["population"].version == shipped.version
