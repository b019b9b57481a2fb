"""What is ready lies on disk, under a name made of all that it depends on: a later run makes only what is lacking."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from riskmodels import ROOT

GENERATED = ROOT / "riskmodels" / "generated"


def fingerprint(modules: Iterable[str], *parts: object) -> str:
    """Hash of the text of modules of riskmodels/generated (``use/card``), and of whatever else decides a result."""
    digest = hashlib.sha256(repr(parts).encode())
    for name in modules:
        digest.update((GENERATED / f"{name}.py").read_bytes())
    return digest.hexdigest()[:16]


def table_hash(table: pd.DataFrame) -> str:
    """Hash of a table's values."""
    return hashlib.sha256(pd.util.hash_pandas_object(table, index=False).to_numpy().tobytes()).hexdigest()[:16]


@dataclass(frozen=True)
class Kept:
    """A folder of results.

    Args:
        folder: made when something is written.
        say: told what is made, with its seconds.
    """

    folder: Path
    say: Callable[[str], None]

    def rows(self, key: str, mark: str, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """Invented rows, from disk or made now.

        Args:
            key: for people who look into the folder.
            mark: :func:`fingerprint` of all they depend on.
            make: makes them.
        """
        path = self.folder / f"{key}-{mark}.parquet"
        if not path.exists():
            start = time.perf_counter()
            made = make()
            self.folder.mkdir(parents=True, exist_ok=True)
            made.to_parquet(path)
            self.say(f"{key}: {len(made):,} rows in {time.perf_counter() - start:.0f} s")
        return pd.read_parquet(path)

    def figures(self, key: str, mark: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Figures as JSON; as :meth:`rows`."""
        path = self.folder / f"{key}-{mark}.json"
        if not path.exists():
            start = time.perf_counter()
            made = make()
            self.folder.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(made, allow_nan=False), encoding="utf-8")
            self.say(f"{key}: measured in {time.perf_counter() - start:.0f} s")
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found
