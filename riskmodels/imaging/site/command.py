"""``python -m riskmodels imaging calibrate``: a site's photos in; figures before and after, and a kept version, out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from riskmodels.errors import InputError, TrainingError
from riskmodels.imaging.classifier import ImageClassifier
from riskmodels.imaging.registry import Found, find_models
from riskmodels.imaging.site.calibrate import calibrate
from riskmodels.imaging.site.photos import LAYOUT, folder_source, main_target, read_labels, see_photos
from riskmodels.imaging.site.store import SiteStore
from riskmodels.imaging.site.words import report_lines

Say = Callable[[str], None]


def calibrate_site(task: str, data: Path | None, labels: Path | None, site: str, device: str | None, say: Say) -> int:
    """Calibrate a model for the camera of these photos, print what it is worth, and keep it.

    Args:
        task: name of the model.
        data: folder with the photos.
        labels: CSV.
        site: name, for people.
        device: "cpu", "cuda", "mps"; the best there is when None.
        say: prints a line.

    Returns:
        The exit code.

    Raises:
        CareRiskError: when model, labels or photos do not allow it; the text says what to do.
    """
    if data is None or labels is None:
        raise InputError("Photos and labels are needed.", hint="Give --data FOLDER and --labels CSV.")
    if not labels.is_file():
        raise TrainingError(f"There is no file {labels}.", hint=LAYOUT)
    model = _classifier(_found(task), device)
    told = read_labels(labels.read_bytes(), model)
    photos = see_photos(told, folder_source(data), model)
    say("\n".join([f"{len(photos)} photos can be used.", *photos.notes]))
    made = calibrate(model, photos, site, "command line")
    say("\n".join(report_lines(made.card)))
    version = SiteStore().save(made)
    say(f"Kept as {version} and in force. Out of force again: --task {task} --take-back {version}")
    return 0


def take_back(task: str, version: str, say: Say) -> int:
    """Put a version out of force."""
    SiteStore().take_back(str(_found(task).card["name"]), version, "command line")
    say(f"{version} is out of force.")
    return 0


def list_versions(task: str, say: Say) -> int:
    """Print what was kept of a model."""
    card, store = _found(task).card, SiteStore()
    now = {version.version for version in store.in_force(str(card["name"]), str(card["version"]))}
    for kept in store.versions(str(card["name"])):
        state = "in force" if kept.version in now else "taken back" if kept.taken_back else "not in force"
        say(f"{kept.version}  {kept.site}, {kept.card['photos']} photos, {state}")
    return 0


def _found(task: str) -> Found:
    models = find_models()
    if task not in models:
        raise InputError(f"There is no image model {task}.", hint=f"There are: {', '.join(models)}.")
    return models[task]


def _classifier(found: Found, device: str | None) -> ImageClassifier:
    model = found.load(device)
    if not isinstance(model, ImageClassifier):
        raise InputError(f"{found.title} measures; a site calibrates models that give probabilities.", hint="")
    main_target(model)
    return model
