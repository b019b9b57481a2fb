"""The models of an installation's own: kept beside the versions of the shipped ones, found by the columns of a file.

    <versions>/_own/<name>/      model.safetensors, card.json, reference.json

A model is offered for files that have every column it reads, under the headers it was trained with, and for no others.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from riskmodels.errors import CareRiskError, InputError, ModelFileError
from riskmodels.interop.columns.layouts import Layout
from riskmodels.interop.columns.mapping import CohortMapping, ColumnMapping, Role, Visits
from riskmodels.interop.columns.spelling import compact
from riskmodels.model_files.folder import CARD, read_card, understood
from riskmodels.own_models.columns import OwnColumn
from riskmodels.own_models.people import COLUMNS, LAYOUT
from riskmodels.tabular.inputs import variables_of
from riskmodels.tabular.model import RiskModel
from riskmodels.tabular.versions import default_folder

FOLDER = "_own"
HINT = "Train it again."
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,120}")


@dataclass(frozen=True)
class OwnModel:
    """A kept model, by its card.

    Args:
        folder: where it lies.
        card: everything said about it.
        mapping: what the columns of its file meant.
        columns: its own inputs, and where they stand.
    """

    folder: Path
    card: dict[str, Any] = field(repr=False)
    mapping: CohortMapping = field(repr=False)
    columns: tuple[OwnColumn, ...] = field(repr=False)

    @property
    def name(self) -> str:
        """Name of the folder: outcome, date and the start of the weights' hash."""
        return self.folder.name

    @property
    def outcome(self) -> str:
        """Name of what it estimates."""
        return str(next(iter(self.card["calibration"])))

    @property
    def label(self) -> str:
        """What it estimates, for people."""
        return str(self.card["outcome_label"])

    def load(self, device: str | None = None) -> RiskModel:
        """The model itself.

        Raises:
            ModelFileError: when it is damaged.
        """
        return RiskModel.load(self.folder, device)

    @property
    def reads(self) -> tuple[str, ...]:
        """Headers of the columns it reads."""
        inputs = set(self.card["inputs"])
        read = [c.header for c in self.mapping.columns if c.role is Role.VALUE and c.variable in inputs]
        return (*read, *(column.header for column in self.columns))

    def fits(self, headers: Iterable[str]) -> bool:
        """Whether a file of these columns has all that it reads, whatever their case, spaces and punctuation."""
        there = {_spelled(header) for header in headers}
        return all(_spelled(header) in there for header in self.reads)

    def layout_of(self, headers: tuple[str, ...]) -> tuple[CohortMapping, tuple[OwnColumn, ...]]:
        """What the columns of a file are read as: those it was trained with as they were then, others not at all.

        Raises:
            InputError: when a column that it reads is not there.
        """
        found = {_spelled(header): header for header in headers}
        absent = [header for header in self.reads if _spelled(header) not in found]
        if absent:
            listed = ", ".join(f"“{header}”" for header in absent[:12])
            raise InputError(
                f"The model was trained on other columns: not in the file {listed}.",
                hint="Give a file of the layout it was trained on.",
            )
        known = {_spelled(column.header): column for column in self.mapping.columns}
        read = [
            replace(known[_spelled(header)], header=header) if _spelled(header) in known else ColumnMapping(header)
            for header in headers
        ]
        mapping = replace(self.mapping, columns=tuple(read), visits=Visits.ALL)
        return mapping, tuple(replace(column, header=found[_spelled(column.header)]) for column in self.columns)


class OwnModels:
    """The kept models.

    Args:
        folder: made when something is kept; beside the versions of the shipped models when None.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or default_folder() / FOLDER

    def keep(self, model: RiskModel) -> OwnModel:
        """Keep a model; one trained again on the same file with the same weights is kept once."""
        self.folder.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".saving-", dir=self.folder))
        try:
            model.save(work)
            place = self.folder / f"{model.name}-{read_card(work, HINT)['version']}".lower()
            if not place.exists():
                work.rename(place)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        return read_own_model(place)

    def all(self) -> tuple[OwnModel, ...]:
        """Every kept model, the newest first; folders that cannot be read are left out."""
        found = []
        for path in sorted(self.folder.glob(f"[a-z0-9]*/{CARD}")):
            try:
                found.append(read_own_model(path.parent))
            except CareRiskError:
                continue
        return tuple(sorted(found, key=lambda kept: (str(kept.card["created"]), kept.name), reverse=True))

    def fitting(self, headers: Iterable[str]) -> tuple[OwnModel, ...]:
        """The kept models that a file of these columns can be scored with."""
        names = tuple(headers)
        return tuple(kept for kept in self.all() if kept.fits(names))

    def find(self, name: str) -> OwnModel:
        """A kept model by its name.

        Raises:
            ModelFileError: when there is none, or it is damaged.
        """
        if not _NAME.fullmatch(name) or not (self.folder / name / CARD).is_file():
            listed = ", ".join(kept.name for kept in self.all()[:6])
            raise ModelFileError(
                f"There is no model “{name[:80]}”.", hint=f"There are {listed}." if listed else "Train one first."
            )
        return read_own_model(self.folder / name)

    def delete(self, name: str) -> None:
        """Remove a kept model for good.

        Raises:
            ModelFileError: when there is none.
        """
        shutil.rmtree(self.find(name).folder)


def read_own_model(folder: Path) -> OwnModel:
    """What a folder's card says of a model of one's own.

    Raises:
        ModelFileError: when there is none, or it was not trained here on a file.
    """
    card = read_card(folder, HINT)
    with understood(folder, HINT):
        if LAYOUT not in card or COLUMNS not in card:
            raise ModelFileError(f"The model in {folder.name} was not trained on a file of your own.", hint=HINT)
        variables = variables_of(card)
        columns = tuple(
            OwnColumn(str(entry["header"]), variables[entry["name"]], tuple(map(str, entry["missing"])))
            for entry in card[COLUMNS]
        )
        return OwnModel(folder, card, Layout.from_json(card[LAYOUT]).mapping, columns)


def _spelled(header: str) -> str:
    return compact(header) or header
