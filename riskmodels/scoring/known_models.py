"""The models that a job names, by their ids: as shipped, or as recalibrated here.

A job is scored with the versions it was submitted with, also where another version was put in force while it waited.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from threading import Lock

from riskmodels.errors import ModelFileError
from riskmodels.tabular.model import SHIPPED, RiskModel, load_shipped
from riskmodels.tabular.versions import VersionStore

#: recalibrated versions kept in memory; the one asked for longest ago goes
_MOST = 8


class KnownModels:
    """Loads each model once; what it gives is what :data:`riskmodels.scoring.jobs.ModelsOf` says.

    Args:
        folder: of the shipped models.
        store: of the versions; the app's when None.
    """

    def __init__(self, folder: Path = SHIPPED, store: VersionStore | None = None) -> None:
        self._folder, self._store = folder, store
        self._lock = Lock()
        self._shipped: dict[str, RiskModel] = {}
        self._versions: dict[tuple[str, str], RiskModel] = {}

    def load(self) -> dict[str, RiskModel]:
        """The shipped models by name: loaded now, if they are not yet.

        Raises:
            ModelFileError: when one is missing or damaged.
        """
        with self._lock:
            if not self._shipped:
                self._shipped = load_shipped(self._folder)
            return self._shipped

    def __call__(self, ids: tuple[str, ...]) -> Mapping[str, RiskModel]:
        """The models of these ids (``population@2026-11-24-3604875e``); one that is gone is left out.

        Raises:
            ModelFileError: when a shipped model is missing or damaged.
        """
        found = {}
        for text in ids:
            name, _, version = text.partition("@")
            model = self._find(name, version)
            if model is not None:
                found[name] = model
        return found

    def _find(self, name: str, version: str) -> RiskModel | None:
        shipped = self.load().get(name)
        if shipped is not None and shipped.version == version:
            return shipped
        with self._lock:
            kept = self._versions.pop((name, version), None) or self._saved(name, version)
            if kept is not None:
                self._versions[name, version] = kept  # the last one asked for stands last
            while len(self._versions) > _MOST:
                self._versions.pop(next(iter(self._versions)))
            return kept

    def _saved(self, name: str, version: str) -> RiskModel | None:
        try:
            return (self._store or VersionStore()).load(name, version)
        except ModelFileError:
            return None
