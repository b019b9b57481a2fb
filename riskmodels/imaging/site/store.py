"""The calibrations of sites: kept, listed, taken back. In the data folder, never beside the model.

    <data folder>/image_sites/<model>/<version>/     model.safetensors, card.json
    <data folder>/image_sites/<model>/choices.json   what was taken back and used again, the last word counts

A version is in force from the moment it is kept until it is taken back; of one site's versions for the model's present
weights the newest one.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import re
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from riskmodels.errors import ModelFileError
from riskmodels.imaging.calibration import CAMERA, Made, NewHead, SiteCalibration
from riskmodels.imaging.familiarity import Cloud
from riskmodels.imaging.findings import Question, rates_of
from riskmodels.imaging.model import ImageModel
from riskmodels.imaging.registry import Found
from riskmodels.model_files.folder import CARD, read_card, read_model, replace_text, understood, write_card, write_model
from riskmodels.records.engine import data_folder, make_folder

FORMAT = 1
_CHOICES = "choices.json"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}")
_HINT = "Take this version back, or calibrate again."


@dataclass(frozen=True)
class SiteVersion:
    """One that was kept.

    Args:
        version: its own.
        card: see :class:`riskmodels.imaging.site.calibrate.Made`.
        taken_back: whether it is out of force.
    """

    version: str
    card: dict[str, Any] = field(repr=False)
    taken_back: bool = False

    @property
    def site(self) -> str:
        """Its name."""
        return str(self.card["site"])


class SiteStore:
    """The calibrations of all models.

    Args:
        folder: ``image_sites`` in the data folder when None.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or data_folder() / "image_sites"

    def save(self, made: Made) -> str:
        """Keep a calibration; it is in force from now on.

        Returns:
            Its version; the same one kept twice is one version.
        """
        place = make_folder(self._of(str(made.card["name"])))
        work = Path(tempfile.mkdtemp(prefix=".saving-", dir=place))
        try:
            write_model(work, made.tensors, made.card, FORMAT)
            version = _stamp(work)
            if not (place / version).exists():
                work.rename(place / version)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        if version in self._taken_back(str(made.card["name"])):
            self.use_again(str(made.card["name"]), version, str(made.card.get("by", "")))
        return version

    def versions(self, model: str) -> tuple[SiteVersion, ...]:
        """All that are kept of a model, the newest first; folders that cannot be read are left out.

        Raises:
            ModelFileError: when what was taken back cannot be read.
        """
        back, found = self._taken_back(model), []
        for path in self._of(model).glob(f"*/{CARD}"):
            try:
                card = read_card(path.parent, _HINT)
            except ModelFileError:
                continue
            if card.get("kind") == "site calibration":
                made, name = path.stat().st_mtime_ns, path.parent.name
                found.append((str(card.get("created")), made, SiteVersion(name, card, name in back)))
        return tuple(version for *_, version in sorted(found, key=lambda f: f[:2], reverse=True))

    def in_force(self, model: str, model_version: str) -> tuple[SiteVersion, ...]:
        """One a site: the newest for these weights that was not taken back.

        Args:
            model: name.
            model_version: of the weights in use.
        """
        newest: dict[str, SiteVersion] = {}
        for version in self.versions(model):
            if not version.taken_back and version.card.get("model_version") == model_version:
                newest.setdefault(version.site, version)
        return tuple(newest.values())

    def load(self, model: str, version: str) -> SiteCalibration:
        """Read a kept calibration.

        Raises:
            ModelFileError: when there is none of that name, or it is damaged.
        """
        folder = self._of(model) / _checked(version)
        tensors, card = read_model(folder, FORMAT, _HINT)
        with understood(folder, _HINT):
            slope, intercept = tensors["map"].tolist()
            if not slope > 0:
                raise ModelFileError(f"The slope of {version} is not above 0.", hint=_HINT)
            arrays = {n: np.asarray(tensors[n], dtype=np.float64) for n in ("head.mean", "head.weight") if n in tensors}
            return SiteCalibration(
                str(card["site"]), version, str(card["model_version"]), str(card["created"]), int(card["photos"]),
                str(card["method"]), str(card["target"]), slope, intercept,
                NewHead(arrays["head.mean"], arrays["head.weight"]) if arrays else None,
                {q.name: q for q in map(Question.from_dict, card["questions"])},
                {name: rates_of(told) for name, told in card["rates"].items()},
                Cloud.from_tensors(tensors, CAMERA),
            )  # fmt: skip

    def take_back(self, model: str, version: str, by: str = "") -> None:
        """Put a version out of force; the site's one before it is in force again, or none."""
        self._say(model, version, by, taken_back=True)

    def use_again(self, model: str, version: str, by: str = "") -> None:
        """Put a version that was taken back in force again."""
        self._say(model, version, by, taken_back=False)

    def _say(self, model: str, version: str, by: str, *, taken_back: bool) -> None:
        place = self._of(model)
        if not (place / _checked(version) / CARD).is_file():
            raise ModelFileError("There is no such version.", hint="Choose another one.")
        now = datetime.datetime.now(tz=datetime.UTC).isoformat(timespec="seconds")
        said = [*self._choices(model), {"version": version, "taken_back": taken_back, "date": now, "by": by}]
        replace_text(place / _CHOICES, json.dumps(said, indent=1))

    def _taken_back(self, model: str) -> set[str]:
        last = {str(said["version"]): bool(said["taken_back"]) for said in self._choices(model)}
        return {version for version, back in last.items() if back}

    def _choices(self, model: str) -> list[dict[str, Any]]:
        path = self._of(model) / _CHOICES
        if not path.is_file():
            return []
        try:
            return [{"version": str(s["version"]), "taken_back": bool(s["taken_back"])} | s
                    for s in json.loads(path.read_text(encoding="utf-8"))]  # fmt: skip
        except (ValueError, TypeError, KeyError) as error:
            raise ModelFileError(
                f"What was taken back of {model} cannot be read.", hint=f"Remove {path.name} from its folder."
            ) from error

    def _of(self, model: str) -> Path:
        return self.folder / _checked(model)


def sites_key(model: str, model_version: str) -> str:
    """What tells the answers under today's calibrations from those under others; "" where none is in force."""
    return "+".join(sorted(version.version for version in SiteStore().in_force(model, model_version)))


def with_sites(model: ImageModel, found: Found) -> ImageModel:
    """A model with the calibrations of sites that are in force; others than classifiers have none.

    Args:
        model: read from ``found``.
        found: its folder and card.

    Raises:
        ModelFileError: when one cannot be read: nobody is silently moved to another calibration.
    """
    from riskmodels.imaging.classifier import ImageClassifier  # the network is imported with a model only

    if not isinstance(model, ImageClassifier):
        return model
    store, name = SiteStore(), str(found.card["name"])
    kept = store.in_force(name, str(found.card["version"]))
    return model.for_sites([store.load(name, version.version) for version in kept])


def _stamp(folder: Path) -> str:
    """A version of its own: day, numbers and thresholds."""
    card = read_card(folder, _HINT)
    said = json.dumps([card["site"], card["questions"], card["model_version"]], sort_keys=True)
    card["version"] = f"{card['created']}-{card['weights_sha256'][:8]}-{hashlib.sha256(said.encode()).hexdigest()[:6]}"
    write_card(folder, card)
    return str(card["version"])


def _checked(name: str) -> str:
    """A name that is one part of a path and nothing else."""
    if not _NAME.fullmatch(name):
        raise ModelFileError("There is no such model or version.", hint="Choose another one.")
    return name
