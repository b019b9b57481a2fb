"""How lesion candidates stand to the grades of IDRiD's photos: counted on every photo, written down beside the card."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from riskmodels import ROOT
from riskmodels.evaluation.arrays import FloatArray
from riskmodels.evaluation.bootstrap import interval, resample
from riskmodels.evaluation.metrics import prepare
from riskmodels.evaluation.report import words
from riskmodels.imaging.image_report import markdown_table
from riskmodels.imaging.lesions.candidates import BRIGHT, DARK
from riskmodels.imaging.lesions.find import NEAR, Lesions, find_lesions
from riskmodels.imaging.picture import open_picture
from riskmodels.shipping.retina import FOLDER, GRADES, read_labels
from riskmodels.shipping.say import Say

RESULT = ROOT / "data" / "image_models" / "retina" / "lesions.json"
PAGE = ROOT / "docs" / "lesions.md"
PARTS = {"train": "Training photos", "val": "Validation photos", "test": "Test photos"}
#: what stands on the page: limits were chosen on training photos
TOLD = ("val", "test")
_COUNTS = {
    "bright": "Bright candidates",
    "dark": "Dark candidates",
    "bright_area": "Area of bright ones, % of the picture",
    "dark_area": "Area of dark ones, % of the picture",
}
_RANKS = {
    "bright": ("referable", "Referable retinopathy by the number of bright candidates"),
    "dark": ("referable", "Referable retinopathy by the number of dark candidates"),
    "all": ("referable", "Referable retinopathy by the number of both"),
    "all_area": ("referable", "Referable retinopathy by the area of both"),
    "bright exudates": ("exudates", "Hard exudates anywhere by the number of bright candidates"),
}
_HEAD = """# Lesion candidates: how they stand to the grades

Written by `python -m riskmodels imaging lesions --shared ../shared`; do not edit. Candidates are found by brightness,
edge and shape (`riskmodels/imaging/lesions/`), not by the network. **They are no diagnosis**: IDRiD's part B holds one
grade a photo and no drawn lesions, so it is not known which candidates are lesions and how many lesions are missed;
what can be measured is how counts and areas stand to the grades. Limits were chosen on 60 training photos, the marks of
disc and fovea by eye on 80; validation photos were looked at for the latter, test photos chose nothing."""


def row_of(lesions: Lesions, size: float) -> dict[str, float]:
    """One photo in numbers.

    Args:
        lesions: its candidates.
        size: of the picture, pixels.
    """
    counts = {kind: float(len(lesions.of(kind))) for kind in (BRIGHT, DARK)}
    areas = {f"{kind}_area": 100 * sum(c.area for c in lesions.of(kind)) / size for kind in (BRIGHT, DARK)}
    nearest = lesions.nearest_bright
    return (
        counts
        | areas
        | {
            "all": counts[BRIGHT] + counts[DARK],
            "all_area": areas["bright_area"] + areas["dark_area"],
            "disc": float(lesions.disc is not None),
            "fovea": float(lesions.fovea is not None),
            "near": float(nearest is not None and nearest <= NEAR),
        }
    )


def count_part(shared: Path, part: pd.DataFrame) -> pd.DataFrame:
    """Every photo of a part in numbers, with its labels.

    Args:
        shared: with images/idrid_grading.
        part: rows of :func:`riskmodels.shipping.retina.read_labels`.
    """
    rows = []
    for name in part["file"]:
        pixels = open_picture((shared / FOLDER / "img512" / str(name)).read_bytes()).pixels
        began = time.process_time()
        lesions = find_lesions(pixels)
        seconds = time.process_time() - began
        rows.append(row_of(lesions, pixels.shape[0] * pixels.shape[1]) | {"seconds": seconds})
    return pd.concat([part.reset_index(drop=True), pd.DataFrame(rows)], axis=1)


def summary(counted: pd.DataFrame) -> dict[str, Any]:
    """The figures of one part.

    Args:
        counted: from :func:`count_part`.
    """
    labels = {
        "referable": np.asarray(counted["dr_grade"] >= 2, dtype=np.float64),
        "exudates": np.asarray(counted["dme_risk"] > 0, dtype=np.float64),
    }
    ranks = {key: _auroc(labels[label], counted[key.split()[0]]) for key, (label, _) in _RANKS.items()}
    both = counted[counted["fovea"] == 1]
    called, near = both["near"] == 1, both["dme_risk"] == 2
    return {
        "photos": len(counted),
        "disc": round(float(counted["disc"].mean()), 3),
        "disc and fovea": round(float(counted["fovea"].mean()), 3),
        "cpu seconds a photo": round(float(counted["seconds"].median()), 2),
        "grades": {
            GRADES[int(str(grade))]: {"photos": len(rows)} | {key: _spread(rows[key]) for key in _COUNTS}
            for grade, rows in counted.groupby("dr_grade")
        },
        "auroc": ranks,
        "near the macula": {
            "photos": len(both),
            "with exudates near": int(near.sum()),
            "of these a candidate near": int((called & near).sum()),
            "of the others a candidate near": int((called & ~near).sum()),
        },
    }


def _auroc(label: FloatArray, score: pd.Series) -> list[float | None]:
    """AUROC of a count, with its 95 % interval; None where photos of one kind are missing."""
    kernel = prepare(label, score.to_numpy(float), ("auroc",))
    low, high = interval(resample(kernel, np.ones(len(label)))["auroc"])
    values = (kernel(np.ones((1, len(label))))["auroc"][0], low, high)
    return [None if np.isnan(value) else round(float(value), 3) for value in values]


def _spread(values: pd.Series) -> list[float]:
    """Median and quartiles."""
    return [round(float(values.quantile(q)), 2) for q in (0.5, 0.25, 0.75)]


def measure_lesions(shared: Path, parts: tuple[str, ...], say: Say) -> dict[str, Any]:
    """Figures by part.

    Args:
        shared: with images/idrid_grading.
        parts: of :data:`PARTS`.
        say: told when a part is done.

    Raises:
        SourceDataError: when the photos are not there.
    """
    table = read_labels(shared)
    found: dict[str, Any] = {}
    for part in parts:
        found[part] = summary(count_part(shared, table[table["split"] == part]))
        say.line(f"{PARTS[part]}: {found[part]['photos']} counted")
    return found


def lesions_page(result: Mapping[str, Any]) -> str:
    """docs/lesions.md.

    Args:
        result: from :func:`measure_lesions`.
    """
    sections = [_HEAD]
    for part, title in PARTS.items():
        if part in result:
            sections += [f"## {title}", _part(result[part])]
    return "\n\n".join(sections) + "\n"


def _part(found: Mapping[str, Any]) -> str:
    near = found["near the macula"]
    with_near, others = near["with exudates near"], near["photos"] - near["with exudates near"]
    grades = [
        [name, f"{told['photos']:,}", *(_spread_words(told[key]) for key in _COUNTS)]
        for name, told in found["grades"].items()
    ]
    return "\n\n".join(
        [
            f"{found['photos']:,} photos; the optic disc was located in {100 * found['disc']:.0f} %, disc and fovea in "
            f"{100 * found['disc and fovea']:.0f} %; {found['cpu seconds a photo']:.2f} s of CPU a photo (median).",
            "Candidates a photo: median (quartiles)",
            markdown_table(["grade", "photos", *_COUNTS.values()], grades),
            "AUROC, in brackets 95 % bootstrap intervals over photos",
            markdown_table(["", "AUROC"], [[_RANKS[key][1], words(value)] for key, value in found["auroc"].items()]),
            f"A bright candidate within one disc diameter of the fovea, where both were located ({near['photos']:,} "
            f"photos): in {near['of these a candidate near']} of {with_near} graded as exudates near the macula "
            f"(dme_risk 2), and in {near['of the others a candidate near']} of {others} others.",
        ]
    )


def _spread_words(values: list[float]) -> str:
    median, low, high = (f"{value:g}" for value in values)
    return f"{median} ({low} – {high})"
