"""Versions of a model that were changed here: saved, listed, chosen, compared, rolled back.

    <store>/<model>/<version>/      model.safetensors, card.json, reference.json
    <store>/<model>/choices.json    every choice ever made, the last one in force

Nothing is ever overwritten: a choice is added to the list, and rolling back adds the choice before. Without a choice
the shipped model is in force.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from riskmodels.errors import ModelFileError
from riskmodels.model_files.folder import CARD, read_card, replace_text, write_card
from riskmodels.tabular.derived import group_of
from riskmodels.tabular.isotonic import SteppedModel
from riskmodels.tabular.model import SHIPPED, RiskModel

FOLDER_VARIABLE = "CARERISK_MODEL_VERSIONS"
#: name of the shipped version in choices
SHIPPED_VERSION = "shipped"
_CHOICES = "choices.json"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}")
_HINT = "Choose another version."


@dataclass(frozen=True)
class Version:
    """One saved version.

    Args:
        name: of the model.
        version: its own.
        folder: where it lies.
        derived: what was done last: ``from`` (version), ``outcome``, ``method``, ``date``, ``by``, ``reasons`` (how
            they relate to the estimate shown), ``before`` (what was done before that). A recalibration also has
            ``data_sha256``, ``fit`` and ``held_out`` (``n``, ``events``), ``metrics`` (before and after on the
            held-out part), and ``group`` where it is for one alone; an edit of a curve and a stated prevalence have
            ``reason``: see :mod:`riskmodels.revision`.
    """

    name: str
    version: str
    folder: Path
    derived: dict[str, Any] = field(repr=False)

    @property
    def group(self) -> str:
        """For whom alone it holds, in words; empty where for everybody."""
        return group_of(self.derived)


@dataclass(frozen=True)
class Choice:
    """Which version was put in force, when (ISO, UTC), by whom, and whether by rolling back."""

    version: str
    date: str
    by: str = ""
    rolled_back: bool = False


def default_folder() -> Path:
    """Where versions are kept: the folder named in CARERISK_MODEL_VERSIONS, or data/model_versions."""
    named = os.environ.get(FOLDER_VARIABLE, "")
    return Path(named) if named else SHIPPED.parent / "model_versions"


class VersionStore:
    """The saved versions of all models.

    Args:
        folder: made when something is saved; :func:`default_folder` when None.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or default_folder()

    def save(self, model: RiskModel) -> Version:
        """Keep a recalibrated model as a new version.

        Args:
            model: its card holds ``derived``.

        Returns:
            The version; the same calibration saved twice is one version.

        Raises:
            ModelFileError: when the card does not say what it was derived from.
        """
        if "derived" not in model.card:
            raise ModelFileError("The card does not say what the model was derived from.", hint="Recalibrate a model.")
        place = self._of(model.name)
        place.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".saving-", dir=place))
        try:
            model.save(work)
            version = _stamp(work)
            if not (place / version).exists():
                work.rename(place / version)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        return self._version(place / version)

    def versions(self, name: str) -> tuple[Version, ...]:
        """Saved versions of a model, the newest first; folders that cannot be read are left out."""
        found = []
        for path in self._of(name).glob(f"*/{CARD}"):
            try:
                found.append(self._version(path.parent))
            except ModelFileError:
                continue
        return tuple(sorted(found, key=lambda v: (str(v.derived.get("date", "")), v.version), reverse=True))

    def load(self, name: str, version: str, device: str | None = None) -> RiskModel:
        """Read a saved version.

        Raises:
            ModelFileError: when there is no such version, or it is damaged.
        """
        folder = self._of(name) / _checked(version)
        kind = SteppedModel if "steps" in read_card(folder, _HINT) else RiskModel
        return kind.load(folder, device)

    def choices(self, name: str) -> tuple[Choice, ...]:
        """Every choice made for a model, the first one first."""
        path = self._of(name) / _CHOICES
        if not path.is_file():
            return ()
        try:
            return tuple(Choice(**entry) for entry in json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, TypeError) as error:
            raise ModelFileError(f"The choices of {name} cannot be read.", hint=f"Remove {path.name}.") from error

    def chosen(self, name: str) -> str:
        """The version in force; "shipped" where none was chosen."""
        made = self.choices(name)
        return made[-1].version if made else SHIPPED_VERSION

    def choose(self, name: str, version: str, by: str = "", for_all_although: str = "") -> Choice:
        """Put a version in force, for everybody who is scored here.

        Args:
            name: of the model.
            version: a saved one, or "shipped".
            by: who chose it.
            for_all_although: of a version for one group alone, that group in words (:attr:`Version.group`): the
                confirmation that it shall be used for everybody.

        Raises:
            ModelFileError: when it cannot be loaded, or is for a group that was not named.
        """
        if version != SHIPPED_VERSION:
            group = group_of(self.load(name, version, "cpu").card.get("derived"))
            if group != for_all_although:
                raise ModelFileError(
                    f"This version is only for people whose {group}." if group else "This version is for everybody.",
                    hint="Confirm that it shall be used for everybody." if group else "Choose it without a group.",
                )
        return self._add(name, Choice(version, _now(), by))

    def roll_back(self, name: str, by: str = "") -> Choice:
        """Put the version before the present one in force again, the shipped one where there was none.

        Rolled back twice it goes two versions back, not to and fro.
        """
        return self._add(name, Choice(self.before(name), _now(), by, rolled_back=True))

    def before(self, name: str) -> str:
        """The version that :meth:`roll_back` puts in force."""
        stack: list[str] = [SHIPPED_VERSION]
        for choice in self.choices(name):
            if len(stack) > 1 and choice.version == stack[-2] and choice.rolled_back:
                stack.pop()
            elif choice.version != stack[-1]:
                stack.append(choice.version)
        return stack[-2] if len(stack) > 1 else SHIPPED_VERSION

    def in_force(self, shipped: Mapping[str, RiskModel], device: str | None = None) -> dict[str, RiskModel]:
        """Models by name, each in its chosen version.

        Args:
            shipped: from :func:`~riskmodels.tabular.model.load_shipped`.
            device: see :meth:`RiskModel.load`.

        Raises:
            ModelFileError: when a chosen version is gone or damaged: nobody is silently moved to another one.
        """
        found = {}
        for name, model in shipped.items():
            version = self.chosen(name)
            found[name] = model if version == SHIPPED_VERSION else self.load(name, version, device)
        return found

    def holds(self, models: Mapping[str, RiskModel]) -> bool:
        """Whether these models are the ones in force now, by their cards alone.

        Raises:
            ModelFileError: when the choices of one cannot be read.
        """
        return all(
            self.chosen(name) == (model.version if "derived" in model.card else SHIPPED_VERSION)
            for name, model in models.items()
        )

    def _of(self, name: str) -> Path:
        return self.folder / _checked(name)

    def _version(self, folder: Path) -> Version:
        card = read_card(folder, _HINT)
        return Version(str(card.get("name")), folder.name, folder, dict(card.get("derived", {})))

    def _add(self, name: str, choice: Choice) -> Choice:
        place = self._of(name)
        place.mkdir(parents=True, exist_ok=True)
        made = [vars(c) for c in (*self.choices(name), choice)]
        replace_text(place / _CHOICES, json.dumps(made, indent=1))
        return choice


def _stamp(folder: Path) -> str:
    """Give a saved folder a version of its own: the weights are those of the model it was derived from."""
    card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    derived = card["derived"]
    said = [derived.get("reason", ""), derived.get("group", {})]
    what = json.dumps([card["calibration"], card.get("steps", {}), card.get("edits", []), said], sort_keys=True)
    digest = hashlib.sha256(what.encode()).hexdigest()[:6]
    card["version"] = f"{derived['date'][:10]}-{card['weights_sha256'][:8]}-{digest}"
    write_card(folder, card)
    return str(card["version"])


def _checked(name: str) -> str:
    """A name that is one part of a path and nothing else."""
    if not _NAME.fullmatch(name):
        raise ModelFileError("There is no such model or version.", hint=_HINT)
    return name


def _now() -> str:
    return datetime.datetime.now(tz=datetime.UTC).isoformat(timespec="seconds")


def compare(one: RiskModel, other: RiskModel, frame: pd.DataFrame, outcome: str) -> pd.DataFrame:
    """Two versions of a model on the same people.

    Args:
        one, other: versions.
        frame: PatientFrame.
        outcome: one that both estimate.

    Returns:
        ``risk`` at the 1st, 10th, 25th, 50th, 75th, 90th and 99th percentile of the people's estimates by each version:
        ``percentile``, ``one``, ``other``, ``difference`` (their medians there, other − one).
    """
    both = pd.DataFrame({"one": one.predict(frame).risk[outcome], "other": other.predict(frame).risk[outcome]}).dropna()
    levels = [1, 10, 25, 50, 75, 90, 99]
    table = both.quantile([level / 100 for level in levels]).reset_index(drop=True)
    return table.assign(difference=table["other"] - table["one"]).assign(percentile=levels)
