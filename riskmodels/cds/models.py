"""The models the service answers with: those that the app has in force, also after they were changed there."""

from __future__ import annotations

import threading
from collections.abc import Collection
from pathlib import Path

from riskmodels.tabular.model import SHIPPED, RiskModel, load_shipped
from riskmodels.tabular.versions import VersionStore

#: models whose inputs a FHIR record can tell; the chest-pain model asks for findings that have no code in it
SERVED = ("population",)


class InForce:
    """Models by name, each in the version in force.

    Args:
        folder: of the shipped models.
        names: which are served.
        store: of the versions; the app's when None.
    """

    def __init__(
        self, folder: Path = SHIPPED, names: Collection[str] = SERVED, store: VersionStore | None = None
    ) -> None:
        self._folder, self._names, self._store = folder, tuple(names), store or VersionStore()
        self._lock = threading.Lock()
        self._shipped: dict[str, RiskModel] = {}
        self._models: dict[str, RiskModel] = {}
        self._chosen: dict[str, str] = {}

    def current(self) -> dict[str, RiskModel]:
        """The models, loaded anew where another version was put in force since.

        Raises:
            ModelFileError: when one cannot be read: nobody is silently moved to another version.
        """
        with self._lock:
            chosen = {name: self._store.chosen(name) for name in self._names}
            if chosen != self._chosen:
                if not self._shipped:
                    loaded = load_shipped(self._folder, "cpu")
                    self._shipped = {name: loaded[name] for name in self._names}
                self._models = self._store.in_force(self._shipped, "cpu")
                for model in self._models.values():
                    _ = [model.form(outcome) for outcome in model.outcomes]
                self._chosen = chosen
            return self._models
