"""The retina model: trained on IDRiD, judged once on its official test photos."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from riskmodels import ROOT
from riskmodels.errors import SourceDataError
from riskmodels.imaging.augment import Augmentation
from riskmodels.imaging.classifier import ImageClassifier, picture_tensor
from riskmodels.imaging.findings import Question
from riskmodels.imaging.fitting import Plan, fit_classifier, is_present, judged, load_pictures, scores
from riskmodels.imaging.image_metrics import binary_report, classification_report
from riskmodels.imaging.picture import open_picture
from riskmodels.imaging.targets import Target
from riskmodels.imaging.training import ImageConfig, ImageSet
from riskmodels.runtime.hashes import file_hash
from riskmodels.shipping.camera_shift import camera_shift
from riskmodels.shipping.deletion import deletion_test
from riskmodels.shipping.say import Say
from riskmodels.tabular.device import choose_device
from riskmodels.tabular.model import today

FOLDER = Path("images") / "idrid_grading"
#: figures of the models before this one, for the card
FORMER = ROOT / "data" / "reference" / "retina_former.json"
CONFIG = ImageConfig(
    side=448,
    crop_field=True,
    frozen_blocks=3,
    depths=(11, 16),
    epochs=24,
    patience=24,
    rates=(8e-4, 2e-4),
    augmentation=Augmentation(rotation=180, jitter=0.3),
    cameras=0.7,
    least_side=224,
)
GRADES = (
    "No retinopathy",
    "Mild non-proliferative",
    "Moderate non-proliferative",
    "Severe non-proliferative",
    "Proliferative",
)
TARGETS = (
    Target("grade", GRADES, ordered=True),
    Target("oedema", ("No hard exudates", "Exudates away from the macula", "Exudates near the macula"), ordered=True),
)
#: the photo's label column of each target
_COLUMNS = {"grade": "dr_grade", "oedema": "dme_risk"}
QUESTIONS = (
    Question(
        "referable",
        "Referable retinopathy (moderate or worse)",
        "grade",
        2,
        0.5,
        "This photo looks like referable diabetic retinopathy: have an eye specialist look at it.",
        "This photo does not look like referable diabetic retinopathy. That does not replace regular screening.",
    ),
    Question(
        "any",
        "Any diabetic retinopathy",
        "grade",
        1,
        0.5,
        "This photo shows signs like those of diabetic retinopathy.",
        "This photo shows no signs like those of diabetic retinopathy; single small ones can be missed.",
    ),
    Question(
        "oedema",
        "Exudates near the macula (risk of macular oedema)",
        "oedema",
        2,
        0.5,
        "This photo looks as if there were hard exudates within one disc diameter of the macula's centre.",
        "This photo does not look as if there were hard exudates near the macula's centre.",
    ),
)
CARD: dict[str, Any] = {
    "name": "retina",
    "title": "Diabetic retinopathy on a retinal photo",
    "about": "Grades one colour photo of the retina, centred on the macula, for diabetic retinopathy.",
    "checks": "retina",
    "wanted": "Use a colour photo of one retina, centred on the macula, about 50° wide.",
    "sample": "healthy_retina.jpg",
    "limits": [
        "Trained on 325 photos from one eye clinic in India, taken with one camera (Kowa VX-10 alpha, 50°). Other "
        "cameras are simulated; no photo of a real one was at hand with its grade.",
        "Two networks answer together, one of 11 blocks and one of all 16: chosen on validation photos. Figures of "
        "the models before it stand beside its own.",
        "The data hold no patient ids, age or sex: photos of one person's two eyes may stand in training and test, "
        "and no subgroup could be looked at.",
        "Only 25 of 516 photos show mild retinopathy, so the step from none to mild is the least certain.",
        "Trained and tested on photos reduced to 512 pixels: single microaneurysms may not be visible to it.",
        "The interval is the spread of 16 heads on each of two backbones: it is narrower than the full uncertainty.",
    ],
    "data": {
        "name": "IDRiD, Indian Diabetic Retinopathy Image Dataset, part B (disease grading)",
        "licence": "CC BY 4.0; photos were cropped to the field of view and resized",
        "citation": "Porwal P et al. Indian Diabetic Retinopathy Image Dataset (IDRiD). Data 2018;3(3):25",
        "people": "Adults screened at an eye clinic in Nanded, India; no patient ids, age or sex",
    },
    "split": "The data set's own test photos are the test set. Its training photos: 80 % training, 20 % validation by "
    "grade, photos of one eye kept together. Epoch, temperatures, thresholds and the limit of strangeness were chosen "
    "on validation photos only, and recipes were compared on them (docs/experiments.md). Test photos chose nothing; "
    "this is the fifth model whose figures on them were seen.",
    "defects": [
        "Six pairs of photos are byte-identical and eight pairs show the same eye twice; several with other grades.",
        "Nine training photos are left out: copies of test eyes, second copies, identical pairs with other grades.",
        "Test photo 064 (graded severe) is the same file as training photo 118 (graded none) and looks normal: it is "
        "left out of the test set, which then has 102 photos.",
    ],
}


def read_labels(shared: Path) -> pd.DataFrame:
    """Labels and split of every photo that may be used.

    Raises:
        SourceDataError: when the data are not there.
    """
    path = shared / FOLDER / "labels_split.csv"
    if not path.is_file():
        raise SourceDataError("The IDRiD photos are not there.", hint=f"Name the folder that holds {FOLDER}.")
    table = pd.read_csv(path)
    return table[(table["split"] != "exclude") & (table["test_clean"] != 0)]


def read_part(shared: Path, part: pd.DataFrame, config: ImageConfig = CONFIG) -> ImageSet:
    """Photos and labels of some rows of :func:`read_labels`."""
    files = [shared / FOLDER / "img512" / str(name) for name in part["file"]]
    images = load_pictures(files, lambda path: picture_tensor([open_picture(path.read_bytes()).pixels], config))
    return ImageSet(images, read_classes(part))


def read_classes(part: pd.DataFrame) -> dict[str, NDArray[np.int64]]:
    """Class numbers of some rows of :func:`read_labels`, by target."""
    return {name: part[column].to_numpy(np.int64).copy() for name, column in _COLUMNS.items()}


def ship_retina(
    shared: Path, out: Path, *, say: Say, device: str | None = None, checkpoint: Path | None = None, epochs: int = 0
) -> None:
    """Train, evaluate once, write the folder.

    Args:
        shared: with images/idrid_grading.
        out: folder of the model.
        say: told what happens.
        device: "cpu", "cuda", "mps"; the best there is when None.
        checkpoint: file to go on from and to save to.
        epochs: fewer than the shipped model has; as many when 0.
    """
    began, table = time.monotonic(), read_labels(shared)
    config = replace(CONFIG, epochs=epochs or CONFIG.epochs)
    parts = {name: read_part(shared, table[table["split"] == name], config) for name in ("train", "val", "test")}
    say.line("photos: " + ", ".join(f"{len(part)} {name}" for name, part in parts.items()))
    plan = Plan(TARGETS, QUESTIONS, config, CARD | {"created": today()}, choose_device(device), checkpoint)
    fit_classifier(parts["train"], parts["val"], plan, say.image_epoch).save(out)
    model = ImageClassifier.load(out, device)  # as rounded to half precision: what is shipped is what is judged
    model.card["metrics"] = {name: evaluate_retina(model, parts[name]) for name in ("val", "test")}
    model.card |= judged(model, parts["test"])
    model.card["data"] = CARD["data"] | {
        "photos": {name: len(part) for name, part in parts.items()},
        "labels_sha256": file_hash(shared / FOLDER / "labels_split.csv"),
    }
    add_shift(model, parts["test"])
    add_deletion(model, parts["test"])
    model.card["refusals"] = count_refusals(model, shared, table[table["split"] == "test"])
    model.card["training"] = {"seconds": round(time.monotonic() - began), "device": str(model.device)}
    model.save(out)
    for name, found in model.card["metrics"]["test"].items():
        value, low, high = found["metrics"]["auroc"]
        say.line(f"test, {name}: AUROC {value:.3f} ({low:.3f}–{high:.3f})")


def add_shift(model: ImageClassifier, test: ImageSet) -> None:
    """Put the figures of the camera-shift test on the card, those of former models beside them."""
    model.card["camera_shift"] = camera_shift(model, test, "referable")
    if FORMER.is_file():
        model.card["former"] = json.loads(FORMER.read_text(encoding="utf-8"))


def add_deletion(model: ImageClassifier, test: ImageSet) -> None:
    """Put the figures of the deletion test on the card."""
    referable = torch.as_tensor(test.labels["grade"] >= 2)
    model.card["deletion"] = deletion_test(model, test.images[referable], "referable")


def count_refusals(model: ImageClassifier, shared: Path, part: pd.DataFrame) -> dict[str, int]:
    """How many photos the checks refuse, or read with a caution, as the page would."""
    opened = (open_picture((shared / FOLDER / "img512" / str(name)).read_bytes()) for name in part["file"])
    readings = [model.read(picture) for picture in opened]
    return {
        "photos": len(readings),
        "refused": sum(bool(r.refused) for r in readings),
        "with a caution": sum(bool(r.caution) for r in readings),
    }


def evaluate_retina(model: ImageClassifier, part: ImageSet) -> dict[str, Any]:
    """A report for each question, and one for the five grades."""
    found, shares = scores(model, part)
    targets = {t.name: t for t in model.targets}
    reports: dict[str, Any] = {
        q.name: binary_report(
            is_present(q, targets[q.target], part.labels[q.target]),
            found[q.name],
            np.nan if q.threshold is None else q.threshold,
        )
        for q in model.questions
    }
    reports["grades"] = classification_report(part.labels["grade"], shares["grade"], GRADES, ordinal=True)
    return reports
