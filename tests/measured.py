"""What was measured of the shipped models, under the version of the weights that lie there now, for tests of pages."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import copy

from riskmodels.evaluation.evidence import FILE, SEAL, write_evidence
from riskmodels.tabular.model import SHIPPED


def measured_copy(folder: Path) -> Path:
    """Write cards and evidence of the shipped models into a folder, the evidence under the version of the card.

    The figures may be those of the weights before: good enough to see what a page does with them.
    """
    for shipped in SHIPPED.iterdir():
        if not (shipped / FILE).is_file():
            continue
        place = folder / shipped.name
        place.mkdir(parents=True)
        copy(shipped / "card.json", place)
        (place / "model.safetensors").symlink_to(shipped / "model.safetensors")
        card = json.loads((shipped / "card.json").read_text(encoding="utf-8"))
        told = json.loads((shipped / FILE).read_text(encoding="utf-8"))
        told.pop(SEAL)
        write_evidence(place, told | {name: card[name] for name in ("version", "weights_sha256")})
    return folder
